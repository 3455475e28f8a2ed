#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# pw-activate-scim-sync --restore with a real server: a bad change, and its restoration.

bats_require_minimum_version 1.5.0
load servers.bash

# A run with a capture; then ACTIVATE loses half of its users and the members of its groups, and a run does the same in SCIM.
setup() {
    fixture_once --users 40 --groups 5
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
    export CAPTURE_DIR=$BATS_TEST_TMPDIR/captures
    local limit
    for limit in DEACTIVATIONS MEMBER_REMOVALS EMPTIED_GROUPS KEYLESS_USERS KEY_REMOVALS RENAMED_GROUPS REACTIVATIONS; do
        export "SYNC_MAX_$limit=100%"
    done
    sync
    [ "$status" -eq 0 ]
    records >before
    sandbox GET /activate >activate.json
    everybody_is "disabled" false
    sandbox PUT /activate/users/newcomer '{"email":"newcomer@example.org","name":"Newcomer"}' >/dev/null
    sync
    [ "$status" -eq 0 ]
    capture=$(latest)
    records >bad
    [ "$(jq -s 'map(select(.type == "user" and .active)) | length' bad)" -lt "$(jq -s 'map(select(.type == "user" and .active)) | length' before)" ]
    everybody_is "enabled again" true
}

teardown() { stop_all; }

sync() { run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" "$@"; }
latest() { "$SCRIPTS/sync-captures" path; }
writes() { sandbox GET /requests | jq .writes; }
records() { scim-export | jq -c 'select(.type != "stream" and .type != "end") | del(.version)'; }

# everybody_is WORD ACTIVE: for every second user who was active in the fixture.
everybody_is() {
    jq -r '[.users[] | select(.active)] | .[range(0; length; 2)].username' activate.json | while read -r name; do
        sandbox PATCH "/activate/users/$name" "{\"active\":$2}" >/dev/null
    done
}

# The earlier records that a restore brings back, without those of the new user.
known() { jq -c --slurpfile before before 'select(.id | IN($before[].id))' "$1"; }

@test "run, bad change, restore: SCIM is as in the capture, and users created since then have no access" {
    sync --restore="$capture"
    [ "$status" -eq 0 ]
    [[ ${stderr_lines[-1]} == *"restored $capture/current.jsonl.gz: "*'suspend the schedule now'* ]]
    records >after
    known after >reached
    same before reached
    [ "$(jq -s 'map(select(.userName == "newcomer@example.org" and .active)) | length' after)" -eq 0 ]
    sandbox DELETE /requests
    sync --restore="$capture"
    [ "$status" -eq 0 ]
    [[ ${stderr_lines[-1]} == *'nothing to do'* ]]
    [ "$(writes)" -eq 0 ]
}

@test "a user who has left since then is not reactivated, and is named; --restore-leavers reactivates that user" {
    local name id email
    read -r name email < <(jq -r '[.users[] | select(.active and .email and (.sshKeys | length > 0))] | .[0] | "\(.username) \(.email)"' activate.json)
    sandbox DELETE "/activate/users/$name"
    id=$(jq -r --arg email "$email" 'select(.userName == $email).externalId' before)
    [ "$(jq -r --arg id "$id" 'select(.externalId == $id).active' bad)" = false ]
    sync --restore="$capture"
    [ "$status" -eq 0 ]
    [[ $stderr == *"$email ($id): has-left: absent in ACTIVATE; not given back: the account, "*'--restore-leavers'* ]]
    [[ ${stderr_lines[-1]} == *'1 skipped (1 left ACTIVATE)'* ]]
    records >after
    known after | jq -c --arg id "$id" 'select(.externalId != $id)' >reached
    jq -c --arg id "$id" 'select(.externalId != $id) | if .members then .members -= [$id] else . end' before >wanted
    same wanted reached
    [ "$(jq -r --arg id "$id" 'select(.externalId == $id).active' after)" = false ]

    sandbox POST /faults '{"match":"GET /api/","status":500,"body":"{}"}'
    sync --restore="$capture" --restore-leavers
    [ "$status" -eq 0 ]
    records >after
    known after >reached
    same before reached
}

@test "a protected unmanaged user stays in the groups, with --restore-leavers, too" {
    group=$(sandbox GET /scim | jq -r '[.Groups[] | select((.externalId // "" | startswith("pw-activate:")) and .members != [])][0].id')
    account=$(curl -fsS -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" -H 'Content-Type: application/scim+json' \
        --data '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"breakglass@example.org","active":true}' "$CW_SCIM_BASE_URL/Users" | jq -r .id)
    curl -fsS -X PATCH -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" -H 'Content-Type: application/scim+json' --data \
        "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"$account\"}]}]}" \
        "$CW_SCIM_BASE_URL/Groups/$group" >/dev/null
    export SYNC_PROTECTED_USERS=breakglass@example.org
    for option in '' --restore-leavers; do
        sync --restore="$capture" $option
        [ "$status" -eq 0 ]
        sandbox GET /scim | jq -e --arg group "$group" --arg account "$account" 'any(.Groups[] | select(.id == $group).members[]; .value == $account)'
    done
}

@test "if ACTIVATE does not answer, nothing is restored" {
    sandbox DELETE /requests
    sandbox POST /faults '{"match":"GET /api/","status":403,"body":"{}"}'
    sync --restore="$capture"
    [ "$status" -eq 77 ]
    [[ ${stderr_lines[-1]} == *'activate-export ended with status 77'*'nothing was changed' ]]
    [ "$(writes)" -eq 0 ]
}

@test "limits hold a restore, too, until its digest is approved" {
    local digest
    export SYNC_MAX_DEACTIVATIONS=0
    sync --restore="$capture"
    [ "$status" -eq 3 ]
    [[ ${stderr_lines[-1]} == *"restored $capture/current.jsonl.gz except for held changes: "* ]]
    digest=$(seal "$(latest)/plan.jsonl" .heldDigest | tr -d '"')
    SYNC_APPROVE=$digest sync --restore="$capture"
    [ "$status" -eq 0 ]
    records >after
    known after >reached
    same before reached
}

@test "by default, many reactivations are held until their digest is approved" {
    local digest
    unset SYNC_MAX_REACTIVATIONS
    sync --restore="$capture"
    [ "$status" -eq 3 ]
    [[ $stderr == *'max-reactivations: '* ]]
    digest=$(seal "$(latest)/plan.jsonl" '.heldDigests["max-reactivations"]' | tr -d '"')
    SYNC_APPROVE=$digest sync --restore="$capture"
    [ "$status" -eq 0 ]
    records >after
    known after >reached
    same before reached
}

@test "a capture that was cut off is rejected, and nothing is changed" {
    sandbox DELETE /requests
    gzip -dc "$capture/current.jsonl.gz" | head -n -1 >cut.jsonl
    sync --restore=cut.jsonl
    [ "$status" -eq 65 ]
    [[ ${stderr_lines[-1]} == *'nothing was changed' ]]
    [ "$(writes)" -eq 0 ]
}

@test "a dry run of a restore shows its plan and changes nothing" {
    sandbox DELETE /requests
    sync --dry-run --plan=- --restore="$capture"
    [ "$status" -eq 0 ]
    [ "$(jq -s 'map(select(.action == "reactivate")) | length' <<<"$output")" -gt 5 ]
    [ "$(writes)" -eq 0 ]
}
