# Sourced by pw-activate-scim-sync: starting the stages, waiting for them, judging how they ended, stopping them.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016,SC2004 # the variables are the script's; the dollars are jq's; maps are named by words

# start STAGE OUTPUT TOOL [ARGUMENT]...: in the background, its words copied to a log; with no credential it does not need.
start() {
    local stage=$1
    output[$stage]=$work/$2
    mkfifo -- "$tmp/$stage.err"
    (
        let_go_of_lock
        exec tee -- "$work/$stage.log" {words}>&-
    ) <"$tmp/$stage.err" >&"$words" &
    tee_pid[$stage]=$!
    began[$stage]=${EPOCHREALTIME//[!0-9]/}
    (
        # A forgotten process must not hold the lock for ever; but while something writes, nobody else does.
        [[ $stage == scim-apply ]] || let_go_of_lock
        unset HEARTBEAT_URL PUSHGATEWAY_URL CAPTURE_DIR
        [[ $stage == activate-* ]] || unset ACTIVATE_API_KEY{,_FILE} ACTIVATE_SCIM_BEARER_TOKEN{,_FILE} PW_API_KEY
        [[ $stage == scim-@(export|apply|check) ]] || unset CW_SCIM_BEARER_TOKEN{,_FILE}
        exec "${program[$3]}" "${@:4}" {words}>&-
    ) <&0 2>"$tmp/$stage.err" >"${output[$stage]}" &
    pid[$stage]=$!
    stages+=("$stage") # last: who is in this list can be waited for, at whatever moment a signal comes
}

# ended STAGE STATUS: waits for its last words, reads its seal, says so in one line.
ended() {
    local stage=$1 rc=$2 level=error text record fields deadline=$((${EPOCHREALTIME//[!0-9]/} + 2000000))
    since "${began[$stage]}"
    status[$stage]=$rc
    # tee ends when everything the tool started has let go of its standard error
    while kill -0 "${tee_pid[$stage]}" 2>/dev/null && ((${EPOCHREALTIME//[!0-9]/} < deadline)); do sleep 0.02; done
    tail -n 1 -- "${output[$stage]}" >"$tmp/line"
    report 'first(inputs) // "" | stage($name; $status; $seconds) | .sealed, stage_sentence($seconds), tojson, (fields | tojson)' -nRr \
        --arg name "$stage" --argjson status "$rc" --arg seconds "$REPLY" "$tmp/line" >"$tmp/ended"
    { read -r "sealed[$stage]" && read -r text && read -r record && read -r fields; } <"$tmp/ended"
    printf '%s\n' "$record" >>"$records"
    case $rc in
        0) level=info ;;
        2 | 3) level=warning ;;
    esac
    log "$level" "$stage: $text, status $rc" "stage ended" "$fields"
}

# Waits for the stages named.
await() {
    local stage rc done_pid
    local -A waiting=()
    for stage; do waiting[${pid[$stage]}]=$stage; done
    while ((${#waiting[@]})); do
        rc=0
        wait -n -p done_pid "${!waiting[@]}" || rc=$?
        if [[ -z ${done_pid:-} ]]; then
            # bash 5.2: -n no longer knows a child whose end by a signal it has noted already; by its number it does.
            for done_pid in "${!waiting[@]}"; do kill -0 "$done_pid" 2>/dev/null || break; done
            rc=0
            wait "$done_pid" || rc=$?
        fi
        stage=${waiting[$done_pid]}
        unset "waiting[$done_pid]"
        ended "$stage" "$rc"
    done
}

# REPLY: how stage $1 failed, with its own last sentence.
failure_of() {
    local stage=$1 rc=${status[$1]} line=''
    tail -n 1 -- "$work/$stage.log" 2>/dev/null | jq -Rr '. as $line | try (fromjson.msg | strings) catch $line' >"$tmp/line" || true
    IFS= read -r line <"$tmp/line" || true
    line=${line#@(activate-export|scim-export|scim-diff|scim-apply): }
    if ((rc > 128)); then
        REPLY="$stage was killed by signal $((rc - 128))"
        ((rc != 137)) || REPLY+=" (out of memory? give it more)"
    else
        REPLY="$stage ended with status $rc${meaning[$rc]:+ (${meaning[$rc]})}"
        line=${line:-${advice[$rc]:-look at the lines above}}
        REPLY+=": ${line:0:600}"
    fi
}

# settled STAGE...: goes on if each of them ended well enough to go on with; else ends the run.
settled() {
    local stage text='' first=0 rc
    for stage; do
        rc=${status[$stage]}
        if [[ $rc == 0 || $rc == 2 && $stage != scim-diff || $rc == 3 && $stage == scim-@(diff|apply) ]]; then
            [[ ${sealed[$stage]} != true ]] || continue
            if ((rc == 3)); then
                failure_of "$stage" # the whole plan was refused
            else
                REPLY="$stage ended with status $rc, but its stream has no seal; it was cut short on its way to the disk"
                rc=65
            fi
        else
            failure_of "$stage"
        fi
        text+="; $REPLY"
        ((first)) || first=$rc
    done
    ((first)) || return 0
    tell_what_was_done
    die "$first" "failed: ${text#; }; $REPLY"
}

# REPLY: the children that run, but for those that only copy words.
running() {
    local job tees=" ${tee_pid[*]} "
    REPLY=''
    for job in $(jobs -pr); do [[ $tees == *" $job "* ]] || REPLY+=" $job"; done
    [[ -n $REPLY ]]
}

# TERM to what runs, KILL after the grace; fails if it came to that.
# shellcheck disable=SC2086,SC2046 # lists of numbers
stop_children() {
    local killed='' deadline=$((${EPOCHREALTIME//[!0-9]/} + grace * 1000000))
    ! running || kill -TERM $REPLY
    while running && ((${EPOCHREALTIME//[!0-9]/} < deadline + 5000000)); do # KILL needs a moment; no more than that
        if ((${EPOCHREALTIME//[!0-9]/} >= deadline)); then
            kill -KILL $REPLY
            killed=true
        fi
        sleep 0.05
    done
    deadline=$((${EPOCHREALTIME//[!0-9]/} + 2000000)) # for the last words of what was stopped
    while [[ -n $(jobs -pr) ]] && ((${EPOCHREALTIME//[!0-9]/} < deadline)); do sleep 0.05; done
    kill -KILL $(jobs -pr)
    [[ -z $killed ]]
}
