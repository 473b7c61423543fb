#!/bin/sh
# The strongest sandbox of the tests needs bubblewrap: is it here, does it run, can it be had?
# Left out is said aloud; in CI (CI=true) a missing bubblewrap is an error.
set -u

[ "$(uname)" = Linux ] || { echo "tests: no bubblewrap on $(uname): the tests of that sandbox level are left out"; exit 0; }

if ! command -v bwrap >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "tests: installing bubblewrap"
    log=$(mktemp)
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends bubblewrap; } \
        >"$log" 2>&1 || tail -n 3 "$log" >&2
    rm -f "$log"
fi

if ! command -v bwrap >/dev/null 2>&1; then
    echo "tests: bubblewrap is missing, so the tests of the strongest sandbox level are left out" >&2
    echo "       get it with your package manager, such as: sudo apt-get install bubblewrap" >&2
    [ "${CI:-}" != true ] || exit 1
elif ! reason=$(bwrap --unshare-pid --unshare-net --ro-bind / / --proc /proc --dev /dev true 2>&1); then
    echo "tests: bubblewrap cannot run here ($reason): the tests of the strongest sandbox level are left out" >&2
fi
