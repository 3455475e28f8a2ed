# apply-plan.bash: --apply-plan, a plan that an earlier dry run has written.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the dollars are jq's; variables of other parts

# The plan as it is at this moment. A plan with held changes that are not approved ends the run here. scim-apply
# refuses a plan that is too old or whose counts are wrong.
take_plan() {
    unpack "$plan" "$work/plan.jsonl" "$plan"
    keep plan.jsonl
    verify_before
    find_organization
    read_dropped "$work/plan.jsonl"
    read_part
    ask report 'not_approved($approved)' -nrR --arg approved "${SYNC_APPROVE:-}" -- "$work/plan.jsonl"
    [[ -z ${answer[0]:-} ]] || die 3 "$plan has ${answer[0]}, or make a new plan; nothing was changed"
}

# The plan may be a part of one: its seal has the users of --only, or the shard, or says that lines were edited.
read_part() {
    tail -n 1 -- "$work/plan.jsonl" >"$tmp/plan-seal"
    ask report 'part_of_plan' -nrR "$tmp/plan-seal"
    edited=${answer[0]} only=${answer[1]:-} shard=${answer[2]:-}
}

# scim-apply refuses a plan that was made for another organization than that of ACTIVATE's credential.
find_organization() {
    has_activate_credential || return 0
    start activate-organization organization.jsonl "${source[@]}" --organization
    await activate-organization
    require_stages activate-organization
    ask jq -nr 'first(inputs) | .org // ""' "$work/organization.jsonl"
    [[ -z ${answer[0]:-} ]] || export ACTIVATE_ORG_NAME=${answer[0]}
}
