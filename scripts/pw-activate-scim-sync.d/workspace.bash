# workspace.bash: the temporary directory of a run and its capture (--capture).
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # other parts write into them; option, tmp and run_id are in other parts

work=''    # the directory of the streams and logs: the capture, or the temporary directory
capture='' # the directory of the capture, if there is one
records=/dev/null

make_folders() {
    local dir=${option[capture]:-${CAPTURE_DIR:-}}
    make_temporary_folder "$me" 2>/dev/null
    work=$tmp
    # bash itself writes messages, as "line 9: 4711 Killed", whenever it notices that a child has died. They go to a file, which
    # finish.bash reads if this script fails. The operator gets this script's own messages about a stage.
    exec 2>"$tmp/bash.log"
    [[ -z $dir || -n ${option[check]:-} ]] || make_capture "$dir"
    must_write "to $work; nothing was sent" create_files "$work"/{desired,current,confirmations,scim-confirmations,plan,results}.jsonl 2>/dev/null
    records=$tmp/stages.json
    must_write "to $tmp; nothing was sent" create_files "$records"
}

make_capture() {
    local stamp directory
    TZ=UTC0 printf -v stamp '%(%Y%m%dT%H%M%SZ)T' -1
    directory=$1/$stamp-$run_id
    must_write "to the capture folder $1; nothing was sent" create_capture "$1" "$directory" 2>/dev/null
    capture=$directory work=$directory run_log=$directory/run.log
}

create_capture() { mkdir -p -- "$1" && mkdir -- "$2" && create_files "$2/run.log"; }

# replay DIR: the exports and confirmations of a capture, for this run.
# A capture without confirmations is of a run that ended before it asked.
replay() {
    local name
    for name in desired current confirmations scim-confirmations; do
        [[ $name == *confirmations && ! -s $1/$name.jsonl ]] || copy_file "$1/$name.jsonl" "$work/$name.jsonl"
    done
}
