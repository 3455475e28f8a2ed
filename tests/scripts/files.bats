#!/usr/bin/env bats
# files.bash, the functions that write files: a failure ends with 74 and names the place.
# shellcheck disable=SC2154,SC2016 # bats' variables; the inner shell's dollars

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

# part COMMAND: runs COMMAND in a shell that has files.bash.
part() {
    run --separate-stderr bash -c 'set -euo pipefail
        die() { echo "$2" >&2; exit "$1"; }
        source "$0/files.bash"
        '"$1" "$SYNC.d"
}

@test "a file that cannot be written, copied or made ends with 74, and the last line names the place" {
    part 'write_file /dev/full echo x; echo not reached'
    expect 74 'cannot write to /dev/full'
    part 'write_file /no/such/file echo x; echo not reached'
    expect 74 'cannot write to /no/such/file'
    part 'must_write "to standard output" printf x >/dev/full; echo not reached'
    expect 74 'cannot write to standard output'
    part 'copy_file /etc/passwd /no/such/copy; echo not reached'
    expect 74 'cannot copy /etc/passwd to /no/such'
    part 'TMPDIR=/no/such make_temporary_folder x; echo not reached'
    expect 74 'cannot create a directory in /no/such; free space there, or set TMPDIR'
    [[ -z $output ]]
}

@test "a file that can be written is written, privately if the script requires that" {
    part 'umask 077; make_temporary_folder x
        write_file "$tmp/a" printf "%s\n" one two; copy_file "$tmp/a" "$tmp/b"; cp "$tmp/a" "$tmp/c"; create_files "$tmp"/{d,e}
        cat "$tmp"/[a-e]; stat -c %a "$tmp" "$tmp"/[a-e] | sort | uniq -c | xargs; rm -r "$tmp"'
    expect 0
    [[ $output == $'one\ntwo\none\ntwo\none\ntwo\n5 600 1 700' ]]
}

@test "ask returns the lines of a command, and nothing if it failed" {
    part 'tmp=$PWD; ask printf "%s\n" " a  b " "" c; printf "<%s>" "${answer[@]}"; ask false || echo "${#answer[@]}"; rm answer'
    expect 0
    [[ $output == '< a  b ><><c>0' ]]
}
