#!/bin/sh
# Hosts of the tests' own, `hosts.sh COUNT`: network namespaces on one switch, which is in a namespace too, so that the
# machine's own network sees nothing of it. The only line of standard output names the process that stands for the switch
# and one for each host: `nsenter --target PROCESS --net COMMAND` runs something there. The switch is 198.18.0.1, the
# hosts follow. A line `cut N` drops all packets of a host and closes nothing, `mend N` ends that; each is answered by
# itself. All of it is gone once standard input is closed, and with this process however it dies.
set -eu

[ "${2:-}" = inside ] || exec unshare --net sh "$0" "$1" inside

ip link set lo up
# An address of its own: otherwise it would be that of some host's end, and change as hosts come and go.
ip link add switch address 02:00:c6:12:00:01 type bridge forward_delay 0
ip address add 198.18.0.1/24 dev switch
ip link set switch up

hosts=
trap '[ -z "$hosts" ] || kill $hosts 2>/dev/null || true' EXIT
# What is meant for the tests, such as Ctrl-C, does not end what they stand on: the pipe does.
trap '' INT TERM HUP
own=$(readlink /proc/$$/ns/net)
number=0
while [ "$number" -lt "$1" ]; do
    number=$((number + 1))
    setpriv --pdeathsig KILL unshare --net sleep infinity </dev/null >/dev/null 2>&1 &
    host=$!
    hosts="$hosts $host"
    while [ "$(readlink "/proc/$host/ns/net")" = "$own" ]; do sleep 0.01; done
    ip link add "host$number" type veth peer name eth0 netns "$host"
    ip link set "host$number" master switch up
    nsenter --target "$host" --net sh -c \
        "ip link set lo up && ip address add 198.18.0.$((number + 1))/24 dev eth0 && ip link set eth0 up"
done
echo "$$$hosts"

while read -r what which; do
    case $what in
        cut) ip link set "host$which" nomaster ;;
        mend) ip link set "host$which" master switch ;;
    esac
    echo "$what $which"
done
