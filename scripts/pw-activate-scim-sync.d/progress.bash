# progress.bash: the progress of the stages: a line on a terminal, or a log line every 30 s.
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of other parts

progress_pid=''

# progress_of STAGE: for the tool of a stage, the value of PW_SCIM_SYNC_PROGRESS: the file of its line, or "log".
progress_of() {
    if shows_progress; then
        REPLY=$tmp/$1.progress
    elif [[ $log_level == @(info|debug) ]]; then
        REPLY=log
    else
        REPLY=''
    fi
}

shows_progress() { [[ -t $words && $log_format != json && $log_level == @(info|debug) && ${TERM:-dumb} != dumb ]]; }

# A process that shows the lines of the running stages as the last line of the terminal, each second. Like the timer, it has no child,
# and it ends with this script.
start_progress() {
    shows_progress || return 0
    (
        close_lock
        exec 2>/dev/null
        trap - TERM INT HUP EXIT ERR
        exec 0<"$tmp/timer" {timer_fd}>&-
        rc=142 text='' line=''
        while ((rc > 128)); do
            rc=0
            read -rt 1 || rc=$?
            text=''
            for file in "$tmp"/*.progress; do
                line=''
                { IFS= read -r line <"$file"; } 2>/dev/null || true
                file=${file##*/}
                text+=${line:+ | ${file%.progress}: $line}
            done
            # The terminal cuts the line at its right edge.
            [[ -z $text ]] || printf '\r\e[K\e[?7l%s\e[?7h' "${text# | }"
        done
    ) >&"$words" &
    progress_pid=$!
    disown "$progress_pid"
}

# stop_progress: the last line of the terminal is empty again.
stop_progress() {
    [[ -n $progress_pid ]] || return 0
    kill -KILL "$progress_pid" 2>/dev/null || true
    progress_pid=''
    rm -f -- "$tmp"/*.progress
    { printf '\r\e[K' >&"$words"; } 2>/dev/null || true
}
