#!/bin/bash
# whole_run.sh: complete runs against the sandbox with 20 ms of latency, compared with a plain script that sends one request at a time. It
# measures a first load, a run with nothing to do, and a run after 1 % of the users have changed. Prints tab-separated rows: subject, measured,
# against, ratio, target. --quick: 200 users alone; otherwise 2,000 and 10,000, too, for which the plain script takes a quarter of an hour.
#
# BIN is the directory of the tools (a release build), SANDBOX the sandbox program. Needs python3-requests, node, jq, curl.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tests/bench/common.bash
source "$here/common.bash"
sync=$here/../../scripts/pw-activate-scim-sync

case ${1:-} in
    '') sizes=(200 2000 10000) ;;
    --quick) sizes=(200) ;;
    *)
        echo "usage: ${0##*/} [--quick]" >&2
        exit 64
        ;;
esac
workplace

ask() { curl -fsS -X "$1" -H 'Content-Type: application/json' --data "${3:-}" "${CW_SCIM_BASE_URL%/scim/v2}/sandbox$2"; }

# timed COMMAND...: sets seconds. A status other than 0 and 2 ends the benchmark: 2 is that of users who cannot be created.
timed() {
    local began=$EPOCHREALTIME rc=0
    "$@" >"$work/output" 2>&1 || rc=$?
    seconds=$(awk "BEGIN { print $EPOCHREALTIME - $began }")
    ((rc == 0 || rc == 2)) || {
        cat -- "$work/output" >&2
        exit 70
    }
}

# runs USERS COMMAND...: sets first_load, no_change and few_changes, in seconds.
runs() {
    local users=$1 name
    shift
    start_sandbox "$users" 20
    ask POST /faults '{"match":"/(api|scim)/","delayMs":20}' >/dev/null
    timed "$@"
    first_load=$seconds
    timed "$@"
    no_change=$seconds
    ask GET /activate | jq -r --argjson n "$((users / 100))" '[.users[] | select(.active and (.email // "") != "")][:$n][].username' >"$work/changed"
    while IFS= read -r name; do
        ask PATCH "/activate/users/$(jq -rn --arg name "$name" '$name | @uri')" '{"name":"Changed Name"}' >/dev/null
    done <"$work/changed"
    timed "$@"
    few_changes=$seconds
    stop_sandbox
}

for users in "${sizes[@]}"; do
    runs "$users" "$sync" --bin="$BIN"
    ours=("$first_load" "$no_change" "$few_changes")
    runs "$users" python3 "$here/plain_reconciler.py"
    target='≤ 0.071'
    ((users > 200)) || target='≤ 0.111'
    row "whole run, 20 ms away, $users users, first load / plain script, wall" "${ours[0]}" "$first_load" s "$target"
    row "  nothing to do" "${ours[1]}" "$no_change" s "$target"
    row "  1 % changed" "${ours[2]}" "$few_changes" s "$target"
done
