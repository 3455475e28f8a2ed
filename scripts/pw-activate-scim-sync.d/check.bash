# check.bash: --check, which asks both services whether a run would work.
# shellcheck shell=bash
# shellcheck disable=SC2004,SC2034,SC2154 # a map is named by words; variables of other parts

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
    export_without_keys
    check_settings
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

# The settings of scim-diff and scim-apply: a plan is made and rehearsed. Held and skipped changes are the subject of a dry run. The messages
# name users, and are not shown.
check_settings() {
    hide_messages=true
    start scim-diff plan.jsonl scim-diff "${plan_options[@]}" "$work/desired.jsonl" "$work/current.jsonl"
    await scim-diff
    require_rehearsed scim-diff
    start scim-apply results.jsonl scim-apply --dry-run <"$work/plan.jsonl"
    await scim-apply
    require_rehearsed scim-apply
    hide_messages=''
}

require_rehearsed() {
    is_acceptable "$1" || { failure_of "$1" && die "${status[$1]}" "check failed: $REPLY"; }
    [[ ${sealed[$1]} == true ]] || die "${status[$1]}" "check failed: $1 makes no plan (${meaning[${status[$1]}]:-status ${status[$1]}}); a dry run shows the reason"
}

# A finding about desired names that unmanaged records have. It contains no name of a user.
count_unmanaged() {
    start scim-confirm scim-confirmations.jsonl scim-export --confirm "$work/desired.jsonl" "$work/current.jsonl"
    await scim-confirm
    require_stages scim-confirm
    ask report 'unmanaged_finding' -nrR "$work/scim-confirmations.jsonl"
    must_print 'to standard output' printf '%s\n' "${answer[0]}"
}
