# finish.bash: the end of a run, after success, failure or a signal. It ends all processes and removes the temporary files and the lock.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of other parts

signal=''      # the signal that ended the run
failed_line='' # the command that failed unexpectedly

finish() {
    local rc=$? killed='' stage
    trap - EXIT ERR
    [[ $BASHPID == "$$" ]] || exit "$rc" # a signal to a forked process, before bash resets its traps
    trap '' TERM INT HUP ALRM
    set +e
    last_writes=true
    stop_progress
    stop_timer
    stop_children 2>/dev/null || killed=", and had to be killed after $grace s"
    if [[ -n $signal$overtime ]]; then
        conclude_stopped "$killed"
    elif [[ -n $pipe_closed ]]; then
        rc=141
    elif [[ $rc != 0 && -z $conclusion && -n $tmp ]] && ! has_room; then
        tell_what_was_done
        conclude error "cannot write to $tmp: no space is left, or it cannot be written; make room, or set TMPDIR; $REPLY"
        rc=74
    elif [[ $rc != 0 && -z $conclusion ]]; then
        conclude_internal_error "$rc"
        rc=70
    fi
    if [[ -n $capture ]]; then
        for stage in "${stages[@]}"; do [[ -n ${status[$stage]:-} ]] || keep "${output[$stage]##*/}"; done
        write_run_json "$rc"
        close_capture
    fi
    # The metrics first: a command for the report can fill TMPDIR.
    [[ -z $measured || -z ${METRICS_FILE:-}${PUSHGATEWAY_URL:-} || -z ${METRICS_FILE:-$tmp} ]] || write_metrics "$rc"
    notify "$rc"
    [[ -z $tmp ]] || rm -rf -- "$tmp"
    remove_lock
    [[ -z ${option[quiet]:-} || $conclusion_level != info ]] || exec {words}>/dev/null # the capture gets the line
    [[ -z $conclusion ]] || write_line "$conclusion_level" "$conclusion" "$conclusion" "$conclusion_fields"
    exit "$rc"
}

# conclude_stopped KILLED: a signal or the end of its time ended the run.
conclude_stopped() {
    local text stage stopped=() ended_with
    for stage in "${stages[@]}"; do [[ -n ${status[$stage]:-} ]] || stopped+=("$stage"); done
    printf -v text ' and %s' "${stopped[@]}"
    REPLY="by SIG$signal"
    [[ -z $overtime ]] || REPLY="after $most_seconds s (SYNC_MAX_RUN_SECONDS)"
    text="stopped $REPLY${stopped[0]:+ while ${text# and } ran}$1"
    for stage in "${stopped[@]}"; do
        wait "${pid[$stage]}"
        ended_with=$?
        ended "$stage" "$ended_with"
    done
    tell_what_was_done
    conclude error "$text; $REPLY"
}

# conclude_internal_error STATUS: a command of this script failed. bash's messages about killed children are not the reason.
conclude_internal_error() {
    local text
    tell_what_was_done
    text=$(grep -vE ': line [0-9]+: +[0-9]+ ' "$tmp/bash.log" 2>/dev/null | tail -n 1)
    conclude error "internal error: status $1 in line ${failed_line:-unknown} of ${0##*/}${text:+ ($text)}; $REPLY; please report it"
}
