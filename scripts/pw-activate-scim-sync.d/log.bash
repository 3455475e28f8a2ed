# log.bash: log lines as text or JSON, log levels, and the last line of a run.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2016,SC2154 # finish.bash reads the conclusion; the dollars are jq's; library is the script's

run_id='' log_level=info log_format=text
run_log=/dev/null # the copy in the capture
last_writes=''    # true at the end of a run
exec {words}>&2   # the log goes here; make_folders redirects the shell's own messages
conclusion='' conclusion_level='' conclusion_fields='{}'

report() { with_module report "$@"; }

# without_secrets TEXT: REPLY is TEXT with *** in place of credentials: those in the environment, and any key of ACTIVATE in the wrong
# variable or option.
without_secrets() {
    local secret key='pw(t_[A-Za-z0-9_+/=-]+\.[A-Za-z0-9._+/=-]+|ut_[A-Za-z0-9_+/=-]{11,})'
    REPLY=$1
    for secret in "${ACTIVATE_API_KEY:-}" "${ACTIVATE_SCIM_BEARER_TOKEN:-}" "${CW_SCIM_BEARER_TOKEN:-}" "${PW_API_KEY:-}"; do
        ((${#secret} < 4)) || REPLY=${REPLY//"$secret"/***}
    done
    while [[ $REPLY =~ $key ]]; do REPLY=${REPLY//"${BASH_REMATCH[0]}"/***}; done
}

# write_line LEVEL SENTENCE [MESSAGE [FIELDS]]: as text, SENTENCE; as JSON, MESSAGE and FIELDS. A failed write is ignored: a log without a
# reader does not stop a run.
write_line() {
    local REPLY # the REPLY of the caller stays unchanged
    without_secrets "$2"
    set -- "$1" "$REPLY" "${3:-$2}" "${@:4}"
    without_secrets "$3"
    set -- "$1" "$2" "$REPLY" "${@:4}"
    { [[ $log_format == json ]] && json_line "$1" "$3" "${4:-"{}"}"; } 2>/dev/null || text_line "$2"
    if is_screen "$words"; then
        printf '%s\n' "$REPLY" | write_copy "$1" "$run_log" >&"$words"
    else # without another process, because a run writes a line for each stage
        # The capture first: a signal can end the write to a reader that is slow.
        [[ $run_log == /dev/null ]] || printf '%s\n' "$REPLY" >>"$run_log"
        if [[ -z $last_writes ]]; then printf '%s\n' "$REPLY" >&"$words"; else write_within_limit; fi
    fi 2>/dev/null || true
}

# At the end of a run, signals are ignored, so a write to a reader that does not read would hold the lock for ever. Such a write is stopped
# after 10 s, and later lines are dropped.
write_within_limit() {
    local rc=0
    timeout --foreground --signal=KILL 10 printf '%s\n' "$REPLY" >&"$words" || rc=$?
    case $rc in
        0) ;;
        137) exec {words}>/dev/null ;;
        *) printf '%s\n' "$REPLY" >&"$words" ;; # timeout itself has failed
    esac
}

# now: REPLY is the time, in UTC.
now() {
    local time=$EPOCHREALTIME
    TZ=UTC0 printf -v REPLY '%(%Y-%m-%dT%H:%M:%S)T.%sZ' "${time%[.,]*}" "${time:11:3}"
}

# text_line SENTENCE: REPLY is the line.
text_line() {
    REPLY=''
    [[ $log_format != timestamped ]] || { now && REPLY+=' '; }
    REPLY+="$me: ${1//[[:cntrl:]]/ }"
}

# json_line LEVEL MESSAGE FIELDS: REPLY is the line. jq writes a message that is not printable ASCII. A start of jq for every line would take
# most of the time of this script.
json_line() {
    local message fields=${3#\{}
    if [[ $2 == *[^\ -~]* ]]; then
        IFS= read -r message < <(printf '%s' "$2" | jq -Rs .) || return 1
    else
        message=${2//\\/\\\\}
        message=\"${message//\"/\\\"}\"
    fi
    [[ $fields == '}' ]] || fields=,$fields
    now
    printf -v REPLY '{"time":"%s","level":"%s","msg":%s,"tool":"%s"%s%s' "$REPLY" "$1" "$message" "$me" "${run_id:+",\"run\":\"$run_id\""}" "$fields"
}

# is_screen DESCRIPTOR: lines for people go there. They have colours, and replace the line of the progress.
is_screen() { [[ $log_format != json && -t $1 && ${TERM:-dumb} != dumb ]]; }

# write_copy LEVEL FILE...: standard input, appended to each FILE, and to standard output. On a screen, warnings are yellow, and all lines
# are red if LEVEL is error.
write_copy() {
    local paint=$'s/^([^ ]+Z )?[a-z-]+: warning: .*/\e[33m&\e[0m/'
    [[ $1 != error ]] || paint=$'s/.*/\e[31m&\e[0m/'
    has_colors 1 || paint=''
    is_screen 1 || exec tee -a -- "${@:2}"
    tee -a -- "${@:2}" | exec sed -uE "$paint"$';s/^/\r\e[K/'
}

log() {
    local -A rank=([error]=0 [warning]=1 [info]=2 [debug]=3)
    ((rank[$1] > rank[$log_level])) || write_line "$@"
}

warn() { log warning "warning: $1" "$1"; }

# conclude LEVEL SENTENCE [FIELDS]: sets the last line of the run, which is written at every log level. With -q, it is written unless
# LEVEL is info.
conclude() {
    local REPLY
    without_secrets "$2"
    conclusion_level=$1 conclusion=$REPLY conclusion_fields=${3:-"{}"}
}

# die STATUS SENTENCE: ends the run with SENTENCE as its last line.
die() {
    conclude error "$2"
    exit "$1"
}
