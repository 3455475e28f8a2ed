# report.bash: what a run did, for its last line and run.json. report.jq has the wording.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the dollars are jq's; variables of other parts

writing=''           # true once scim-apply has been started
did='{}' did_total=0 # action -> how many were done, or would be

tally_plan() { tally "$work/plan.jsonl" '.type == "change" and (has("held") | not)'; }
tally_results() { tally "$work/results.jsonl" '.type == "outcome" and .outcome == "applied"'; }

# tally FILE FILTER: counts the lines that pass FILTER by action, into did.
tally() {
    ask report "tally($2) | (map(.) | add), tojson" -nrR -- "$1" || return 0
    did_total=${answer[0]} did=${answer[1]}
}

# REPLY: what was changed until now, when the run ends early.
tell_what_was_done() {
    REPLY='nothing was changed'
    [[ -n $writing ]] || return 0
    tally_results
    ((did_total == 0)) || REPLY="changes applied: $did_total; they stand, and the next run goes on from there"
}

# REPLY: seconds since $1 (microseconds since 1970), with one decimal.
since() {
    local tenths=$(((${EPOCHREALTIME//[!0-9]/} - $1) / 100000))
    REPLY=$((tenths / 10)).$((tenths % 10))
}

# summarize STATUS: the last line of a run whose stages have all ended.
summarize() {
    since "$started"
    ask report 'summary($stages; $did; $status; $seconds; $dry_run) | .level, .text, (.fields | tojson)' -nr --slurpfile stages "$records" \
        --argjson did "$did" --argjson status "$1" --arg seconds "$REPLY" --argjson dry_run "${dry_run:-false}"
    conclude "${answer[@]}"
}

write_run_json() {
    since "$started"
    { report 'run_json($stages; $run; $begin; $seconds; $status; $dry_run; $replay; $conclusion)' -nc --slurpfile stages "$records" \
        --arg run "$run_id" --argjson begin "${started:0:-6}.${started: -6}" --argjson seconds "$REPLY" --argjson status "$1" \
        --argjson dry_run "${dry_run:-false}" --arg replay "${option[replay]:-}" --arg conclusion "$conclusion" \
        >"$capture/run.json"; } 2>/dev/null || warn "cannot write $capture/run.json"
}
