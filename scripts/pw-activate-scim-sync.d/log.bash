# log.bash: log lines as text or JSON, log levels, and the last line of a run.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2016,SC2154 # finish.bash reads the conclusion; the dollars are jq's; library is the script's

run_id='' log_level=info log_format=text
run_log=/dev/null # the copy in the capture
exec {words}>&2   # the log goes here; make_folders redirects the shell's own messages
conclusion='' conclusion_level='' conclusion_fields='{}'

# report FILTER [JQ-OPTION]...: a filter of report.jq.
report() { jq -L "$library" "include \"report\"; $1" "${@:2}"; }

# write_line LEVEL SENTENCE [MESSAGE [FIELDS]]: as text, SENTENCE; as JSON, MESSAGE and FIELDS. A failed write is ignored: a log that
# without a reader does not stop a run.
write_line() {
    {
        { [[ $log_format == json ]] && report 'log_line($level; $message; $run; $fields)' -nc --arg level "$1" \
            --arg message "${3:-$2}" --arg run "$run_id" --argjson fields "${4:-"{}"}"; } || printf '%s\n' "$me: ${2//[[:cntrl:]]/ }"
    } 2>/dev/null | { tee -a -- "$run_log" >&"$words"; } 2>/dev/null || true
}

log() {
    local -A rank=([error]=0 [warning]=1 [info]=2 [debug]=3)
    ((rank[$1] > rank[$log_level])) || write_line "$@"
}

warn() { log warning "warning: $1" "$1"; }

# conclude LEVEL SENTENCE [FIELDS]: sets the last line of the run, which is written at every log level.
conclude() { conclusion_level=$1 conclusion=$2 conclusion_fields=${3:-"{}"}; }

# die STATUS SENTENCE: ends the run with SENTENCE as its last line.
die() {
    conclude error "$2"
    exit "$1"
}
