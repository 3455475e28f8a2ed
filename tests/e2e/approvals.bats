#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2119,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# Before one run, 60 users leave, one is hired again with a new account, and a group gets another name. Each of the three is held with a
# digest of its own, and approved separately.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    fixture_once --users 300 --groups 12
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
    export SYNC_MAX_RENAMED_GROUPS=0 SYNC_MAX_MEMBER_REMOVALS=1000 SYNC_MAX_EMPTIED_GROUPS=1000
    sync
    [ "$status" -eq 0 ]
}

teardown() {
    stop_all
}

# shellcheck disable=SC2120 # a run takes options
sync() {
    rm -rf captured
    run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" --capture=captured "$@"
}

# digest LIMIT: the digest of the changes that this limit holds in the last plan.
digest() { seal captured/*/plan.jsonl.gz ".heldDigests[\"$1\"]" | jq -r .; }
# applied ACTION: the number of changes of this kind in the last run.
applied() { jq -s --arg action "$1" '[.[] | select(.outcome == "applied" and .action == $action)] | length' <(gzip -dc captured/*/results.jsonl.gz); }
approvals() { jq -r '.approvals // [] | .[].digest' captured/*/run.json; }

@test "60 leavers, one re-hire, one renamed group: each has its own approval, which does not cover the others" {
    local name leavers rehired id group
    # A group without members: its rename does not have to wait for the removal of a leaver.
    sandbox PUT /activate/groups/old-name '{"members":[]}'
    sync
    [ "$status" -eq 0 ]
    leavers=$(jq -r '[.activate.users[] | select(.active and .email) | .username][60:120][]' "$FIXTURE")
    rehired=$(jq -c '[.activate.users[] | select(.active and .email)][130]' "$FIXTURE")
    while read -r name; do
        sandbox DELETE "/activate/users/$name"
    done <<<"$leavers"
    name=$(jq -r .username <<<"$rehired")
    id=65a1b2c3d4e5f60718293aaa
    sandbox DELETE "/activate/users/$name"
    sandbox PUT "/activate/users/$name.2" "$(jq -c --arg id "$id" 'del(.username) | .id = $id' <<<"$rehired")"
    sandbox PATCH /activate/groups/old-name '{"name":"new-name"}'

    sync
    [ "$status" -eq 3 ]
    [ "$(applied deactivate)" -eq 0 ]
    [ "$(applied adopt)" -eq 0 ]
    local deactivations takeover rename
    deactivations=$(digest max-deactivations) takeover=$(digest max-takeovers) rename=$(digest max-renamed-groups)
    [ "$(printf '%s\n' "$deactivations" "$takeover" "$rename" | grep -cE '^[0-9a-f]{32}$')" -eq 3 ]

    SYNC_APPROVE=$rename SYNC_APPROVED_BY='Ada Lovelace' sync
    [ "$status" -eq 3 ]
    [ "$(applied deactivate)" -eq 0 ]
    [ "$(applied adopt)" -eq 0 ]
    [ "$(jq -r 'select(.outcome == "applied" and .resource == "Group").displayName' <(gzip -dc captured/*/results.jsonl.gz))" = old-name ]
    [ "$(approvals)" = "$rename" ]
    [ "$(seal captured/*/results.jsonl.gz '.approvals[0].by')" = '"Ada Lovelace"' ]
    [[ $stderr == *"approved $rename by Ada Lovelace on "* ]]

    SYNC_APPROVE=$takeover sync
    [ "$status" -eq 3 ]
    [ "$(applied adopt)" -eq 1 ]
    [ "$(applied deactivate)" -eq 0 ]
    [ "$(approvals)" = "$takeover" ]

    # After the takeover, its old record is no longer a leaver, so the digest of the deactivations has changed.
    SYNC_APPROVE=$deactivations sync
    [ "$status" -eq 3 ]
    [ "$(applied deactivate)" -eq 0 ]
    [[ $stderr == *"the approval $deactivations is of another set of changes"* ]]
    SYNC_APPROVE=$(digest max-deactivations) sync
    [ "$status" -eq 0 ]
    [ "$(applied deactivate)" -eq 60 ]
    SYNC_APPROVE=$deactivations sync
    [ "$status" -eq 0 ]
    [[ $stderr == *"the approval $deactivations approves nothing"* ]]
    sandbox GET /activate | expected >wanted
    sandbox GET /scim | actual | jq -S '.users |= map(select(.active))' >there
    same wanted there
}

@test "after approved reactivations, scim-apply exits with 2 and advises another run for the memberships" {
    local names name active
    names=$(jq -r '[.activate.users[] | select(.active and .email) | .username][60:120][]' "$FIXTURE")
    for active in false true; do
        while read -r name; do
            sandbox PATCH "/activate/users/$name" "{\"active\":$active}"
        done <<<"$names"
        [ "$active" = true ] || SYNC_MAX_DEACTIVATIONS=1000 sync
        [ "$status" -eq 0 ]
    done
    activate-export >desired.jsonl
    scim-export >current.jsonl
    ends 3 scim-diff --max-reactivations=50 desired.jsonl current.jsonl >plan.jsonl
    ends 2 scim-apply --approve="$(seal plan.jsonl '.heldDigests["max-reactivations"]' | jq -r .)" plan.jsonl >results.jsonl 2>words
    [ "$(seal results.jsonl .applied)" -eq 60 ]
    grep -q '^scim-apply: users whose reactivation or takeover was approved have the groups of before: run again' words
    sync
    [ "$status" -eq 0 ]
    [ "$(applied reactivate)" -eq 0 ]
}

@test "after an approved takeover, scim-apply exits with 2, and the next run adds the user to the groups" {
    local rehired name
    rehired=$(jq -c '[.activate.users[] | select(.active and .email)][130]' "$FIXTURE")
    name=$(jq -r .username <<<"$rehired")
    sandbox DELETE "/activate/users/$name"
    sandbox PUT "/activate/users/$name.2" "$(jq -c 'del(.username) | .id = "65a1b2c3d4e5f60718293aaa"' <<<"$rehired")"
    sandbox PUT /activate/groups/old-name "{\"members\":[\"$name.2\"]}"
    activate-export >desired.jsonl
    scim-export >current.jsonl
    ends 3 scim-diff --max-takeovers=0 desired.jsonl current.jsonl >plan.jsonl
    ends 2 scim-apply --approve="$(seal plan.jsonl '.heldDigest' | jq -r .)" plan.jsonl >results.jsonl 2>words
    grep -q '^scim-apply: users whose reactivation or takeover was approved have the groups of before: run again' words
    SYNC_MAX_TAKEOVERS=1 sync
    [ "$status" -eq 0 ]
    [ "$(applied update)" -gt 0 ]
    sync
    [ "$status" -eq 0 ]
}

@test "if a group of the scope is renamed, no user loses access, and the warning suggests the new name" {
    local group other
    group=$(jq -r '[.activate.groups[] | select(.members | length > 4)][0].name' "$FIXTURE")
    other=$(jq -r '[.activate.groups[] | select(.members | length > 4)][1].name' "$FIXTURE")
    export ACTIVATE_SYNC_GROUPS=$group,$other
    SYNC_MAX_DEACTIVATIONS=1000 sync
    [ "$status" -eq 0 ]
    sandbox PATCH "/activate/groups/$group" "{\"name\":\"${group}x\"}"
    SYNC_MAX_DEACTIVATIONS=1000 sync
    [ "$status" -eq 3 ]
    [ "$(applied deactivate)" -eq 0 ]
    [[ $stderr == *"has no group of exactly this name; did you mean \"${group}x\"?"* ]]
    [[ $stderr == *"$group (pw-activate:group:"*"keep their access"* ]]
    SYNC_MAX_DEACTIVATIONS=1000 SYNC_MISSING_GROUPS=warn sync
    [ "$status" -eq 0 ]
}
