# deadline.bash: SYNC_MAX_RUN_SECONDS, the longest time of a run.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of other parts

most_seconds=2700
overtime='' # true if the time of the run is over
timer_fd='' timer_pid=''

# A first load in shares takes longer, because it writes all users.
settle_deadline() {
    local limit
    [[ -z ${SYNC_SHARD:-} ]] || most_seconds=14000
    limit=${SYNC_MAX_RUN_SECONDS:-$most_seconds}
    [[ $limit =~ ^[1-9][0-9]{0,5}$ ]] || { shown "$limit" && die 78 "SYNC_MAX_RUN_SECONDS is $REPLY; write an integer from 1 to 999999"; }
    most_seconds=$limit
}

# A process that sends ALRM to this script when the time is over. It has no child: read waits. It ends with this script, which alone
# holds the other end of its pipe.
start_timer() {
    exec {timer_fd}<>"$tmp/timer"
    (
        close_lock
        exec {words}>&- 2>/dev/null >/dev/null <"$tmp/timer" {timer_fd}>&-
        trap - TERM INT HUP EXIT ERR
        rc=0
        read -rt "$most_seconds" || rc=$?
        ((rc <= 128)) || kill -ALRM "$$"
    ) &
    timer_pid=$!
    # bash 5.2 can lose the end of the child that has sent the signal: a wait for it would not return.
    disown "$timer_pid"
}

close_timer() { [[ -z $timer_fd ]] || exec {timer_fd}>&-; }

stop_timer() {
    [[ -n $timer_pid ]] || return 0
    kill -KILL "$timer_pid" 2>/dev/null
    close_timer
    timer_fd='' timer_pid=''
}
