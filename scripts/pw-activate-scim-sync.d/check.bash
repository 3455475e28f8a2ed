# check.bash: --check, which asks both services whether a run would work.
# shellcheck shell=bash
# shellcheck disable=SC2004,SC2154 # a map is named by words; variables of other parts

# The findings of the tools go to standard output. The status is that of the first tool that failed.
check() {
    local stage
    start activate-check activate.txt "${source[@]}" --check
    start scim-check scim.txt scim-export --check
    await activate-check scim-check
    must_print 'to standard output' cat -- "$work/activate.txt" "$work/scim.txt"
    for stage in activate-check scim-check; do
        ((!status[$stage])) || { failure_of "$stage" && die "${status[$stage]}" "check failed: $REPLY"; }
    done
    count_unmanaged
    conclude info "checked: a run can be made"
}

# Both sides, without SSH keys if that saves requests.
export_without_keys() {
    local without_keys=()
    [[ ${source[*]} != activate-export ]] || without_keys=(--ssh-keys=none)
    start activate-export desired.jsonl "${source[@]}" "${without_keys[@]}"
    start scim-export current.jsonl scim-export
    await activate-export scim-export
    require_stages activate-export scim-export
}

# A finding about desired names that unmanaged records have. It contains no name of a user.
count_unmanaged() {
    export_without_keys
    start scim-confirm scim-confirmations.jsonl scim-export --confirm "$work/desired.jsonl" "$work/current.jsonl"
    await scim-confirm
    require_stages scim-confirm
    ask report 'unmanaged_finding' -nrR "$work/scim-confirmations.jsonl"
    must_print 'to standard output' printf '%s\n' "${answer[0]}"
}
