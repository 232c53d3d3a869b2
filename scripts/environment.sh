# Sourced by the scripts beside it: prepares .venv with the pinned packages, once for each change of
# the pins. `prepare_environment FILE...` takes the requirement files to install.

# Where it is set, every start compiles the whole program again; the cache goes into __pycache__.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "$@"
    exit 1
}

find_python() {
    for name in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$name"
            return
        fi
    done
    stop "Python 3.11 or newer is missing." \
        "Debian, Ubuntu: sudo apt-get install python3 python3-venv    macOS: brew install python"
}

prepare_environment() {
    python=$(find_python) || exit 1
    wanted=$(cat "$@" pyproject.toml | cksum)
    stamp=.venv/stormwatch-$(printf '%s' "$*" | cksum | cut -d ' ' -f 1)
    if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        say "Creating .venv with $("$python" --version) ..."
        "$python" -m venv .venv >/dev/null 2>&1 || stop \
            "Python's venv module is missing." \
            "Debian, Ubuntu: sudo apt-get install python3-venv    then run this again."
    fi
    say "Installing the pinned packages (a minute or two, once) ..."
    requirements=""
    for file in "$@"; do requirements="$requirements -r $file"; done
    # shellcheck disable=SC2086
    .venv/bin/python -m pip install --quiet --disable-pip-version-check $requirements || stop \
        "The packages could not be installed. Check the network and run this again."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . ||
        stop "Stormwatch itself could not be installed into .venv; the lines above say why."
    printf '%s' "$wanted" >"$stamp"
}
