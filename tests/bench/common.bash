# Sourced by the pieces of the benchmark: measuring commands, and rows of the table.
#
# A row is: what, measured, against, ratio, target; separated by tabs. What is compared is measured in the same run, in turn.
# shellcheck shell=bash

# best FIELD COMMAND...: the least of three runs: 1 is CPU seconds, 2 wall seconds, 3 peak MiB. A status above 3 ends the benchmark.
best() {
    local field=$1 least='' line
    shift
    for _ in 1 2 3; do
        line=$("$TOOLS/measure" "$@" 2>/dev/null)
        (($(cut -f 4 <<<"$line") <= 3)) || {
            echo "${0##*/}: failed: $*" >&2
            return 70
        }
        line=$(cut -f "$field" <<<"$line")
        if [[ -z $least ]] || awk "BEGIN { exit !($line < $least) }"; then least=$line; fi
        # The slow ones are measured once: what they differ by does not depend on it.
        awk "BEGIN { exit !($line > 10) }" && break
    done
    printf '%s' "$least"
}

# row WHAT MEASURED AGAINST UNIT TARGET
row() {
    awk -v what="$1" -v a="$2" -v b="$3" -v unit="$4" -v target="$5" \
        'BEGIN { printf "%s\t%.3g %s\t%.3g %s\t%.2f\t%s\n", what, a, unit, b, unit, (b > 0 ? a / b : 0), target }'
}
