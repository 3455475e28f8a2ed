# report.bash: the results of a run, for its last line and run.json. report.jq has the wording.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the dollars are jq's; variables of other parts

writing=''           # true once scim-apply has been started
did='{}' did_total=0 # action -> number of changes that were made, or would be
shard=''             # the share of the users that this run plans; empty: all
only=''              # the users of --only, or of the plan of --apply-plan
edited=false         # true if the plan of --apply-plan was resealed
# See differences in report.jq.
differs='{"records":0,"reasons":{},"protected":0,"hasLeft":0,"notAdmitted":0}'

names_of_changes=() # what tally_results found, a log line for each kind of record and action

# A plan whose changes cannot be counted is not one without changes.
tally_plan() {
    local rc=0 word='"change"'
    [[ -z $plan ]] || word='' # an edited plan can spell it with escapes
    tally "$work/plan.jsonl" "$word" '.type == "change" and (has("held") | not)' 0 || rc=$?
    ((!rc)) || die 70 "the changes of the plan cannot be counted: grep or jq ended with status $rc (137: out of memory); make sure that they work, and run again; nothing was changed"
}

# At level info, the users and groups whose changes were applied are named: at most 20 for each action.
tally_results() {
    local most=0
    [[ $log_level != @(info|debug) ]] || most=20
    tally "$work/results.jsonl" '"outcome"' '.type == "outcome" and .outcome == "applied"' "$most"
}

# If the results cannot be counted, the seal of scim-apply, which was read last, has the number of applied changes.
tally_sealed_results() {
    local rc=0
    tally_results || rc=$?
    ((rc)) || return 0
    did_total=0
    [[ ! $seal_counts =~ (^|,)\"applied\":([0-9]+) ]] || did_total=${BASH_REMATCH[2]}
    did="{\"change\":$did_total}"
    warn "the applied changes cannot be counted by action and named: grep or jq ended with status $rc (137: out of memory); the results list them, and the count is that of scim-apply"
}

log_names() {
    local line
    for line in "${names_of_changes[@]}"; do log info "$line"; done
}

# tally FILE WORD FILTER MOST: counts the lines that FILTER selects by action, into did, and lists up to MOST names for each. Such a line has
# WORD. If no line has it, jq is not started. Fails with the status of grep or jq.
tally() {
    local rc=0
    names_of_changes=()
    grep -qaF -- "$2" "$1" || rc=$?
    if ((rc == 1)); then
        did_total=0 did='{"create":0,"update":0,"deactivate":0,"reactivate":0,"adopt":0}'
        return 0
    fi
    ((!rc)) || return "$rc"
    ask report "tally($3; \$most) | (.did | (map(.) | add), tojson), lines_of_names(\$most)" -nrR --argjson most "$4" -- "$1" || { rc=$? && return "$rc"; }
    did_total=${answer[0]} did=${answer[1]} names_of_changes=("${answer[@]:2}")
}

# REPLY: the changes that were made until now, if the run ends early.
tell_what_was_done() {
    local stage=scim-apply tallied=true
    REPLY='nothing was changed'
    # scim-apply writes the header of its stream before it sends anything.
    [[ -n $writing && -s $work/results.jsonl ]] || return 0
    tally_results || tallied=false
    REPLY='the results list the changes that were made'
    [[ $tallied == true || ${sealed[$stage]:-} == true ]] || return 0
    ask report 'done_until_then($count; $stages; $sealed; $restored)' -nr --argjson count "$did_total" --slurpfile stages "$records" \
        --argjson sealed "${sealed[$stage]:-false}" --arg restored "$restored" && REPLY=${answer[0]}
}

# is_complete: the run covers the complete ACTIVATE organization. Only such a run may report that nothing remains to be done.
is_complete() { [[ -z $shard && -z $plan && -z $restored && -z ${option[only]:-} ]] && ! has_dropped; }

# REPLY: seconds since $1 (microseconds since 1970), with one decimal; 0.0 if the clock was set back.
since() {
    local tenths=$(((${EPOCHREALTIME//[!0-9]/} - $1) / 100000))
    ((tenths >= 0)) || tenths=0
    REPLY=$((tenths / 10)).$((tenths % 10))
}

# summarize STATUS: sets the differences that remain after the run, and the last line of a run whose stages have all ended.
summarize() {
    ask differences_and_summary "$1"
    differs=${answer[0]}
    conclude "${answer[@]:1}"
}

# Of the plan and the results, only lines that have an exit status of a difference are read as JSON, and the seal if the exports lack records.
differences_and_summary() {
    since "$started"
    { grep -haE '"exitStatus": *[04]|^\{"type":"end".*"exports":' -- "$work/plan.jsonl" "$work/results.jsonl" || (($? == 1)); } |
        report 'differences($stages) + {dropped: $dropped} | . as $differs
            | tojson, (summary($stages; $did; $differs; $status; $seconds; $dry_run; $shard; $only; $edited; $restored)
                | .level, (.text | gsub("[\n\r]"; " ")), (.fields | tojson))' -nrR \
            --slurpfile stages "$records" --argjson did "$did" --argjson dropped "$dropped" --argjson status "$1" --arg seconds "$REPLY" \
            --argjson dry_run "${dry_run:-false}" --arg shard "$shard" --arg only "$only" --argjson edited "$edited" --arg restored "$restored"
}

write_run_json() {
    since "$started"
    { report 'run_json($stages; $run; $begin; $seconds; $status; $dry_run; $replay; $shard; $only; $restored; $differs; $conclusion)' -nc \
        --slurpfile stages "$records" --arg shard "$shard" --arg only "$only" --arg restored "$restored" --argjson differs "$differs" \
        --arg run "$run_id" --argjson begin "${started:0:-6}.${started: -6}" --argjson seconds "$REPLY" --argjson status "$1" \
        --argjson dry_run "${dry_run:-false}" --arg replay "${option[replay]:-}" --arg conclusion "$conclusion" \
        >"$capture/run.json"; } 2>/dev/null || lose_capture "cannot write $capture/run.json"
}
