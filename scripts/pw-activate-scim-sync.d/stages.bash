# stages.bash: starts the stages of a run, waits for them, and stops them.
# shellcheck shell=bash
# shellcheck disable=SC2004,SC2016,SC2034,SC2154 # variables of other parts; the dollars are jq's; maps are named by words

stages=()                                                           # in the order they started
hide_messages=                                                      # not empty: the messages of the stages go to their logs only
declare -A pid=() tee_pid=() output=() began=() status=() sealed=() # of each stage
declare -A not_run=()                                               # the status of a stage whose program could not be run

# start STAGE OUTPUT TOOL [ARGUMENT]...: starts TOOL in the background, with a copy of its messages in a log, and without the credentials
# that it does not need.
start() {
    local stage=$1 messages
    output[$stage]=$work/$2
    [[ -p $tmp/$stage.err ]] || mkfifo -- "$tmp/$stage.err"
    # Both ends of the pipe are open here, so no process below waits for the other to open its end. Otherwise, if this script is killed
    # between the two, the first waits for ever and holds the lock.
    exec {messages}<>"$tmp/$stage.err"
    (
        close_lock
        close_timer
        exec {messages}>&- {words}>&-
        [[ -z $hide_messages ]] || exec >/dev/null
        write_copy '' "$work/$stage.log" ${capture:+"$capture/$stage.log"}
    ) <"$tmp/$stage.err" >&"$words" &
    tee_pid[$stage]=$!
    began[$stage]=${EPOCHREALTIME//[!0-9]/}
    (
        # A forgotten process must not hold the lock for ever. But as long as scim-apply writes, no other run may start.
        [[ $stage == scim-apply ]] || close_lock
        close_timer
        unset HEARTBEAT_URL PUSHGATEWAY_URL SYNC_NOTIFY_URL SYNC_NOTIFY_COMMAND CAPTURE_DIR
        [[ $stage == activate-* ]] || unset ACTIVATE_API_KEY{,_FILE} ACTIVATE_SCIM_BEARER_TOKEN{,_FILE} PW_API_KEY
        [[ $stage == scim-@(export|confirm|apply|check) ]] || unset CW_SCIM_BEARER_TOKEN{,_FILE}
        export PW_SCIM_SYNC_ERROR_FILE=$tmp/$stage.error
        progress_of "$stage"
        export PW_SCIM_SYNC_PROGRESS=$REPLY
        exec "${program[$3]}" "${@:4}" {words}>&- {messages}>&-
    ) <&0 2>"$tmp/$stage.err" >"${output[$stage]}" &
    pid[$stage]=$!
    exec {messages}>&-
    stages+=("$stage") # last: a stage in this list can be waited for, whenever a signal arrives
}

# await STAGE...: waits for these stages, and logs the end of each. In bash 5.2, `wait -n` can miss the end of a child, and then waits for the
# end of another one, which may be the timer of the run. So this script looks for the end of the first, and waits for the last.
await() {
    local stage rc waiting=("$@") i start=${EPOCHREALTIME//[!0-9]/} nap
    start_progress
    while ((${#waiting[@]})); do
        for i in "${!waiting[@]}"; do
            stage=${waiting[i]}
            ((${#waiting[@]} == 1)) || ! kill -0 "${pid[$stage]}" 2>/dev/null || continue
            rc=0
            wait "${pid[$stage]}" || rc=$?
            unset "waiting[i]"
            stop_progress
            ended "$stage" "$rc"
            ((!${#waiting[@]})) || start_progress
        done
        ((${#waiting[@]} > 1)) || continue
        # A twentieth of the time until now, from 3 to 200 ms. With `read -t` instead, bash 5.2 crashes if a signal arrives.
        nap=$(((${EPOCHREALTIME//[!0-9]/} - start) / 20))
        ((nap = nap < 3000 ? 3000 : nap > 200000 ? 200000 : nap))
        sleep "${nap}e-6" || true # a signal to all processes of the run ends the sleep
    done
}

# ended STAGE STATUS: waits for the stage's last messages, reads its seal, and logs one line. The file of records gets an object for the stage.
ended() {
    local stage=$1 rc=$2 seconds level=error sentence deadline=$((${EPOCHREALTIME//[!0-9]/} + 2000000))
    since "${began[$stage]}"
    seconds=$REPLY
    # No tool ends with one of these, and with --exit-code, 1 has a meaning.
    [[ $rc != @(1|126|127) ]] || { not_run[$stage]=$rc && rc=69; }
    status[$stage]=$rc
    # tee ends when every process that the tool started has closed its standard error.
    while kill -0 "${tee_pid[$stage]}" 2>/dev/null && ((${EPOCHREALTIME//[!0-9]/} < deadline)); do sleep 0.002 || true; done
    keep "${output[$stage]##*/}"
    tail -n 1 -- "${output[$stage]}" >"$tmp/seal"
    sealed[$stage]=false
    if read_seal "$tmp/seal"; then
        sealed[$stage]=true
        sentence=$seal_sentence
    elif [[ $stage == *-check ]]; then
        sentence=checked
    else
        sentence='no sealed stream'
    fi
    printf '{"name":"%s","status":%s,"seconds":%s,"sealed":%s,"counts":{%s}%s}\n' "$stage" "$rc" "$seconds" "${sealed[$stage]}" "$seal_counts" \
        "${seal_approvals:+",\"approvals\":$seal_approvals"}" >>"$records"
    sentence+="; $seconds s"
    if [[ -n $seal_approvals ]]; then
        ask jq -rn --argjson approvals "$seal_approvals" '[$approvals[] | "; approved \(.digest) by \(.by // .user) on \(.host)"] | join("")' && sentence+=${answer[0]:-}
    fi
    case $rc in
        0) level=info ;;
        2 | 3 | 4) level=warning ;;
    esac
    log "$level" "$stage: $sentence, status $rc" "stage ended" "{\"stage\":\"$stage\",\"status\":$rc,\"seconds\":$seconds${seal_counts:+,$seal_counts}}"
}

# is_child PID: succeeds if the process runs and is a child of this script. If a signal arrives, bash 5.2 can lose the end of a child, and then
# lists it as running for ever. Its number may belong to another process. A /proc that is missing or has the numbers of another container
# does not help.
is_child() {
    local stat='' self=''
    kill -0 "$1" || return 1
    read -r self stat </proc/self/stat || true
    [[ $self == "$BASHPID" ]] || return 0
    IFS= read -rd '' stat <"/proc/$1/stat" # up to the end of the file, so its status is not 0
    [[ ${stat##*) } == [!ZX]" $$ "* ]]
} 2>/dev/null

# REPLY: the children that run. In a trap, a plain "return" has the status of the command before the trap, so the status is given.
children() {
    local job
    REPLY=''
    for job in $(jobs -pr); do ! is_child "$job" || REPLY+=" $job"; done
    [[ -n $REPLY ]]
}

# REPLY: the children that run, without those that copy messages.
running() {
    local job tees=" ${tee_pid[*]} " all
    children || return 1
    all=$REPLY REPLY=''
    for job in $all; do [[ $tees == *" $job "* ]] || REPLY+=" $job"; done
    [[ -n $REPLY ]]
}

# Sends TERM to the children that run, and KILL after the grace. Fails if a KILL was needed.
# shellcheck disable=SC2086,SC2046 # lists of numbers
stop_children() {
    local killed='' deadline=$((${EPOCHREALTIME//[!0-9]/} + grace * 1000000))
    ! running || kill -TERM $REPLY
    while running && ((${EPOCHREALTIME//[!0-9]/} < deadline + 5000000)); do # KILL takes a moment, but not 5 seconds
        if ((${EPOCHREALTIME//[!0-9]/} >= deadline)); then
            kill -KILL $REPLY
            killed=true
        fi
        sleep 0.05
    done
    deadline=$((${EPOCHREALTIME//[!0-9]/} + 2000000)) # for the last messages of the stopped stages
    while children && ((${EPOCHREALTIME//[!0-9]/} < deadline)); do sleep 0.05; done
    ! children || kill -KILL $REPLY
    [[ -z $killed ]]
}
