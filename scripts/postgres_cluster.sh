#!/bin/sh
# A PostgreSQL of the tests' own: made in a temporary folder, its address written as the only line of standard output,
# gone with its folder once standard input is closed. Whoever started it holds the other end of that pipe, so that it
# ends with them however they die. A line `crash` or `start` there does so, and is answered by the same word; `standby`
# starts a hot standby, and is answered by its address; `folder` is answered by the folder of its unix socket. With a folder
# as argument the server speaks TLS, by server.crt, server.key and ca.crt in it. With OTG_CLUSTER_HOST it listens at that
# address too.
set -eu

# The folder of initdb and pg_ctl: on PATH, else the newest that a package brought.
tools() {
    if command -v pg_ctl >/dev/null 2>&1 && command -v initdb >/dev/null 2>&1; then
        dirname "$(readlink -f "$(command -v pg_ctl)")"
        return
    fi
    newest=
    for candidate in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -V); do
        [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ] && newest=$candidate
    done
    [ -n "$newest" ] && echo "$newest"
}

tools=$(tools) || { echo "no initdb and pg_ctl, neither on PATH nor in /usr/lib/postgresql" >&2; exit 3; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/otg-postgres.XXXXXX")
trap 'rm -rf "$folder"' EXIT
# What is meant for the tests, such as Ctrl-C, does not end what they stand on: the pipe does.
trap '' INT TERM HUP
chmod 0755 "$folder"

# The server refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
    user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    chown "$user" "$folder"
    as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups"
fi
cd "$folder"

log=$folder/log
if ! $as "$tools/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb" 2>&1; then
    cat "$folder/initdb" >&2
    exit 4
fi
# Whoever is in one of these groups has to know a password, show a certificate or speak TLS; everyone else of this machine
# may come in.
{
    if [ -n "${1:-}" ]; then
        echo "hostssl all +certified 127.0.0.1/32 cert"
        echo "hostnossl all +shielded 127.0.0.1/32 reject"
    fi
    echo "host all +careful 127.0.0.1/32 scram-sha-256"
    echo "local all all trust"
    echo "host replication all 127.0.0.1/32 trust"
    echo "host all all 127.0.0.1/32 trust"
    [ -z "${OTG_CLUSTER_HOST:-}" ] || echo "host all all samenet trust"
} >"$folder/data/pg_hba.conf"
cat >>"$folder/data/postgresql.conf" <<SETTINGS
listen_addresses = '127.0.0.1${OTG_CLUSTER_HOST:+, $OTG_CLUSTER_HOST}'
unix_socket_directories = '$folder'
max_connections = 300
shared_buffers = 64MB
fsync = off
full_page_writes = off
SETTINGS

any_port() {
    awk -v seed="$$$1" 'BEGIN { srand(); srand(srand() + seed); print 20000 + int(rand() * 12000) }'
}

if [ -n "${1:-}" ]; then
    cp "$1/server.crt" "$1/server.key" "$1/ca.crt" "$folder/"
    chmod 0600 "$folder/server.key"
    [ -z "$as" ] || chown "$user" "$folder/server.crt" "$folder/server.key" "$folder/ca.crt"
    cat >>"$folder/data/postgresql.conf" <<SETTINGS
ssl = on
ssl_cert_file = '$folder/server.crt'
ssl_key_file = '$folder/server.key'
ssl_ca_file = '$folder/ca.crt'
SETTINGS
fi

start() {
    $as "$tools/pg_ctl" -D "$folder/data" -l "$log" -w -t 60 -o "-p $port" start >/dev/null 2>&1 </dev/null
}

tries=0
while :; do
    port=$(any_port "$tries")
    start && break
    tries=$((tries + 1))
    [ "$tries" -lt 5 ] || { tail -n 20 "$log" >&2; exit 5; }
done

echo "postgres://postgres@127.0.0.1:$port"
standby() {
    $as "$tools/pg_basebackup" -h 127.0.0.1 -p "$port" -U postgres -D "$folder/standby" -R -X stream -c fast \
        >"$folder/basebackup" 2>&1 </dev/null || { tail -n 3 "$folder/basebackup" >&2; echo "no copy"; return; }
    tries=100
    while [ "$tries" -lt 105 ]; do
        standby_port=$(any_port "$tries")
        if $as "$tools/pg_ctl" -D "$folder/standby" -l "$folder/standby.log" -w -t 60 -o "-p $standby_port" start \
            >/dev/null 2>&1 </dev/null; then
            echo "postgres://postgres@127.0.0.1:$standby_port"
            return
        fi
        tries=$((tries + 1))
    done
    tail -n 20 "$folder/standby.log" >&2
    echo "no start"
}

crash() {
    [ ! -d "$folder/standby" ] ||
        $as "$tools/pg_ctl" -D "$folder/standby" -m immediate -w -t 30 stop >/dev/null 2>&1 || true
    $as "$tools/pg_ctl" -D "$folder/data" -m immediate -w -t 30 stop >/dev/null 2>&1 || true
}

while read -r command; do
    case $command in
        crash) crash ;;
        start) start || tail -n 20 "$log" >&2 ;;
        standby) standby; continue ;;
        folder) command=$folder ;;
    esac
    echo "$command"
done
crash
