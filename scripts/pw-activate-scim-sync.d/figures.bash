# Sourced by pw-activate-scim-sync: what a run did, as its last line, run.json and metrics say it; report.jq has the words.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # the dollars are jq's; the variables are the script's

# tally FILE FILTER: counts its lines that pass by action, into did.
tally() {
    report "tally($2) | (map(.) | add), tojson" -nrR -- "$1" >"$tmp/tally" || return 0
    { read -r did_total && read -r did; } <"$tmp/tally"
}

tally_plan() { tally "$work/plan.jsonl" '.type == "change" and (has("held") | not)'; }
tally_results() { tally "$work/results.jsonl" '.type == "outcome" and .outcome == "applied"'; }

# REPLY: what stands now that the run ends early.
tell_what_was_done() {
    REPLY='nothing was changed'
    [[ -n $writing ]] || return 0
    tally_results
    ((did_total == 0)) || REPLY="changes applied: $did_total; they stand, and the next run goes on from there"
}

# The last line of a run that came to its end.
summarize() {
    local level text fields
    since "$started"
    report 'summary($stages; $did; $status; $seconds; $dry_run) | .level, .text, (.fields | tojson)' -nr --slurpfile stages "$records" \
        --argjson did "$did" --argjson status "$1" --arg seconds "$REPLY" --argjson dry_run "${dry_run:-false}" >"$tmp/summary"
    { read -r level && read -r text && read -r fields; } <"$tmp/summary"
    conclude "$level" "$text" "$fields"
}

write_run_json() {
    since "$started"
    { report 'run_json($stages; $run; $begin; $seconds; $status; $dry_run; $replay; $conclusion)' -nc --slurpfile stages "$records" \
        --arg run "$run_id" --argjson begin "${started:0:-6}.${started: -6}" --argjson seconds "$REPLY" --argjson status "$1" \
        --argjson dry_run "${dry_run:-false}" --arg replay "${option[replay]:-}" --arg conclusion "$conclusion" \
        >"$capture/run.json"; } 2>/dev/null || warn "cannot write $capture/run.json"
}

# The figures of this run, whatever came of it, put in place at once. The one thing remembered from run to run is in the
# file itself: when a run last came to its end.
write_metrics() {
    local file=${METRICS_FILE:-$tmp/metrics} new before=''
    new=$file.$run_id
    before=$(sed -n 's/^pw_scim_sync_last_sealed_run_timestamp_seconds //p' "$file" 2>/dev/null) || true
    since "$started"
    {
        { cat -- "${work:-/dev/null}/plan.jsonl" "${work:-/dev/null}/results.jsonl" || true; } |
            report 'skips as $skips | metrics($stages; $did; $skips; $status; $seconds; $dry_run; $before)' -nrR --arg before "$before" \
                --slurpfile stages "$records" --argjson did "$did" --argjson status "$1" --arg seconds "$REPLY" \
                --argjson dry_run "${dry_run:-false}" >"$new" && chmod 644 -- "$new" && mv -f -- "$new" "$file"
    } 2>/dev/null || { rm -f -- "$new" && warn "cannot write the metrics to $file" && return; }
    # A pod that is told to stop has no time for somebody who does not answer.
    [[ -z ${PUSHGATEWAY_URL:-} || -n $signal ]] || call PUSHGATEWAY_URL --data-binary "@$file"
}

# call NAME [CURL-OPTION]...: one request to the address in variable NAME. It can hold a secret, so it is not an argument.
call() {
    local name=$1 rc=0
    if ! type -P curl >/dev/null; then
        warn "$name is set, but there is no curl on PATH to call it"
        return 0
    fi
    printf 'url = "%s"\n' "${!name}" >"$tmp/curl"
    [[ ${!name} != http:* ]] || printf 'noproxy = "*"\n' >>"$tmp/curl" # loopback, or a neighbour
    curl --disable --config "$tmp/curl" --silent --fail --globoff --proto =http,https --max-redirs 0 \
        --connect-timeout 5 --max-time 10 --output /dev/null "${@:2}" 2>/dev/null &
    wait "$!" || rc=$?
    ((!rc)) || warn "$name did not answer well (curl ended with status $rc); the run itself is done"
}
