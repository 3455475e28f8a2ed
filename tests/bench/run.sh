#!/bin/bash
# run.sh: the requests of a complete run to both services if there is nothing to do, and the growth of the memory of each stage with the
# users. Prints tab-separated rows: subject, measured, against, ratio, target. --quick: organizations half as large.
#
# BIN is the directory of the tools (a release build), TOOLS that of the benchmark's own programs, SANDBOX the sandbox program. Needs node,
# jq.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tests/bench/common.bash
source "$here/common.bash"

case ${1:-} in
    '') sizes=(2000 12000) ;;
    --quick) sizes=(1000 6000) ;;
    *)
        echo "usage: ${0##*/} [--quick]" >&2
        exit 64
        ;;
esac
groups=1 # it is empty: a page of members is kept in memory, and would hide everything else
workplace

# stage OUTPUT COMMAND...: runs it and sets peak, in MiB; a status above 3 ends the benchmark.
stage() {
    local output=$1 line
    shift
    # shellcheck disable=SC2016 # the inner shell's dollars
    line=$("$TOOLS/measure" bash -c 'exec "$@" >"$0" 2>>"$0.log"' "$output" "$@")
    (($(cut -f 4 <<<"$line") <= 3)) || {
        cat -- "$output.log" >&2
        exit 70
    }
    peak=$(cut -f 3 <<<"$line")
}
of_seal() { tail -n 1 "$work/$1" | jq -r ".$2"; }

declare -A least most
for users in "${sizes[@]}"; do
    start_sandbox "$users" "$groups"
    for tool in activate-export scim-apply scim-export; do
        case $tool in
            activate-export) stage "$work/desired" "$BIN/activate-export" --ssh-keys=none ;;
            scim-apply)
                "$BIN/scim-export" >"$work/current"
                "$BIN/scim-diff" "$work/desired" "$work/current" >"$work/plan" 2>/dev/null
                stage "$work/results" "$BIN/scim-apply" "$work/plan"
                ;;
            scim-export) stage "$work/current" "$BIN/scim-export" ;;
        esac
        least[$tool]=${most[$tool]:-}
        most[$tool]=$peak
    done
    "$BIN/scim-diff" "$work/desired" "$work/current" >"$work/plan" 2>/dev/null
    "$BIN/scim-apply" "$work/plan" >"$work/results"
    stop_sandbox
done

# ACTIVATE: pages of 500 users that overlap by one, the list of groups, each group's members, the organization. SCIM: pages of 100. After
# each list at most one more page: only that page proves that the list has ended.
pages() { echo $((($1 + $2 - 1) / $2 + 1)); }
row "calls of a run with nothing to do, activate-export / pages and groups" "$(of_seal desired requests)" \
    $(($(pages "$(of_seal desired users)" 499) + groups + 3)) '' '≤ 1'
row "calls of a run with nothing to do, scim-export / pages" "$(of_seal current requests)" \
    $(($(pages "$(of_seal current users)" 100) + $(pages "$(of_seal current groups)" 100))) '' '≤ 1'
row "calls of a run with nothing to do, scim-apply" "$(of_seal results requests)" 0 '' '= 0'
for tool in activate-export scim-apply scim-export; do
    each=$(awk "BEGIN { print (${most[$tool]} - ${least[$tool]}) * 1048576 / (${sizes[1]} - ${sizes[0]}) }")
    row "memory of $tool, each user / what its man page says" "$each" "$([[ $tool == scim-apply ]] && echo 300 || echo 200)" bytes '≤ 1'
done
