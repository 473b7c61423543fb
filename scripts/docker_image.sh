#!/bin/sh
# Has Docker have an image of the OpenHands agent server, and prints its name. Where the real one was not pulled, a
# stand-in is made of this machine's system files and the environment of scripts/openhands.sh (1.5 GB): the same
# server, another system around it.
set -eu
cd "$(dirname "$0")/.."
real=ghcr.io/openhands/agent-server:1.58.0-python
image=openhands-testgen-test:1.58.0

if ! docker version >/dev/null 2>&1; then
    echo "no Docker engine answers: install one (such as \`apt install docker.io\`), and start it (\`dockerd\`)" >&2
    exit 1
fi
for name in $real $image; do
    if docker image inspect "$name" >/dev/null 2>&1; then
        echo "$name"
        exit 0
    fi
done

python=$(sh scripts/openhands.sh)
base=$("$python" -c 'import sys; print(sys.base_prefix)')
echo "making an image of this machine's system and the agent server" >&2
# What is not there is left out: systems differ.
tar --create --one-file-system --exclude='*.a' --exclude='*.pyc' --exclude='libLLVM*' --directory / \
    bin lib lib64 usr/bin usr/lib64 "usr/lib/$(uname -m)-linux-gnu" usr/share/terminfo usr/lib/terminfo \
    etc/passwd etc/group etc/nsswitch.conf etc/ld.so.cache etc/ssl etc/alternatives \
    "${base#/}" "$(dirname "$(dirname "${python#/}")")" 2>/dev/null |
    docker import --change "ENTRYPOINT [\"$python\", \"-m\", \"openhands.agent_server\"]" \
        --change 'ENV PATH=/usr/bin:/bin HOME=/tmp LANG=C.UTF-8' --change 'EXPOSE 8000' - "$image" >&2
echo "$image"
