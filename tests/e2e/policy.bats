#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# SYNC_POLICY with real tools: what a policy drops is not written, and a later run without it writes it.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    fixture_once --users 20 --groups 3
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
    export LOG_LEVEL=warning
    sync
    group=$(sandbox GET /activate | jq -r '.groups[0].name')
    members=$(sandbox GET /activate | jq -c '.groups[0].members + ["late"]')
    sandbox PUT /activate/users/late '{"email":"late@example.org","name":"Late"}' >/dev/null
    sandbox PATCH "/activate/groups/$group" "{\"members\":$members}" >/dev/null
}

teardown() { stop_all; }

sync() { run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" "$@"; }
# late: the number of records of the user, and of memberships in the group.
late() {
    sandbox GET /scim | jq -c --arg group "$group" '[.Users[] | select(.userName == "late@example.org").id] as $ids
        | [($ids | length), ([.Groups[] | select(.displayName == $group).members[]?.value | select(IN($ids[]))] | length)]'
}

@test "a user whom a policy drops is not created, and the first run that keeps the user creates the record with its memberships" {
    SYNC_POLICY=$SCRIPTS/policies/one-domain-only.jq sync
    [ "$status" -eq 2 ]
    [[ $stderr == *'the policy one-domain-only.jq drops create late@example.org: absent in SCIM'* ]]
    [[ ${stderr_lines[-1]} == *'partly done: 0 created, '*', 1 dropped by the policy, '* ]]
    [ "$(late)" = '[0,0]' ]
    sed 's/@acme/@example/' "$SCRIPTS/policies/one-domain-only.jq" >policy.jq
    SYNC_POLICY=policy.jq sync
    [ "$status" -eq 0 ]
    [[ ${stderr_lines[-1]} == *'done: 1 created, 1 updated, '* ]]
    [ "$(late)" = '[1,1]' ]
}

@test "the three policies keep a deactivation, and a policy that would drop the removal ends the run" {
    sandbox DELETE /activate/users/late >/dev/null
    leaver=$(sandbox GET /scim | jq -c '[.Users[] | select(.active and .externalId != null) | .externalId]')
    leaver=$(sandbox GET /activate | jq -r --argjson ids "$leaver" '[.users[] | select("pw-activate:user:\(.id)" | IN($ids[]))][0].username | @uri')
    sandbox DELETE "/activate/users/$leaver" >/dev/null
    sandbox DELETE /requests
    echo 'select(.action != "deactivate")' >policy.jq
    SYNC_POLICY=policy.jq sync
    [ "$status" -eq 78 ]
    [[ ${stderr_lines[-1]} == *'drops a removal (deactivate '*'; nothing was changed' ]]
    [ "$(sandbox GET /requests | jq .writes)" -eq 0 ]
    for policy in "$SCRIPTS"/policies/*.jq; do
        SYNC_POLICY=$policy sync --dry-run
        [[ ${stderr_lines[-1]} == *', deactivate 1, '* ]]
    done
}
