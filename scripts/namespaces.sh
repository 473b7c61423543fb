#!/bin/sh
# Hosts that are cut off are network namespaces of the tests' own: can they be made here, can what is missing be had?
# Where they cannot, a proxy that holds everything back stands for them, which is said aloud.
set -u

[ "$(uname)" = Linux ] || { echo "tests: no network namespaces on $(uname): a proxy stands for hosts that are cut off"; exit 0; }

if ! command -v ip >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "tests: installing iproute2"
    log=$(mktemp)
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends iproute2; } \
        >"$log" 2>&1 || tail -n 3 "$log" >&2
    rm -f "$log"
fi

for tool in ip unshare nsenter setpriv; do
    command -v "$tool" >/dev/null 2>&1 && continue
    echo "tests: $tool is missing, so a proxy stands for hosts that are cut off" >&2
    echo "       get it with your package manager, such as: sudo apt-get install iproute2 util-linux" >&2
    exit 0
done
if ! reason=$(sh "$(dirname "$0")/hosts.sh" 1 2>&1 </dev/null); then
    echo "tests: no network namespaces here ($reason): a proxy stands for hosts that are cut off" >&2
fi
