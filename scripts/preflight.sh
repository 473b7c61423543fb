#!/bin/sh
# What does the build need that this machine does not have, and how does one get it?
#
#   scripts/preflight.sh            silent when all is there; else names everything that is missing, exit 1
#   scripts/preflight.sh --python   prints the interpreter to build with
#
# PYTHON=/path/to/python chooses another interpreter.
set -u
cd "$(dirname "$0")/.." || exit 1

rust_version=$(sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' Cargo.toml)
python_version=3.11

# --- how to get things here -------------------------------------------------------------------------------

as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo "

# install_hint APT DNF PACMAN APK BREW: the command of the package manager that is here
install_hint() {
    if [ "$(uname)" = Darwin ]; then echo "$5"
    elif command -v apt-get >/dev/null 2>&1; then echo "${as_root}apt-get update && ${as_root}apt-get install -y $1"
    elif command -v dnf >/dev/null 2>&1; then echo "${as_root}dnf install -y $2"
    elif command -v pacman >/dev/null 2>&1; then echo "${as_root}pacman -S --needed $3"
    elif command -v apk >/dev/null 2>&1; then echo "${as_root}apk add $4"
    else echo "install $2 with your system's package manager"
    fi
}

rustup_hint="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y   (see https://rustup.rs)"

missing=0
lacks() { # lacks WHAT HOW
    [ "$missing" = 0 ] && echo "Something is missing to build openhands-testgen:" >&2
    missing=1
    printf '\n  %s\n      %s\n' "$1" "$2" >&2
}

# at_least VERSION MINIMUM, both like 1.94 or 1.94.2
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]
}

# --- python -----------------------------------------------------------------------------------------------

candidates=${PYTHON:-"python3.13 python3.12 python3.11 python3.14 python3 python"}

new_enough() { # a pyenv shim of a version that is not chosen exists and fails: so it is run, not only found
    "$1" -c "import sys; sys.exit(sys.version_info < (3, ${python_version#3.}))" >/dev/null 2>&1
}
makes_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

without_venv=""
find_python() {
    for candidate in $candidates; do
        new_enough "$candidate" || continue
        if makes_environments "$candidate"; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return 0
        fi
        [ -n "$without_venv" ] || without_venv=$candidate
    done
    return 1
}

if python=$(find_python); then
    if [ "${1:-}" = --python ]; then echo "$python"; exit 0; fi
else
    find_python >/dev/null # again in this shell, for without_venv
    if [ -n "$without_venv" ]; then
        number=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        lacks "the module ensurepip of $without_venv, to make a virtual environment" \
            "$(install_hint "python$number-venv" python3-pip python python3 "brew install python@3.13")"
    else
        found=$(python3 --version 2>/dev/null || echo "no python3")
        lacks "Python $python_version or newer (found: $found; looked for: $candidates)" \
            "$(install_hint "python3 python3-venv" python3.12 python python3 "brew install python@3.13")"
        echo "      or, anywhere: https://docs.astral.sh/uv/ and \`uv python install 3.13\`, then PYTHON=\$(uv python find 3.13) make …" >&2
    fi
fi

# --- rust -------------------------------------------------------------------------------------------------

if ! cargo=$(cargo --version 2>/dev/null); then
    lacks "cargo $rust_version or newer" "$rustup_hint"
else
    found=$(echo "$cargo" | cut -d' ' -f2 | cut -d- -f1)
    if ! at_least "$found" "$rust_version"; then
        how=$rustup_hint
        command -v rustup >/dev/null 2>&1 && how="rustup update stable && rustup default stable"
        lacks "cargo $rust_version or newer (found: $found, $(command -v cargo))" "$how"
    fi
fi

# --- C compiler: links Rust, and compiles the SQLite that comes with us -----------------------------------

if ! command -v "${CC:-cc}" >/dev/null 2>&1; then
    lacks "a C compiler (looked for: ${CC:-cc})" \
        "$(install_hint build-essential "gcc glibc-devel" base-devel build-base "xcode-select --install")"
elif [ "$(uname)" = Darwin ] && ! xcode-select -p >/dev/null 2>&1; then
    lacks "the command line tools of Xcode" "xcode-select --install"
fi

if [ "$missing" = 1 ]; then
    printf '\nThen run the same command again.\n' >&2
    exit 1
fi
