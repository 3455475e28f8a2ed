#!/bin/bash
# How well activate-export keeps a pool of pw programs busy, and the cost of each. Prints tab-separated rows: subject, measured, against,
# ratio, target. The ideal is the time of all programs together, divided by the size of the pool. --quick: 300 users, not 10,000.
#
# BIN is the directory of the tools (a release build), TOOLS that of the benchmark's own programs, SANDBOX the sandbox program. Needs g++,
# node, jq.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tests/bench/common.bash
source "$here/common.bash"

case ${1:-} in
    '') people=10000 ;;
    --quick) people=300 ;;
    *)
        echo "usage: ${0##*/} [--quick]" >&2
        exit 64
        ;;
esac
workplace

# export_with OPTION...: sets took (seconds), and cpu (seconds of the program itself, without those of pw).
export_with() {
    local line
    # shellcheck disable=SC2016 # the inner shell's dollars
    line=$("$TOOLS/measure" bash -c 'exec "$@" >"$0"' "$work/out" "$BIN/activate-export" --user-key=username "$@")
    took=$(cut -f 2 <<<"$line") cpu=$(cut -f 5 <<<"$line")
}

mkdir "$work/bin"
g++ -O2 -static -x c "$here/pw.c" -o "$work/bin/pw" # static, as pw is: the start of a program is not measured here
start_sandbox "$people" 20
PATH=$work/bin:$PATH

export_with --ssh-keys=none
none_took=$took none_cpu=$cpu
jq -r 'select(.type == "user" and .active).externalId | sub("^pw-activate:user:"; "")' "$work/out" >"$work/names"
runs=$(wc -l <"$work/names")
total=$(pw total <"$work/names")
for jobs in 16 64; do
    export_with --ssh-keys=pw --jobs="$jobs"
    keys_took=$(awk -v a="$took" -v b="$none_took" 'BEGIN { print a - b }')
    ideal=$(quotient "$total" $((jobs * 1000)))
    line "keys by pw, $runs runs, $jobs at once" "$keys_took s" "$ideal s" "$(quotient "$ideal" "$keys_took")" "≥ $([[ $jobs == 16 ]] && echo 0.95 || echo 0.9)"
    began=$EPOCHREALTIME
    xargs -P "$jobs" -I{} pw ssh-public-keys {} <"$work/names" >/dev/null
    against=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
    line "  the same, against xargs -P $jobs" "$keys_took s" "$against s" "$(quotient "$keys_took" "$against")" '≤ 1'
    read -r alone alone_each < <("$TOOLS/spawn_alone" "$jobs" pw ssh-public-keys <"$work/names")
    line "  the same, against posix_spawn and wait alone" "$keys_took s" "$alone s" "$(quotient "$keys_took" "$alone")" ''
    line "  posix_spawn and wait alone, of the ideal" "$alone s" "$ideal s" "$(quotient "$ideal" "$alone")" ''
    each=$(awk -v a="$cpu" -v b="$none_cpu" -v n="$runs" 'BEGIN { printf "%.3f", 1000 * (a - b) / n }')
    line "  CPU of activate-export, each run of pw" "$each ms" '0.25 ms' "$(quotient "$each" 0.25)" '≤ 1'
    line "  the same, against posix_spawn and wait alone" "$each ms" "$alone_each ms" "$(quotient "$each" "$alone_each")" ''
    jq -es 'map(select(.type == "user" and .active and .sshKeys == null)) == []' "$work/out" >/dev/null
done
