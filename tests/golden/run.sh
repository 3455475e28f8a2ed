#!/bin/bash
# Runs golden cases: golden/run.sh CASE...
#
# A case is a folder: `cmd` is one line of shell, run by bash in that folder with the tools first on PATH; `stdout`, `stderr` and
# `status` say what comes of it. A missing stdout or stderr is an empty one (silence is part of what is expected), a missing status is 0.
#
#   BIN=DIR     folder of the tools; without it they are taken from PATH
#   UPDATE=1    write what came out instead of comparing it; look at the difference before committing it
#
# The version in "producer" reads X.Y.Z, so that a release changes no case. Ends with 1 if a case differs, 64 if it is none.
set -euo pipefail

name=golden/run.sh
if (($# == 0)); then
    echo "$name: which case? Give one or more folders that hold a file named cmd." >&2
    exit 64
fi
if [[ -n ${BIN:-} ]]; then
    PATH=$(cd "$BIN" && pwd):$PATH
fi
# Nothing of the caller's configuration reaches a case.
for variable in $(compgen -e); do
    case $variable in
        ACTIVATE_* | CW_* | SYNC_* | DRY_RUN | LOG_LEVEL | LOG_FORMAT | CAPTURE_* | HEARTBEAT_URL | RUN_ID) unset "$variable" ;;
    esac
done
export PATH LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1
export SOURCE_DATE_EPOCH=1795456800 # 2026-11-23T18:00:00Z

work=$(mktemp -d "${TMPDIR:-/tmp}/golden.XXXXXX")
trap 'rm -rf -- "$work"' EXIT

# Keeps what came out as the expectation; a file that would say nothing is not kept.
update() { # folder
    local what
    for what in stdout stderr; do
        rm -f -- "$1/$what"
        [[ ! -s $work/$what ]] || cp -- "$work/$what" "$1/$what"
    done
    rm -f -- "$1/status"
    [[ $(<"$work/status") == 0 ]] || cp -- "$work/status" "$1/status"
}

compare() { # folder
    local what expected same=0
    for what in stdout stderr status; do
        expected=$1/$what
        if [[ ! -e $expected ]]; then
            expected=$work/default
            if [[ $what == status ]]; then echo 0 >"$expected"; else : >"$expected"; fi
        fi
        diff -u --label "$1/$what (expected)" --label "$1/$what (came out)" "$expected" "$work/$what" || same=1
    done
    return "$same"
}

run() { # folder
    local status=0
    (cd "$1" && exec timeout 60 bash ./cmd) </dev/null >"$work/raw" 2>"$work/stderr" || status=$?
    echo "$status" >"$work/status"
    sed -E 's/("producer":"[a-z-]+ )[0-9]+\.[0-9]+\.[0-9]+[^"]*"/\1X.Y.Z"/' "$work/raw" >"$work/stdout"
}

failed=0
for folder in "$@"; do
    if [[ ! -f $folder/cmd ]]; then
        echo "$name: $folder: there is no file named cmd in it, so it is no case" >&2
        exit 64
    fi
    run "$folder"
    if [[ -n ${UPDATE:-} ]]; then
        update "$folder"
    elif ! compare "$folder"; then
        echo "$name: $folder: not as expected. If the change is meant, run it again with UPDATE=1 and review the difference." >&2
        failed=1
    fi
done
exit "$failed"
