#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr
#
# The safety of a plan, against a real server: confirmed absence, adoption of unmanaged records by name only, restoration, stale plans,
# changed records.

bats_require_minimum_version 1.5.0
load servers.bash

# Every user is in SCIM when a test begins; jake is an active user with a key, in three groups.
setup() {
    start_sandbox
    cd "$BATS_TEST_TMPDIR" || return
    sync_once before
    jake=pw-activate:user:c7174c9fd39a1b3b404147fc
}

teardown() {
    stop_all
}

# without_jake FILE - the export as if the source had lost him.
without_jake() {
    jq -c --arg id "$jake" 'select(.externalId != $id) | if .members then .members -= [$id] else . end' "$1" | "$SCRIPTS/reseal"
}
# answer_about_jake - plans the loss of jake with confirmations; prints the answer.
answer_about_jake() {
    activate-export >whole.jsonl
    without_jake whole.jsonl >desired.jsonl
    scim-export >current.jsonl
    activate-export --confirm desired.jsonl current.jsonl >confirmations.jsonl
    scim-diff desired.jsonl current.jsonl confirmations.jsonl >plan.jsonl
    jq -r --arg id "$jake" 'select(.type == "confirmation" and .externalId == $id).answer' confirmations.jsonl
}
line_of_jake() { jq -r --arg id "$jake" 'select(.externalId == $id) | .reason // .action' plan.jsonl; }
removals() { jq -s 'map(select(.type == "change" and .resource == "Group")) | length' plan.jsonl; }

@test "a user who is missing in the export and found by the confirmation keeps account and memberships" {
    [ "$(answer_about_jake)" = present ]
    [ "$(line_of_jake)" = present ]
    [ "$(removals)" -eq 0 ]
}

@test "a user who is gone is deactivated, and the plan line has the answer" {
    sandbox DELETE /activate/users/Jake.Thayne
    [ "$(answer_about_jake)" = gone ]
    [ "$(line_of_jake)" = deactivate ]
    [ "$(jq -r 'select(.action == "deactivate").confirmed' plan.jsonl)" = gone ]
}

@test "a user who is missing in the export and disabled is deactivated as inactive" {
    sandbox PATCH /activate/users/Jake.Thayne '{"active":false}'
    [ "$(answer_about_jake)" = inactive ]
    [ "$(line_of_jake)" = deactivate ]
}

@test "a user who exists, but in none of the selected groups, is out of scope and deactivated" {
    export ACTIVATE_SYNC_GROUPS=platform-team
    sandbox PATCH /activate/groups/platform-team "$(sandbox GET /activate | jq -c '.groups[] | select(.name == "platform-team") | {members: (.members - ["Jake.Thayne"])}')"
    activate-export >desired.jsonl
    scim-export >current.jsonl
    activate-export --confirm desired.jsonl current.jsonl >confirmations.jsonl
    [ "$(jq -r --arg id "$jake" 'select(.externalId == $id).answer' confirmations.jsonl)" = out-of-scope ]
    scim-diff --max-deactivations 100% --max-member-removals 100% --max-emptied-groups 100% desired.jsonl current.jsonl confirmations.jsonl >plan.jsonl
    [ "$(line_of_jake)" = deactivate ]
}

@test "after a refused search, the complete list decides, and the leaver is deactivated" {
    local status
    sandbox DELETE /activate/users/Jake.Thayne
    for status in 400 403; do
        sandbox DELETE /faults
        sandbox POST /faults "{\"match\":\"GET /api/organizations/acme/users.*search=\",\"status\":$status,\"body\":\"{}\"}"
        [ "$(answer_about_jake)" = gone ]
        [ "$(line_of_jake)" = deactivate ]
    done
}

@test "if neither the search nor the list is answered, the deactivation becomes a skip" {
    activate-export >whole.jsonl
    without_jake whole.jsonl >desired.jsonl
    scim-export >current.jsonl
    sandbox POST /faults '{"match":"GET /api/organizations/acme/users","status":400,"body":"{}"}'
    activate-export --confirm desired.jsonl current.jsonl >confirmations.jsonl
    [ "$(jq -r --arg id "$jake" 'select(.externalId == $id).answer' confirmations.jsonl)" = unknown ]
    scim-diff desired.jsonl current.jsonl confirmations.jsonl >plan.jsonl || [ $? -eq 2 ]
    [ "$(line_of_jake)" = not-confirmed ]
    [ "$(removals)" -eq 0 ]
}

@test "if no user is absent, no confirmation is requested; otherwise one call for each absent user" {
    activate-export >desired.jsonl
    scim-export >current.jsonl
    sandbox DELETE /requests
    activate-export --confirm desired.jsonl current.jsonl >confirmations.jsonl
    [ "$(sandbox GET /requests | jq .total)" -eq 0 ]
    without_jake desired.jsonl >lost.jsonl
    activate-export --confirm lost.jsonl current.jsonl >confirmations.jsonl
    [ "$(sandbox GET /requests | jq .total)" -eq 2 ] # the organization, and jake
}

@test "a userName of an unmanaged record is a skip with the name; --adopt adopts that record, and no other" {
    sandbox PUT /activate/users/root.admin '{"id":"65a1b2c3d4e5f60718293aaa","username":"root.admin","email":"root-admin@acme.org","name":"Root Admin","active":true,"sshKeys":[]}'
    sandbox PUT /activate/users/okta.jones '{"id":"65a1b2c3d4e5f60718293bbb","username":"okta.jones","email":"okta.jones@acme.org","name":"Okta Jones","active":true,"sshKeys":[]}'
    activate-export >desired.jsonl
    scim-export --unmanaged >current.jsonl
    ends 4 scim-diff desired.jsonl current.jsonl >plan.jsonl
    [ "$(jq -r 'select(.type == "skip" and .userName == "root-admin@acme.org").reason' plan.jsonl)" = user-name-taken ]
    [ "$(jq -r 'select(.type == "skip" and .userName == "okta.jones@acme.org").reason' plan.jsonl)" = foreign-external-id ]

    printf 'root-admin@acme.org\nokta.jones@acme.org # of another system\n' >adopt
    ends 4 scim-diff --adopt adopt desired.jsonl current.jsonl >plan.jsonl
    [ "$(jq -r 'select(.type == "change" and .resource == "User") | .action' plan.jsonl)" = adopt ]
    [ "$(jq -r 'select(.type == "skip" and .userName == "okta.jones@acme.org").reason' plan.jsonl)" = foreign-external-id ]
    ends 4 scim-apply plan.jsonl >results.jsonl
    scim-export >now.jsonl
    [ "$(jq -r 'select(.externalId == "pw-activate:user:65a1b2c3d4e5f60718293aaa").userName' now.jsonl)" = root-admin@acme.org ]
    [ "$(scim-diff desired.jsonl now.jsonl | jq -s 'map(select(.type == "change")) | length')" -eq 1 ] # okta.jones: a create whose userName is taken when it is applied
}

@test "restoring the capture from before a run undoes the run" {
    scim-export | jq -c 'del(.version) | select(.type != "stream")' >before.records
    sandbox DELETE /activate/users/Jake.Thayne
    sync_once run
    scim-export >after.jsonl
    scim-diff --restore run/current.jsonl after.jsonl | scim-apply >results.jsonl
    scim-export | jq -c 'del(.version) | select(.type != "stream")' >after.records
    same before.records after.records
}

@test "a plan older than --max-age is rejected, and nothing is sent" {
    scim-export >now.jsonl
    activate-export >desired.jsonl
    SOURCE_DATE_EPOCH=1700000000 scim-diff desired.jsonl now.jsonl >plan.jsonl
    sandbox DELETE /requests
    run -3 --separate-stderr scim-apply --max-age 3600 plan.jsonl
    [[ $stderr == *'s ago, and --max-age allows 3600'* ]]
    [ "$(sandbox GET /requests | jq .total)" -eq 0 ]
}

@test "a plan from the future, or without a time if --max-age is given, is rejected" {
    scim-export >now.jsonl
    activate-export >desired.jsonl
    SOURCE_DATE_EPOCH=$(($(date +%s) + 1000)) scim-diff desired.jsonl now.jsonl >plan.jsonl
    sandbox DELETE /requests
    run -3 --separate-stderr scim-apply plan.jsonl
    [[ $stderr == *'which is '*' s in the future; set the clock of this machine, or make the plan again' ]]
    jq -c 'if .type == "stream" then del(.at) else . end' plan.jsonl >undated.jsonl
    run -3 --separate-stderr scim-apply --max-age=3600 undated.jsonl
    [[ $stderr == *'the plan does not say when it was made, and --max-age is given; make it again with scim-diff' ]]
    [ "$(sandbox GET /requests | jq .total)" -eq 0 ]
    run -0 scim-apply undated.jsonl
}

@test "a plan for another SCIM service, or another organization, is rejected, and nothing is sent" {
    scim-export >now.jsonl
    activate-export >desired.jsonl
    scim-diff desired.jsonl now.jsonl >plan.jsonl
    sandbox DELETE /requests
    run -78 --separate-stderr env CW_SCIM_BASE_URL=https://scim.example/v2 scim-apply plan.jsonl
    [[ $stderr == *"the plan is for $CW_SCIM_BASE_URL, and the SCIM base URL is https://scim.example/v2; set CW_SCIM_BASE_URL, or make a plan for this service" ]]
    run -78 --separate-stderr scim-apply --org=globex plan.jsonl
    [[ $stderr == *'the plan is for organization acme of ACTIVATE, and this run is of globex; '* ]]
    [ "$(sandbox GET /requests | jq .total)" -eq 0 ]
    run -0 scim-apply --org=acme plan.jsonl
}

@test "a plan that does not name its service is rejected without --target=any, also in a dry run with a base URL" {
    # A capture names its service, and an older current stream does not.
    scim-export >captured.jsonl
    jq -c 'if .type == "stream" then del(.target) else . end' captured.jsonl >now.jsonl
    scim-diff --restore=captured.jsonl --restore-leavers now.jsonl >plan.jsonl
    [ "$(head -n 1 plan.jsonl | jq -c '[.kind, .target]')" = '["plan",null]' ]
    sandbox DELETE /requests
    run -78 --separate-stderr scim-apply plan.jsonl
    [[ $stderr == *"the plan does not say for which SCIM service it is: "*"give --target=any if it is for $CW_SCIM_BASE_URL" ]]
    [ "$(sandbox GET /requests | jq .total)" -eq 0 ]
    run -78 scim-apply --dry-run plan.jsonl
    run -0 scim-apply --dry-run --target=any plan.jsonl
    scim-diff --restore=captured.jsonl --restore-leavers captured.jsonl >named.jsonl
    for plan in plan named; do
        run -64 --separate-stderr scim-apply --dry-run --target=all "$plan.jsonl"
        [[ $stderr == *'--target is "all"; choose one of any' ]]
    done
    run -64 --separate-stderr "$SCRIPTS/pw-activate-scim-sync" --dry-run --target=all
    [[ $stderr == *'--target is "all"; choose one of any' ]]
    run -0 env -u CW_SCIM_BASE_URL scim-apply --dry-run --bulk plan.jsonl
    run -0 scim-apply --target=any --org=acme plan.jsonl
    [ "$(sandbox GET /requests | jq .writes)" -eq 0 ]
}

@test "if a plan is edited while scim-apply runs, scim-apply exits with 74 before it sends a change" {
    jq -c 'if .type == "user" then .displayName += " II" else . end' before/desired.jsonl >desired.jsonl
    scim-export >now.jsonl
    scim-diff desired.jsonl now.jsonl >plan.jsonl
    sandbox POST /faults '{"match":"ServiceProviderConfig","delayMs":3000}'
    sandbox DELETE /requests
    scim-apply --bulk plan.jsonl >results.jsonl 2>words &
    # The header of the results is written after the first complete read of the plan.
    until [ -s results.jsonl ]; do sleep 0.02; done
    sed 's/ II"/ XX"/' plan.jsonl >edited.jsonl
    cat edited.jsonl >plan.jsonl
    status=0
    wait $! || status=$?
    [ "$status" -eq 74 ]
    changes=$(grep -c '"type":"change"' plan.jsonl)
    grep -q "plan.jsonl.*changed while it was read.*; 0 changes applied, $changes not sent" words
    [ "$(seal results.jsonl .applied)" -eq 0 ]
    [ "$(seal results.jsonl .notSent)" -eq "$changes" ]
    [ "$(sandbox GET /requests | jq .writes)" -eq 0 ]
}

@test "a record that has changed since it was read is not written, with an ETag and without" {
    sandbox PATCH /activate/users/Jake.Thayne '{"name":"Jake T. Thayne"}'
    activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    jq -c 'del(.version)' plan.jsonl | node "$BATS_TEST_DIRNAME/../support/check-lines.mjs" >blind.jsonl
    local id
    id=$(jq -r --arg id "$jake" 'select(.externalId == $id).id' current.jsonl)
    curl -fsS -o moved.json -X PATCH -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" -H 'Content-Type: application/scim+json' \
        --data '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"Somebody Else"}]}' \
        "$CW_SCIM_BASE_URL/Users/$id"
    run -2 --separate-stderr scim-apply plan.jsonl
    [[ $output == *'"failed"'*'moved'* ]]
    run -2 --separate-stderr scim-apply --verify-before blind.jsonl
    [[ $output == *'"skipped","reason":"moved"'*'displayName has changed since the plan was made'* ]]
    [ "$(sandbox GET /scim | jq -r --arg id "$id" '.Users[] | select(.id == $id).displayName')" = 'Somebody Else' ]
}
