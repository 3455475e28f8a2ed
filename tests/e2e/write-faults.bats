#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# Writes whose answer is lost, wrong or a refusal: nothing is created twice, one refusal concerns one record, and the result of the run is
# correct.

bats_require_minimum_version 1.5.0
load servers.bash
load three-people.bash

setup() {
    start_sandbox
    cd "$BATS_TEST_TMPDIR" || return
    three_people
}

teardown() {
    stop_all
}

# made - the number of managed records.
made() { sandbox GET /scim | jq '[.Users[], .Groups[] | select(.externalId // "" | test("^pw-activate:(user|group):(ada|ben|cyd|hpc|p[0-9]+)$"))] | length'; }
# by_hand PATH BODY - creates an unmanaged record.
by_hand() {
    curl -fsS -o /dev/null -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" -H 'Content-Type: application/scim+json' "$CW_SCIM_BASE_URL$1" --data "$2"
}

@test "a POST that was carried out and answered 503 or 429 creates no record twice" {
    surprise names-not-unique
    sandbox POST /faults '{"match":"POST /scim/v2/Users","status":429,"apply":true}'
    sandbox POST /faults '{"match":"POST /scim/v2/Groups","status":503,"apply":true}'
    synced
    [ "$(made)" -eq 4 ]
    [ "$(jq -s '[.[] | select(.detail == "the record was there already")] | length' results.jsonl)" -eq 4 ]
    [ "$(sandbox GET /requests | jq .byMethod.POST)" -eq 4 ]
    converged
}

@test "a PATCH that was carried out, and whose repetition fails with 412, counts as applied" {
    synced
    change '.displayName += " II"'
    plan
    sandbox POST /faults '{"match":"PATCH /scim/v2/Users","count":2,"status":502,"apply":true}'
    applied 0 --max-in-flight=1
    [ "$(jq -s '[.[] | select(.outcome == "applied")] | length' results.jsonl)" -eq 3 ]
    converged
}

@test "weak-etags-refused: records are written without If-Match, after a read" {
    synced
    surprise weak-etags-refused
    change '.displayName += " II"'
    plan
    sandbox DELETE /requests
    applied 0 --max-in-flight=1
    # The first one is refused, read and sent again. The others are read first.
    [ "$(sandbox GET /requests | jq -c '[.byMethod.GET, .byMethod.PATCH]')" = '[3,4]' ]
    converged
}

@test "member-removal-empties: members that a removal removes by mistake are added again" {
    group hpc '["ada","ben","cyd"]' >groups
    synced
    surprise member-removal-empties
    group hpc '["ben","cyd"]' >groups
    synced --group-writes=add-remove
    [ "$(members hpc)" -eq 2 ]
    converged
}

@test "members-apart: members are sent one by one if the service accepts one at a time" {
    synced
    surprise members-apart
    group hpc '["cyd"]' >groups
    plan
    applied 0 --group-writes=add-remove
    [ "$(members hpc)" -eq 1 ]
    converged
}

@test "403 about one record is its outcome, and the others are applied; if all are refused, the run ends with 77" {
    synced
    change '.displayName += " II" | .active = (.displayName | startswith("cyd") | not)'
    plan --max-deactivations=100%
    sandbox POST /faults "{\"match\":\"PATCH /scim/v2/Users/$(user cyd | jq -r .id)\",\"status\":403}"
    applied 4
    [ "$(outcome user:cyd)" = '["failed","denied"]' ]
    [ "$(outcome user:ada)" = '["applied",null]' ]
    calm
    for ((i = 0; i < 60; ++i)); do someone "p$i"; done >>people
    plan --max-deactivations=100%
    sandbox POST /faults '{"match":"(POST|PATCH) /scim","status":403}'
    sandbox DELETE /requests
    applied 77
    [ "$(sandbox GET /requests | jq .writes)" -le 26 ] # ten, and those in flight at that moment
    [[ $(tail -n 1 words) == *'the first '*' writes were refused'*'only be allowed to read'*' not sent'* ]]
    seal results.jsonl | jq -e '.applied == 0 and .notSent > 10 and .failed >= 10'
}

@test "a token that expires ends the run with 77 after the answers in flight, and the results are sealed" {
    for ((i = 0; i < 30; ++i)); do someone "p$i"; done >>people
    plan
    sandbox POST /faults '{"match":"POST /scim/v2/Users","skip":6,"count":1,"status":401}'
    sandbox POST /faults '{"match":"POST /scim/v2/Users","delayMs":300}'
    applied 77
    [ "$(seal results.jsonl .applied)" -eq "$(made)" ]
    [ "$(jq -s '[.[] | select(.outcome == "applied")] | length' results.jsonl)" -eq "$(made)" ]
    [[ $(tail -n 1 words) == *'CW_SCIM_BEARER_TOKEN'*"$(made) changes applied, "*' not sent'* ]]
}

@test "a service that cannot be read in the middle of a run ends it, and the results are sealed" {
    synced
    group hpc '["cyd"]' >groups
    change '.displayName += " II"'
    plan
    sandbox POST /faults '{"match":"GET /scim/v2/Users\\?","status":501}'
    applied 69 --group-writes=add-remove
    seal results.jsonl | jq -e '.applied == 3 and .notSent == 1'
    [ "$(members hpc)" -eq 2 ]
}

@test "a group that was created in SCIM after the plan is not created a second time" {
    surprise names-not-unique
    plan
    by_hand /Groups '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"HPC"}'
    sandbox DELETE /requests
    applied 4
    [ "$(outcome group:hpc)" = '["failed","group-name-taken"]' ]
    [ "$(sandbox GET /requests | jq .byMethod.GET)" -eq 1 ]
}
