#!/bin/sh
# The tests of the PostgreSQL store bring their own server: is one given, are its programs here, can they be had? And
# PgBouncer, which one test puts before it?
# Left out is said aloud; in CI (CI=true) a missing PostgreSQL is an error.
set -u

[ -z "${OPENHANDS_TESTGEN_TEST_POSTGRES:-}" ] || exit 0

is_here() {
    { command -v initdb && command -v pg_ctl; } >/dev/null 2>&1 && return
    for candidate in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
        [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ] && return
    done
    return 1
}

has_pooler() {
    command -v pgbouncer >/dev/null 2>&1 || [ -x /usr/sbin/pgbouncer ]
}

if ! { is_here && has_pooler; } && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "tests: installing PostgreSQL and PgBouncer"
    log=$(mktemp)
    # No server of the system is wanted, only its programs: nothing is made or started.
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    policy=/usr/sbin/policy-rc.d
    [ ! -e "$policy" ] && printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 0755 "$policy" && made=yes
    export DEBIAN_FRONTEND=noninteractive
    {
        apt-get update
        is_here || apt-get install -y --no-install-recommends postgresql
        has_pooler || apt-get install -y --no-install-recommends pgbouncer
    } >"$log" 2>&1 || tail -n 3 "$log" >&2
    [ -z "${made:-}" ] || rm -f "$policy"
    rm -f "$log"
fi

if ! is_here; then
    echo "tests: PostgreSQL is missing, so the tests of that store are left out" >&2
    echo "       get it with your package manager, such as: sudo apt-get install postgresql" >&2
    echo "       or name a server in which databases may be made: OPENHANDS_TESTGEN_TEST_POSTGRES=postgres://USER@HOST" >&2
    [ "${CI:-}" != true ] || exit 1
fi

if ! has_pooler; then
    echo "tests: PgBouncer is missing, so the queue is not tried behind it: sudo apt-get install pgbouncer" >&2
fi
