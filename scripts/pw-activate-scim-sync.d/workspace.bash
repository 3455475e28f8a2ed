# workspace.bash: the temporary directory of a run, and the streams of an earlier run in it (--replay).
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # other parts write into them; option and tmp are in other parts

work='' # the directory of the streams and logs
records=/dev/null

make_folders() {
    local dir=${option[capture]:-${CAPTURE_DIR:-}}
    make_temporary_folder "$me" 2>/dev/null
    work=$tmp
    # bash itself writes messages, as "line 9: 4711 Killed", whenever it notices that a child has died. They go to a file, which
    # finish.bash reads if this script fails. The operator gets this script's own messages about a stage.
    exec 2>"$tmp/bash.log"
    must_write "to $work; nothing was sent; set TMPDIR to a directory with enough space" create_files "$work"/{desired,current,confirmations,scim-confirmations,plan,results}.jsonl 2>/dev/null
    mkfifo -- "$tmp"/{timer,{activate,scim}-{export,confirm}.err,scim-{diff,apply}.err} # of a usual run, by one process
    records=$tmp/stages.json
    must_write "to $tmp; nothing was sent; set TMPDIR to a directory with enough space" create_files "$records"
    [[ -z $dir || -n ${option[check]:-}${option[explain]:-} ]] || make_capture "$dir"
}

# replay DIR: uses the exports and confirmations of a capture in this run. A capture without confirmations is of a run that ended before
# them, or that ACTIVATE did not answer. No absent user is then confirmed.
replay() {
    local name
    for name in desired current confirmations scim-confirmations; do
        ! find_stream "$1" "$name" || [[ ! -s $REPLY ]] || unpack "$REPLY" "$work/$name.jsonl" "$REPLY"
    done
    [[ -s $work/confirmations.jsonl ]] || confirm_no_absence
    for name in desired current confirmations scim-confirmations; do keep "$name.jsonl"; done
}

confirm_no_absence() {
    {
        head -n 1 -- "$work/desired.jsonl" | sed 's/"kind":"directory"/"kind":"confirmations"/; s/,"at":"[^"]*"//'
        echo '{"type":"end","confirmations":0}'
    } >"$work/confirmations.jsonl"
}
