# capture-store.bash: a directory of captures: appending to its index, and removing what is old.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the dollars are jq's; variables of other parts
#
# The index, index.jsonl, has a line for each run, and before it a line for each change of that run. A writer appends under a lock on
# the file. A line that was cut off by a crash has no newline; the next writer adds it, and readers ignore the line.

# The files of a capture. A directory with any other file is not a capture, and is never removed.
readonly capture_file='^((desired|current|confirmations|scim-confirmations|plan|results|dropped|restored|organization)\.jsonl(\.gz)?|[a-z-]+\.log|run\.json)$'
readonly capture_name='^[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$'

# seconds_of PERIOD: REPLY is 90d or 36h in seconds; 0 is 0.
seconds_of() {
    REPLY=0
    [[ $1 != 0 ]] || return 0
    [[ $1 =~ ^([1-9][0-9]{0,4})([dh])$ ]] || return 1
    REPLY=$((BASH_REMATCH[1] * 3600))
    [[ ${BASH_REMATCH[2]} == h ]] || REPLY=$((REPLY * 24))
}

# lock_index DIR: opens and locks the index of DIR, as index_fd. Follows no link. Another writer can put a new file in its place while
# this one waits for the lock.
lock_index() {
    local index=$1/index.jsonl
    while :; do
        [[ -e $index || -L $index ]] || (set -o noclobber && : >"$index") 2>/dev/null || [[ -e $index ]] || return 1
        [[ -f $index && ! -L $index && -O $index ]] || return 1
        { exec {index_fd}>>"$index"; } 2>/dev/null || return 1
        flock --timeout 60 "$index_fd" || { exec {index_fd}>&- && return 1; }
        [[ ! $index -ef /dev/fd/$index_fd || -L $index ]] || return 0
        exec {index_fd}>&-
    done
}

# append_to_index DIR FILE: the lines of FILE at the end of the index.
append_to_index() {
    local rc=0
    lock_index "$1" || return 1
    {
        [[ ! -s $1/index.jsonl || -z $(tail -c 1 -- "$1/index.jsonl") ]] || echo # after a line that was cut off
        cat -- "$2" 2>/dev/null
    } >&"$index_fd" || rc=1
    exec {index_fd}>&-
    return "$rc"
}

# is_capture DIR: DIR has the name and the files of a capture.
is_capture() {
    local file
    [[ ${1##*/} =~ $capture_name && -d $1 && ! -L $1 ]] || return 1
    for file in "$1"/* "$1"/.[!.]*; do
        [[ -e $file || -L $file ]] || continue
        [[ ${file##*/} =~ $capture_file && (-f $file || -L $file) ]] || return 1
    done
}

# has_state DIR: the capture has the state of SCIM, complete with its seal.
has_state() { find_stream "$1" current && [[ -s $REPLY && $(gzip -dcf <"$REPLY" 2>/dev/null | tail -n 1) == '{"type":"end"'* ]]; }

# remove_capture DIR: removes its files and then the directory itself, from within, so that no link is followed. In it, a relative path would
# name another place.
remove_capture() {
    local dir=$1
    [[ $dir == /* ]] || dir=$PWD/$dir
    is_capture "$dir" && (cd -P -- "$dir" && [[ . -ef $dir && ! -L $dir ]] && rm -f -- ./*) 2>/dev/null && rmdir -- "$dir" 2>/dev/null
}

# prune_captures DIR SECONDS [COMMAND]: removes captures whose run began more than SECONDS ago, and the index lines of such runs. The
# newest of them with a state of SCIM stays, because it has the state at the beginning of the time that is kept. So do those after it.
# With COMMAND, runs this with each capture to remove, and removes nothing.
prune_captures() {
    local now stamp begin base='' entry old=() i rc=0
    [[ -d $1 ]] || return 0
    printf -v now '%(%s)T' -1
    TZ=UTC0 printf -v stamp '%(%Y%m%dT%H%M%SZ)T' $((now - $2))
    TZ=UTC0 printf -v begin '%(%Y-%m-%dT%H:%M:%SZ)T' $((now - $2))
    for entry in "$1"/[0-9]*Z-*/; do
        entry=${entry%/}
        [[ ${entry##*/} < $stamp ]] || break
        ! is_capture "$entry" || [[ ! -O $entry && $EUID != 0 ]] || old+=("$entry")
    done
    for ((i = ${#old[@]} - 1; i >= 0; --i)); do
        ! has_state "${old[i]}" || { base=${old[i]} && break; }
    done
    for entry in "${old[@]}"; do
        [[ $entry < ${base:-$1/$stamp} ]] || break
        if [[ -n ${3:-} ]]; then "$3" "$entry"; else remove_capture "$entry" || rc=1; fi
    done
    [[ -n ${3:-} ]] || prune_index "$1" "$begin" || rc=1
    return "$rc"
}

# prune_index DIR BEGIN: removes the lines at the front that are of runs before BEGIN, except those of runs whose capture is still there.
# The new file replaces the old one in one step.
prune_index() {
    local index=$1/index.jsonl line count=0 kept=() new rc=0
    [[ -s $index ]] || return 0
    lock_index "$1" || return 1
    while IFS= read -r line; do
        [[ ! $line =~ \"begin\":\"([0-9TZ:.-]{20,24})\" || ${BASH_REMATCH[1]} < $2 ]] || break
        [[ ! $line =~ ^\{\"type\":\"run\".*,\"capture\":\"([A-Za-z0-9._-]+)\" || ! -d $1/${BASH_REMATCH[1]} ]] || kept+=("$line")
        count=$((count + 1))
    done <"$index"
    if ((count > ${#kept[@]})); then
        printf -v new '%s.%08x%08x' "$index" "$SRANDOM" "$SRANDOM"
        { (set -o noclobber && printf '%s' "${kept[@]/%/$'\n'}" >"$new") && tail -n +$((count + 1)) -- "$index" >>"$new" && mv -fT -- "$new" "$index"; } 2>/dev/null ||
            { rm -f -- "$new" && rc=1; }
    fi
    exec {index_fd}>&-
    return "$rc"
}
