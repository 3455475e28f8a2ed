# check.bash: --check, which asks both services whether a run would work.
# shellcheck shell=bash
# shellcheck disable=SC2004,SC2154 # a map is named by words; variables of other parts

# The findings of the tools go to standard output. The status is that of the first that failed.
check() {
    local stage
    start activate-check activate.txt "${source[@]}" --check
    start scim-check scim.txt scim-export --check
    await activate-check scim-check
    must_write 'to standard output' cat -- "$work/activate.txt" "$work/scim.txt" 2>/dev/null
    for stage in activate-check scim-check; do
        ((!status[$stage])) || { failure_of "$stage" && die "${status[$stage]}" "check failed: $REPLY"; }
    done
    conclude info "checked: a run can be made"
}
