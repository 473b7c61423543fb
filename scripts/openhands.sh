#!/bin/sh
# Makes the environment of the real agent server, once, and prints its interpreter. Needs any Python >= 3.12.
set -eu
cd "$(dirname "$0")/.."
folder=.venv-openhands
pins=requirements/openhands.txt

if [ -f "$folder/.ready" ] && [ ! "$pins" -nt "$folder/.ready" ]; then
    echo "$PWD/$folder/bin/python"
    exit 0
fi

# A shim of pyenv whose version is not chosen is there and fails: its versions are looked at by themselves.
pyenv=$(ls -d "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python 2>/dev/null || true)
uv=$(uv python find '>=3.12' 2>/dev/null || true)
for name in ${OTG_PYTHON_312:-} python3.14 python3.13 python3.12 python3 $pyenv $uv; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "${python:-}" ]; then
    echo "The OpenHands agent server needs Python 3.12 or later: install it (such as \`apt install python3.12-venv\`," \
        "or \`uv python install 3.12\`), or name it by OTG_PYTHON_312." >&2
    exit 1
fi

echo "installing the OpenHands agent server for $python: about 700 MB, once" >&2
"$python" -m venv "$folder" >&2
"$folder/bin/python" -m pip install --quiet --requirement "$pins" >&2
export LITELLM_LOCAL_MODEL_COST_MAP=True DO_NOT_TRACK=1 OPENHANDS_SUPPRESS_BANNER=1
# The first imports of a fresh environment may fail half-way, in a lock of litellm's.
for _ in 1 2 3 4; do
    "$folder/bin/python" -c 'import openhands.sdk' >/dev/null 2>&1 && break
done
"$folder/bin/python" -c 'import openhands.sdk' >&2
touch "$folder/.ready"
echo "$PWD/$folder/bin/python"
