#!/bin/bash
# How well activate-export keeps a pool of pw programs busy, and what each costs it. Prints tab-separated rows: what, measured, against, ratio,
# target. The ideal is the time that all programs take together, divided by the size of the pool. --quick: 1,000 people, not 10,000.
#
# BIN is the folder of the tools (a release build), SANDBOX the sandbox program. Needs cc or g++, node, jq.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
BIN=${BIN:-$root/build/release/tools}
SANDBOX=${SANDBOX:-$root/build/dev/tests/sandbox/sandbox}
case ${1:-} in
    '') people=10000 ;;
    --quick) people=1000 ;;
    *)
        echo "usage: ${0##*/} [--quick]" >&2
        exit 64
        ;;
esac
work=$(mktemp -d)
server=
tidy() {
    [[ -z $server ]] || kill "$server" 2>/dev/null || true
    wait
    rm -rf -- "$work"
}
trap tidy EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

row() { printf '%s\t%s\t%s\t%s\t%s\n' "$@"; }
quotient() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }

# export_with OPTION...: sets took (seconds), and cpu (ms) of the program itself, without its children: as last seen before it ended.
export_with() {
    local began=$EPOCHREALTIME pid line ticks=0
    "$BIN/activate-export" --user-key=username "$@" >"$work/out" &
    pid=$!
    while line=$(cat "/proc/$pid/stat" 2>/dev/null) && [[ ${line##*) } != Z* ]]; do
        # shellcheck disable=SC2086 # fields of the line; user and system time are the 12th and 13th behind the name
        set -- ${line##*) }
        ticks=$((${12} + ${13}))
        sleep 0.02
    done
    wait "$pid"
    took=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
    cpu=$((ticks * 1000 / $(getconf CLK_TCK)))
}

mkdir "$work/bin"
g++ -O2 -x c "$root/tests/bench/pw.c" -o "$work/bin/pw"
node "$root/tests/e2e/make-fixture.mjs" --users "$people" --groups 20 >"$work/fixture.json"
"$SANDBOX" --port 0 --env-file "$work/environment" --fixture "$work/fixture.json" >"$work/ready" 2>&1 &
server=$!
for ((i = 0; i < 600; ++i)); do
    ! grep -q ^ready "$work/ready" || break
    sleep 0.05
done
set -a
# shellcheck source=/dev/null
source "$work/environment"
set +a
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
    row "keys by pw, $runs runs, $jobs at once" "$keys_took s" "$ideal s" "$(quotient "$ideal" "$keys_took")" ">= $([[ $jobs == 16 ]] && echo 0.95 || echo 0.9)"
    began=$EPOCHREALTIME
    xargs -P "$jobs" -I{} pw ssh-public-keys {} <"$work/names" >/dev/null
    against=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
    row "  the same, against xargs -P $jobs" "$keys_took s" "$against s" "$(quotient "$keys_took" "$against")" '<= 1'
    each=$(quotient $((cpu - none_cpu)) "$runs")
    row "  CPU of activate-export, each run of pw" "$each ms" '0.25 ms' "$(quotient "$each" 0.25)" '<= 1'
    jq -es 'map(select(.type == "user" and .active and .sshKeys == null)) == []' "$work/out" >/dev/null
done
