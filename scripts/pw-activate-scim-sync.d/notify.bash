# notify.bash: SYNC_NOTIFY_URL and SYNC_NOTIFY_COMMAND: a report of a run in which something changed, failed, is held or is unresolved.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the dollars are jq's; variables of other parts

notifies=''     # true if this run may send a report
notify_names='' # true if names may leave this host

# Called after check_addresses: a URL that was not checked is not called.
settle_notify() {
    choose sync-notify-names false true 1 yes false 0 no
    [[ $REPLY != @(true|1|yes) ]] || notify_names=true
    [[ -n $dry_run || -z ${SYNC_NOTIFY_URL:-}${SYNC_NOTIFY_COMMAND:-} ]] || notifies=true
}

# notify STATUS: at the end of a run, when its status is known. A pod that must stop has no time for it.
notify() {
    [[ -n $notifies && -z $signal && -d $tmp ]] || return 0
    (($1 != 0 || did_total > 0)) || return 0
    write_notice "$1" >"$tmp/notice" || { warn "the report for SYNC_NOTIFY_URL and SYNC_NOTIFY_COMMAND cannot be written to $tmp" && return 0; }
    if [[ -n ${SYNC_NOTIFY_URL:-} ]]; then
        jq -Rs '{text: rtrimstr("\n")}' "$tmp/notice" >"$tmp/notice.json"
        call SYNC_NOTIFY_URL --header 'Content-Type: application/json' --data-binary "@$tmp/notice.json"
    fi
    [[ -z ${SYNC_NOTIFY_COMMAND:-} ]] || run_notify_command
}

# The report: counts, and only if SYNC_NOTIFY_NAMES permits it the last line of the log and names.
write_notice() {
    local org
    org=$(head -n 1 -- "$work/plan.jsonl" | jq -Rr 'fromjson? | .org // ""')
    since "$started"
    report 'notice($stages; $did; $differs; $status; $seconds; $meaning; $run; $host; $org)' -nr --slurpfile stages "$records" --argjson did "$did" \
        --argjson differs "$differs" --argjson status "$1" --arg seconds "$REPLY" --arg meaning "${meaning[$1]:-}" --arg run "$run_id" \
        --arg host "${HOSTNAME:-}" --arg org "${org:-${ACTIVATE_ORG_NAME:-}}" || return 1
    [[ -n $notify_names ]] || return 0
    printf '%s\n' "$conclusion"
    [[ ! -s $work/results.jsonl ]] || report 'tally(.type == "outcome" and .outcome == "applied"; 20) | lines_of_names(20)' -nrR -- "$work/results.jsonl" || true
    { grep -a '"held":' -- "$work/plan.jsonl" || true; } | report 'names_of_held(20)' -nrR || true
}

# The command gets no credential, 30 seconds, and the report as its standard input. The end of its output is kept. A process that it leaves
# can hold the pipe open, so the wait for the reader has a limit.
run_notify_command() {
    local rc=0 pipe reader deadline
    exec {pipe}> >(
        close_lock
        exec tail -c 4096 >"$tmp/notify.log" {words}>&-
    )
    reader=$!
    (
        trap - TERM INT HUP ALRM PIPE
        close_lock
        unset "${!ACTIVATE_@}" "${!CW_SCIM_@}" PW_API_KEY SYNC_NOTIFY_URL HEARTBEAT_URL PUSHGATEWAY_URL
        exec timeout --kill-after=5 30 bash -c "$SYNC_NOTIFY_COMMAND" {words}>&- >&"$pipe" 2>&1 {pipe}>&-
    ) <"$tmp/notice" &
    wait "$!" || rc=$?
    exec {pipe}>&-
    deadline=$((${EPOCHREALTIME//[!0-9]/} + 2000000))
    while kill -0 "$reader" 2>/dev/null && ((${EPOCHREALTIME//[!0-9]/} < deadline)); do sleep 0.002 || true; done
    ((!rc)) || warn "SYNC_NOTIFY_COMMAND exited with status $rc: $(tail -n 1 -- "$tmp/notify.log" | cut -c1-300); the run itself is done"
}
