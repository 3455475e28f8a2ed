# stage-status.bash: the meaning of the exit status of a stage, and whether the run continues after it.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016 # variables of other parts; the dollar is jq's

declare -A meaning=([2]='partial' [3]='refused' [4]='unresolved' [64]='usage' [65]='bad input' [69]='unavailable' [70]='internal error' [74]='i/o error'
    [75]='try again later' [77]='denied' [78]='bad configuration')
declare -A advice=([65]='look at the line it names' [69]='ask the service operator' [70]='please report it'
    [74]='look at disk space and permissions' [75]='run again later' [77]='check the credential and its role'
    [78]='env.example lists every variable')

# require_stages STAGE...: returns if the run can continue after these stages. Otherwise the run ends with the status of the first stage
# that failed, and the message lists each stage that failed.
require_stages() {
    local stage text='' first=0 rc
    for stage; do
        rc=${status[$stage]}
        if ! is_acceptable "$stage"; then
            failure_of "$stage"
        elif [[ ${sealed[$stage]} == true ]]; then
            continue
        elif ((rc == 3)); then
            failure_of "$stage" # the plan was refused as a unit
        else
            REPLY="$stage ended with status $rc, but its stream has no seal; it was cut short on its way to the disk"
            rc=65
        fi
        # Two tools can find the same error of the configuration.
        [[ $rc == 78 && -n $text && $text == *"${REPLY#*: }" ]] || text+="; $REPLY"
        ((first)) || first=$rc
    done
    ((first)) || return 0
    tell_what_was_done
    die "$first" "failed: ${text#; }; $REPLY"
}

# is_acceptable STAGE: its status is that of a complete stream, of a partial one (2), of one with held changes (3) or of one with unresolved
# records (4).
is_acceptable() {
    case ${status[$1]} in
        0 | 2) ;;
        3) [[ $1 == scim-@(diff|apply) ]] ;;
        4) [[ $1 == @(activate-export|scim-diff|scim-apply) ]] ;;
        *) return 1 ;;
    esac
}

# REPLY: the status of a run whose stages have all ended: held (3), unresolved (4), partial (2), or 0. A change that the policy drops
# is still to be made.
status_of_run() {
    local all=" ${status[*]} " rc
    REPLY=0
    for rc in 2 4 3; do
        [[ $all != *" $rc "* ]] || REPLY=$rc
    done
    [[ $REPLY != 0 ]] || ! has_dropped || REPLY=2
}

# failure_of STAGE: REPLY is how the stage failed, with its own last message.
failure_of() {
    local stage=$1 rc=${status[$1]} line
    if [[ -s $tmp/$stage.error ]]; then # an error of the configuration, which the tool has not written to its log
        ask cat -- "$tmp/$stage.error" || true
        { printf '%s\n' "${answer[0]:-}" >>"$work/$stage.log"; } 2>/dev/null || true
    else
        ask last_message "$work/$stage.log" || true
        [[ $log_format != timestamped ]] || answer[0]=${answer[0]#*Z }
    fi
    line=${answer[0]:-}
    line=${line#@(activate-export|scim-export|scim-diff|scim-apply): }
    if ((rc > 128)); then
        REPLY="$stage was killed by signal $((rc - 128))"
        ((rc != 137)) || REPLY+=" (out of memory? give it more)"
    elif [[ -n ${not_run[$stage]:-} ]]; then
        REPLY="$stage cannot be run (status ${not_run[$stage]})${line:+: ${line:0:600}}; install the programs again"
    else
        line=${line:-${advice[$rc]:-look at the lines above}}
        ((rc != 74)) || { output_of "$stage" && line+=" (its output is $REPLY)"; }
        REPLY="$stage ended with status $rc${meaning[$rc]:+ (${meaning[$rc]})}"
        REPLY+=": ${line:0:600}"
    fi
}

# output_of STAGE: REPLY is the file that the stage writes, and how it gets room. See keep_live.
output_of() {
    REPLY="${output[$1]}; make room, or set TMPDIR"
    [[ ! -L ${output[$1]} ]] || REPLY="$capture/${output[$1]##*/}; make room, or correct CAPTURE_DIR"
}

# last_message LOG: its last line, as text or as the message of a JSON line.
last_message() { tail -n 1 -- "$1" 2>/dev/null | jq -Rr '. as $line | try (fromjson.msg | strings) catch $line'; }
