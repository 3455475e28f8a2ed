# exit.bash: the end of plan-show, rehearse, reseal and sync-captures: with a message, and without a temporary directory left over.
# shellcheck shell=bash
# shellcheck disable=SC2154 # me and tmp are the script's

# die STATUS SENTENCE
die() {
    printf '%s\n' "$me: ${2//[[:cntrl:]]/ }" >&2
    exit "$1"
}

# print_version FOLDER: the version of scim-diff, which is on PATH or in FOLDER, and the end of the script.
print_version() {
    local program line
    program=$(type -P scim-diff) || program=$1/scim-diff
    line=$("$program" --version 2>/dev/null) || die 69 "cannot find scim-diff, which has the version, on PATH or in $1; install it"
    must_print 'to standard output' printf '%s %s\n' "$me" "${line##* }"
    exit 0
}

remove_temporary_folder_at_exit() {
    trap '[[ -z $tmp ]] || rm -rf -- "$tmp"' EXIT
    trap 'exit 143' TERM
    trap 'exit 130' INT
}
