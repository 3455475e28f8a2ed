# workspace.bash: the temporary directory of a run and its capture (--capture).
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # other parts write into them; option, tmp and run_id are in other parts

work=''           # the directory of the streams and logs
capture=''        # the directory of the capture, if there is one
capture_failed='' # true if a capture was requested and is missing or incomplete
records=/dev/null

make_folders() {
    local dir=${option[capture]:-${CAPTURE_DIR:-}}
    make_temporary_folder "$me" 2>/dev/null
    work=$tmp
    # bash itself writes messages, as "line 9: 4711 Killed", whenever it notices that a child has died. They go to a file, which
    # finish.bash reads if this script fails. The operator gets this script's own messages about a stage.
    exec 2>"$tmp/bash.log"
    must_write "to $work; nothing was sent; set TMPDIR to a directory with enough space" create_files "$work"/{desired,current,confirmations,scim-confirmations,plan,results}.jsonl 2>/dev/null
    records=$tmp/stages.json
    must_write "to $tmp; nothing was sent; set TMPDIR to a directory with enough space" create_files "$records"
    [[ -z $dir || -n ${option[check]:-} ]] || make_capture "$dir"
}

# A run without its capture is better than no run: otherwise users who have left would keep access until the disk has space.
make_capture() {
    local stamp
    TZ=UTC0 printf -v stamp '%(%Y%m%dT%H%M%SZ)T' -1
    capture=$1/$stamp-$run_id
    if create_capture "$1" "$capture" 2>/dev/null; then
        run_log=$capture/run.log
    else
        capture=''
        lose_capture "cannot write to the capture directory $1"
    fi
}

create_capture() { mkdir -p -- "$1" && mkdir -- "$2" && create_files "$2"/run.log "$2"/{desired,current,confirmations,scim-confirmations,plan,results}.jsonl; }

# lose_capture SENTENCE
lose_capture() {
    [[ -n $capture_failed ]] || warn "$1; this run continues without a complete capture; make room, or correct CAPTURE_DIR"
    capture_failed=true
}

# keep FILE: copies the file of the workspace to the capture.
keep() {
    [[ -n $capture && -e $work/$1 ]] || return 0
    [[ ! $work/$1 -ef $capture/$1 ]] || return 0
    cp -- "$work/$1" "$capture/$1" 2>/dev/null || {
        { : >"$capture/$1"; } 2>/dev/null || true # a part of a stream is useless
        lose_capture "cannot write to the capture $capture"
    }
}

# keep_live FILE: from now on, everything written to the file goes to the capture at once. The outcomes of writes are then there even if
# this script is killed. If the capture may not have enough space, the file is copied later.
keep_live() {
    local size
    [[ -n $capture ]] || return 0
    ask stat -c %s -- "$work/plan.jsonl" || return 0
    size=${answer[0]}
    ask stat -f -c '%a*%S' -- "$capture" || return 0
    ((answer[0] < 4 * size + 65536)) || ln -sfr -- "$capture/$1" "$work/$1" || true
}

# replay DIR: uses the exports and confirmations of a capture in this run. A capture without confirmations is of a run that ended before
# them.
replay() {
    local name
    for name in desired current confirmations scim-confirmations; do
        [[ $name == *confirmations && ! -s $1/$name.jsonl ]] || copy_file "$1/$name.jsonl" "$work/$name.jsonl"
        keep "$name.jsonl"
    done
}
