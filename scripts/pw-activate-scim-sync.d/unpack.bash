# unpack.bash: streams that can be compressed, as captures keep them: NAME.jsonl or NAME.jsonl.gz.
# shellcheck shell=bash
# shellcheck disable=SC2154 # tmp and answer are in files.bash

# find_stream DIR NAME: REPLY is the file of this stream in a capture. Fails if it cannot be read.
find_stream() {
    REPLY=$1/$2.jsonl
    [[ -f $REPLY || ! -f $REPLY.gz ]] || REPLY+=.gz
    [[ -f $REPLY && -r $REPLY ]]
}

# is_packed FILE: its first bytes are those of gzip data.
is_packed() {
    local LC_ALL=C beginning=''
    IFS= read -rd '' -n 2 beginning 2>/dev/null <"$1" || true
    [[ $beginning == $'\x1f\x8b' ]]
}

# unpack FROM TO NAME: the stream FROM in the file TO, decompressed if it is gzip data. FROM can be a pipe, or "-" for standard input.
unpack() {
    local rc=0 force=f
    if [[ -f $1 ]]; then
        is_packed "$1" || { copy_file "$1" "$2" && return; }
        force='' # with it, gzip would accept other bytes after its data
    fi
    if [[ $1 == - ]]; then
        gzip -dc"$force" >"$2" 2>"$tmp/gzip" || rc=$?
    else
        gzip -dc"$force" <"$1" >"$2" 2>"$tmp/gzip" || rc=$?
    fi
    # The tools would decompress it again, and jq and grep would see no line of it.
    ((rc)) || {
        ! is_packed "$2" || die 65 "$3 was compressed twice; decompress it once"
        return 0
    }
    ask tail -n 1 -- "$tmp/gzip" || true
    [[ ${answer[0]:-} != *stdout:* ]] || die 74 "cannot copy $3 to ${2%/*}; make room there, or set TMPDIR"
    ((rc < 126)) || die 69 "cannot decompress $3, because gzip cannot be run; install it"
    die 65 "$3: the gzip data is damaged, cut off, or followed by other bytes; copy the file again"
}
