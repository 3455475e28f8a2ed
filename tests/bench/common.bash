# Sourced by the parts of the benchmark: measures commands, and prints rows of the table.
#
# A row is: subject, measured, against, ratio, target; separated by tabs. Values that are compared are measured in the same run,
# alternately.
# shellcheck shell=bash

export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

# workplace: sets work, a directory that is removed at the end, and the sandbox of that moment is stopped.
workplace() {
    work=$(mktemp -d)
    sandbox=''
    trap 'stop_sandbox; rm -rf -- "$work"' EXIT
    trap 'exit 143' TERM
    trap 'exit 130' INT
}

# start_sandbox USERS GROUPS: the sandbox with an organization of that size; its addresses and credentials are set in the environment.
start_sandbox() {
    local i
    node "${here:?}/../e2e/make-fixture.mjs" --users "$1" --groups "$2" >"$work/fixture.json"
    "${SANDBOX:?}" --port 0 --env-file "$work/environment" --fixture "$work/fixture.json" >"$work/ready" 2>&1 &
    sandbox=$!
    for ((i = 0; i < 600; ++i)); do
        ! grep -q ^ready "$work/ready" || break
        sleep 0.05
    done
    set -a
    # shellcheck source=/dev/null
    source "$work/environment"
    set +a
}

stop_sandbox() {
    [[ -z $sandbox ]] || kill "$sandbox" 2>/dev/null || true
    wait
    sandbox=''
}

# best FIELD COMMAND...: the minimum of three runs: 1 is CPU seconds, 2 wall seconds, 3 peak MiB, 5 the CPU seconds of the program alone. The
# benchmark ends at a status of 1 (a script that failed) or above 3.
best() {
    local field=$1 least='' line status
    shift
    for _ in 1 2 3; do
        line=$("$TOOLS/measure" "$@" 2>/dev/null)
        status=$(cut -f 4 <<<"$line")
        ((status != 1 && status <= 3)) || {
            echo "${0##*/}: failed: $*" >&2
            return 70
        }
        line=$(cut -f "$field" <<<"$line")
        if [[ -z $least ]] || awk "BEGIN { exit !($line < $least) }"; then least=$line; fi
        # Slow commands are measured once: their differences are larger than the noise.
        awk "BEGIN { exit !($line > 10) }" && break
    done
    printf '%s' "$least"
}

quotient() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

# line WHAT MEASURED AGAINST RATIO TARGET: a row whose ratio is known.
line() { printf '%s\t%s\t%s\t%s\t%s\n' "$@"; }

# row WHAT MEASURED AGAINST UNIT TARGET: ends the benchmark if a value is empty, because its command failed.
row() {
    [[ -n $2 && -n $3 ]] || exit 70
    awk -v what="$1" -v a="$2" -v b="$3" -v unit="$4" -v target="$5" \
        'BEGIN { printf "%s\t%.3g %s\t%.3g %s\t%.2f\t%s\n", what, a, unit, b, unit, (b > 0 ? a / b : 0), target }'
}
