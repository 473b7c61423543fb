#!/bin/sh
# Makes the environment of the tool that tries the description of the service against the service, once.
# Left out is said aloud; in CI (CI=true) a missing tool is an error.
set -eu
cd "$(dirname "$0")/.."
folder=.venv-schemathesis
pins=requirements/schemathesis.txt

if [ -f "$folder/.ready" ] && [ ! "$pins" -nt "$folder/.ready" ]; then
    exit 0
fi

python=$(sh scripts/preflight.sh --python)
if "$python" -m venv --clear "$folder" &&
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$pins"; then
    touch "$folder/.ready"
    exit 0
fi
echo "tests: schemathesis cannot be installed, so the description of the service is not tried against it" >&2
[ "${CI:-}" != true ]
