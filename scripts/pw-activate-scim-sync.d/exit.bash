# exit.bash: the end of plan-show, rehearse, reseal and sync-captures: with a message, and without a temporary directory left over.
# shellcheck shell=bash
# shellcheck disable=SC2154 # me and tmp are the script's

# die STATUS SENTENCE
die() {
    printf '%s\n' "$me: ${2//[[:cntrl:]]/ }" >&2
    exit "$1"
}

remove_temporary_folder_at_exit() {
    trap '[[ -z $tmp ]] || rm -rf -- "$tmp"' EXIT
    trap 'exit 143' TERM
    trap 'exit 130' INT
}
