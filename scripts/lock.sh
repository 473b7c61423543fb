#!/bin/sh
# Writes requirements/dev.txt: every tool of the groups build, test and lint with its exact version.
set -eu
cd "$(dirname "$0")/.."
python=$(sh scripts/preflight.sh --python)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
# Groups need pip 25.1, which an older Python does not bring along.
"$folder/venv/bin/python" -m pip install --quiet --upgrade "pip>=25.1"
"$folder/venv/bin/python" -m pip install --quiet --group build --group test --group lint
{
    echo "# The tools that build, test and lint, with their exact versions. Made by \`make lock\`; do not edit."
    "$folder/venv/bin/python" -m pip freeze --exclude pip |
        sed "s/^\(uvloop==.*\)/\1 ; sys_platform != 'win32'/"
} >requirements/dev.txt.new
mv requirements/dev.txt.new requirements/dev.txt
