# files.bash: writing files and standard output, and jq. A failure ends the script with status 74 and a message that names the place.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # answer is read by the scripts, which set library

tmp='' # the temporary directory

# make_temporary_folder NAME: creates $tmp with a random name. It does not use $(mktemp), for the reason given at ask.
make_temporary_folder() {
    printf -v tmp '%s/%s.%08x%08x' "${TMPDIR:-/tmp}" "$1" "$SRANDOM" "$SRANDOM"
    mkdir -- "$tmp" || { tmp='' && die 74 "cannot create a directory in ${TMPDIR:-/tmp}; free space there, or set TMPDIR"; }
}

# jq reads definitions from ~/.jq, which would change the meaning of every program here. So it gets a home directory that cannot have one.
# The times are in UTC. In a time zone with summer time, fromdate of jq 1.6 is an hour late.
jq() { HOME=/dev/null TZ=UTC0 command jq "$@"; }

# with_module MODULE FILTER [JQ-OPTION]...: FILTER with the definitions of MODULE.jq. With -L instead of a search path in the program, a
# file of that name in the working directory would come first.
with_module() {
    local place=${library//\\/\\\\}
    jq "include \"$1\" {search: \"${place//\"/\\\"}\"}; $2" "${@:3}"
}

# must_write WHAT COMMAND...: runs COMMAND. If it fails: cannot write WHAT.
must_write() { "${@:2}" || die 74 "cannot write $1"; }

# must_print WHAT COMMAND...: the same for standard output. If its reader has closed the pipe, the script ends quietly with 141, as if
# by SIGPIPE.
pipe_closed=''
must_print() {
    local rc=0
    (
        trap - PIPE
        "${@:2}"
    ) 2>/dev/null || rc=$?
    ((rc != 141)) || { pipe_closed=true && exit 141; }
    ((!rc)) || die 74 "cannot write $1"
}

# has_colors DESCRIPTOR: colours are wanted there: it is a terminal, and NO_COLOR is not set.
has_colors() { [[ -t $1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; }

# write_file FILE COMMAND...: writes the output of COMMAND to FILE. COMMAND fails only if it cannot read or write.
write_file() { "${@:2}" >"$1" || die 74 "cannot write to $1"; }

# create_files FILE...: creates empty files. Fails if one cannot be created.
create_files() {
    local file
    for file; do : >"$file" || return 1; done
}

copy_file() { cp -- "$1" "$2" || die 74 "cannot copy $1 to ${2%/*}"; }

# ask COMMAND...: puts the lines that COMMAND prints into the array answer. It replaces $(...) during a run: bash 5.2 can miss the trap of a
# signal that arrives while it forks for $(...).
answer=()
ask() {
    local rc=0
    answer=()
    "$@" >"$tmp/answer" || rc=$?
    if ((rc)) && ! has_room; then # the disk may be full, and the changes made must still be reported
        mapfile -t answer < <("$@" || true)
        [[ -n ${answer[0]:-} ]] || return "$rc"
        return 0
    fi
    ((!rc)) || return "$rc"
    mapfile -t answer <"$tmp/answer"
}

# has_room: succeeds if $tmp has space for another 64 KiB.
has_room() {
    local rc=0
    { printf '%65536s' '' >"$tmp/room"; } 2>/dev/null || rc=1
    { : >"$tmp/room"; } 2>/dev/null || rc=1
    return "$rc"
}
