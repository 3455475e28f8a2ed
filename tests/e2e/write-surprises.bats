#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# Reactions of services to writes that no RFC describes, one test each, with the sandbox's name for it. Three users and a group.

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

@test "patch-204: a name of a user answered without a body counts as made, and with --verify it is read" {
    synced
    surprise patch-204
    change '.displayName += " II"'
    plan
    sandbox DELETE /requests
    applied 0
    [ "$(reads)" -eq 0 ]
    change '.displayName += " III"'
    plan
    sandbox DELETE /requests
    applied 0 --verify
    [ "$(reads)" -eq 3 ]
    converged
}

@test "patch-ignored: a change that is accepted and not stored fails; for a name of a user it is a warning" {
    synced
    surprise patch-ignored '"match":"PATCH /scim/v2/Users"'
    change 'if .displayName == "ada" then .displayName = "Ada" else . end'
    plan
    applied 0 # the name of a user does not give access
    [ "$(outcome user:ada)" = '["failed","did-not-take"]' ]
    grep -q 'pw-activate:user:ada.*did-not-take.*displayName' words
    # With --verify also if the answer shows nothing.
    surprise patch-204
    applied 0
    applied 0 --verify
    [ "$(outcome user:ada)" = '["failed","did-not-take"]' ]
}

@test "patch-ignored, patch-204: a key or a reactivation that is not stored is reported in each run" {
    synced
    change 'if .displayName == "ben" then .active = false else . end'
    plan --max-deactivations=100%
    applied 0
    change 'if .displayName == "ben" then .active = true elif .displayName == "cyd" then .sshKeys = ["'"$third"'"] else . end'
    surprise patch-204
    surprise patch-ignored '"match":"PATCH /scim/v2/Users"'
    plan
    applied 4
    [ "$(outcome user:ben)" = '["failed","did-not-take"]' ]
    [ "$(outcome user:cyd)" = '["failed","did-not-take"]' ]
    grep -q 'pw-activate:user:ben.*did-not-take.*active' words
    grep -q 'pw-activate:user:cyd.*did-not-take.*sunkSshKeys' words
    applied 4
    # Once they are stored, each is read once.
    calm
    surprise patch-204
    plan
    sandbox DELETE /requests
    applied 0
    [ "$(reads)" -eq 2 ]
    converged
}

@test "patch-202: a change that is only accepted is read again" {
    synced
    surprise patch-202
    change '.displayName += " II"'
    plan
    sandbox DELETE /requests
    applied 0
    [ "$(reads)" -eq 3 ]
    surprise patch-ignored
    change '.displayName += " III"'
    plan
    applied 0
    [ "$(outcome user:ben)" = '["failed","not-verified"]' ]
    grep -q 'HTTP 202' words
}

@test "no-location: the id of a new record is in its body" {
    surprise no-location
    synced
    [ "$(members hpc)" -eq 2 ]
    converged
}

@test "post-no-body: the id of a new record is at the end of its Location" {
    surprise post-no-body
    synced
    [ "$(members hpc)" -eq 2 ]
    converged
}

@test "post-no-body, no-location: a new record without an id in the answer is looked up" {
    surprise post-no-body
    surprise no-location
    synced
    [ "$(members hpc)" -eq 2 ]
    converged
}

@test "answer-partial: an answer with only a part of a record does not cause a read" {
    surprise answer-partial
    sandbox DELETE /requests
    synced
    change '.displayName += " II"'
    plan
    sandbox DELETE /requests
    applied 0
    [ "$(reads)" -eq 0 ]
    converged
}

@test "schema-keys-string, extension-lowercase: keys are recognised in any spelling" {
    surprise schema-keys-string
    surprise extension-lowercase
    synced
    change 'if .displayName == "cyd" then .sshKeys = ["'"$third"'"] elif .displayName == "ada" then .sshKeys = [] else . end'
    plan
    sandbox DELETE /requests
    applied 0
    [ "$(reads)" -eq 0 ]
    converged
}

@test "keys-elsewhere: keys that are stored in another attribute count as not stored" {
    synced
    surprise keys-elsewhere
    change 'if .displayName == "cyd" then .sshKeys = ["'"$third"'"] else . end | if .displayName == "ben" then .sshKeys = [] else . end'
    plan
    applied 4
    [ "$(outcome user:cyd)" = '["failed","did-not-take"]' ]
    grep -q 'pw-activate:user:cyd.*sunkSshKeys' words
}

@test "members-replace-adds: a member who should be removed is reported, with the advice add-remove" {
    synced
    surprise members-replace-adds
    group hpc '["cyd"]' >groups
    plan
    applied 4
    [ "$(outcome group:hpc)" = '["failed","did-not-take"]' ]
    grep -q -- '--group-writes=add-remove' words
    [ "$(members hpc)" -eq 3 ]
    plan
    SYNC_GROUP_WRITES=add-remove applied 0
    [ "$(members hpc)" -eq 1 ]
    converged
}

@test "body-limit: a group that is too large for one message is sent in several, even a new one" {
    surprise body-limit '"size":3000'
    for ((i = 0; i < 150; ++i)); do someone "p$i"; done >>people
    group large "$(jq -sc '[.[].externalId | ltrimstr("pw-activate:user:")]' people)" >>groups
    plan
    applied 0 # this limit is too small for a hundred members, too: each is sent alone
    [ "$(members large)" -eq 153 ]
    calm
    surprise body-limit '"size":6500'
    synced
    [ "$(members large)" -eq 153 ]
    group large "$(jq -sc '[.[20:][].externalId | ltrimstr("pw-activate:user:")]' people)" >groups
    synced
    [ "$(members large)" -eq 133 ]
    [ "$(members hpc)" -eq 0 ]
    converged
}

@test "names-not-unique: a plan that is applied twice does not create a group twice" {
    surprise names-not-unique
    plan
    applied 0
    applied 2 # the service has stored each user twice, and the group has both records as members
    [ "$(sandbox GET /scim | jq '[.Groups[] | select(.displayName == "hpc")] | length')" -eq 1 ]
    # The second record is reported and waits for an operator.
    calm
    status=0
    plan || status=$?
    [ "$status" -eq 4 ]
    [ "$(jq -r 'select(.type == "skip").reason' plan.jsonl | sort -u)" = duplicate-external-id ]
}

@test "a POST that was carried out and whose answer was lost is found, and not sent twice" {
    sandbox POST /faults '{"match":"POST /scim/v2/","apply":true,"reset":true}'
    synced
    [ "$(jq -s '[.[] | select(.detail == "the record was there already")] | length' results.jsonl)" -eq 4 ]
    [ "$(sandbox GET /scim | jq '[.Users[], .Groups[] | .externalId // "" | select(test("^pw-activate:.*:(ada|ben|cyd|hpc)$"))] | length')" -eq 4 ]
    converged
}

@test "a POST that was lost on the way is sent again" {
    sandbox POST /faults '{"match":"POST /scim/v2/Users","count":2,"status":502}'
    synced --max-in-flight=1
    [ "$(sandbox GET /requests | jq .byMethod.POST)" -eq 6 ]
    converged
}

# taken_by NAME [MORE] - an unmanaged record that is created after the plan.
taken_by() {
    curl -fsS -o /dev/null -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" -H 'Content-Type: application/scim+json' "$CW_SCIM_BASE_URL/Users" \
        --data "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"$1@acme.org\"${2:-}}"
}

# patch_user ID PATH VALUE - a change by another client.
patch_user() {
    curl -fsS -o /dev/null -X PATCH -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" -H 'Content-Type: application/scim+json' "$CW_SCIM_BASE_URL/Users/$1" \
        --data "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[{\"op\":\"replace\",\"path\":\"$2\",\"value\":$3}]}"
}

@test "conflict-bare: a taken name is recognised even if the refusal does not mention it" {
    plan
    taken_by Ada
    surprise conflict-bare
    applied 4
    [ "$(outcome user:ada)" = '["failed","user-name-taken"]' ]
    [ "$(outcome user:ben)" = '["applied",null]' ]
    [ "$(outcome group:hpc)" = '["failed","moved"]' ]
}

@test "conflict-500: a conflict that looks like a server error is recognised, and not sent for ever" {
    plan
    taken_by Ada
    surprise conflict-500
    sandbox DELETE /requests
    applied 4
    [ "$(outcome user:ada)" = '["failed","user-name-taken"]' ]
    [ "$(sandbox GET /requests | jq .byMethod.POST)" -eq 4 ]
}

@test "inactive-hidden: an inactive managed record that lists hide is found on a create, and left to an operator" {
    synced
    before=$(user cyd | jq -r .id)
    jq -c 'if .displayName == "cyd" then .active = false else . end' people >people.new
    mv people people.all
    mv people.new people
    plan --max-deactivations=100%
    applied 0
    mv people.all people
    surprise inactive-hidden '"match":"GET /scim/v2/Users.*%20sw%20"'
    plan
    [ "$(jq -r 'select(.externalId == "pw-activate:user:cyd").action' plan.jsonl)" = create ]
    applied 2
    [ "$(outcome user:cyd)" = '["skipped","moved"]' ]
    [ "$(user cyd | jq -c '[.id, .active]')" = "[\"$before\",false]" ]
    patch_user "$before" active true
    converged
}

@test "an old plan does not reactivate a user who has left, and gives no user a removed key" {
    plan
    mv plan.jsonl yesterday.jsonl
    synced
    change 'if .displayName == "cyd" then .active = false elif .displayName == "ada" then .sshKeys = ["'"$third"'"] else . end'
    synced --max-in-flight=1
    sandbox GET /scim >before
    mv yesterday.jsonl plan.jsonl
    applied 2
    [ "$(outcome user:cyd)" = '["skipped","moved"]' ]
    [ "$(outcome user:ada)" = '["skipped","moved"]' ]
    [ "$(outcome user:ben)" = '["applied",null]' ]
    sandbox GET /scim >after
    diff before after
}

@test "inactive-hidden: a record that the service never shows is a conflict, and not a taken name" {
    synced
    change 'if .displayName == "cyd" then .active = false else . end'
    plan --max-deactivations=100%
    applied 0
    change '.active = true'
    surprise inactive-hidden '"match":"GET /scim/v2/Users"'
    plan
    applied 4
    [ "$(outcome user:cyd)" = '["failed","conflict"]' ]
}

@test "a record that was deleted or changed is not written, and the outcome has the reason" {
    synced
    change '.displayName += " II"'
    plan
    sandbox POST /faults "{\"match\":\"PATCH /scim/v2/Users/$(user ada | jq -r .id)\",\"status\":404}"
    patch_user "$(user ben | jq -r .id)" displayName '"By Hand"'
    applied 2
    [ "$(outcome user:ada)" = '["failed","gone"]' ]
    [ "$(outcome user:ben)" = '["failed","moved"]' ]
    [ "$(user ben | jq -r .displayName)" = 'By Hand' ]
    calm
    synced
    [ "$(user ben | jq -r .displayName)" = 'ben II' ]
}

@test "--bulk: the same outcomes in few requests, and single requests if it is not supported" {
    for ((i = 0; i < 60; ++i)); do someone "p$i"; done >>people
    group large "$(jq -sc '[.[].externalId | ltrimstr("pw-activate:user:")]' people)" >>groups
    plan
    taken_by P7
    sandbox DELETE /requests
    SYNC_BULK=true applied 4
    [ "$(outcome user:p7)" = '["failed","user-name-taken"]' ]
    [ "$(jq -s '[.[] | select(.outcome == "applied")] | length' results.jsonl)" -eq 63 ] # the group lacks p7
    [ "$(sandbox GET /requests | jq .writes)" -lt 5 ]
    [ "$(members large)" -eq 62 ]
    change '.displayName += " II"'
    sandbox POST /faults '{"match":"ServiceProviderConfig","status":404}'
    plan
    sandbox DELETE /requests
    applied 4 --bulk # p7 as before
    grep -q 'does not offer it' words
    [ "$(sandbox GET /requests | jq .byMethod.PATCH)" -eq 63 ] # the group, too: the plan still names p7 as a member
}

@test "--bulk: a request that is refused, or whose answer is lost, creates nothing twice" {
    for ((i = 0; i < 40; ++i)); do someone "p$i"; done >>people
    sandbox POST /faults '{"match":"POST /scim/v2/Bulk","count":1,"apply":true,"reset":true}'
    synced --bulk
    [ "$(jq -s '[.[] | select(.detail == "the record was there already")] | length' results.jsonl)" -ge 40 ]
    converged
    change '.displayName += " II"'
    sandbox POST /faults '{"match":"POST /scim/v2/Bulk","status":501}'
    synced --bulk
    grep -q '/Bulk was refused' words
    converged
}

@test "--approve: exactly the removals of the digest are sent; others, and edited ones, stay held" {
    synced
    mv people people.all
    grep -v '"ben"' people.all >people
    run -3 plan --max-deactivations=0
    digest=$(seal plan.jsonl .heldDigest | tr -d '"')
    [ -n "$digest" ]
    applied 3 --approve=0000
    grep -Eq '[0-9]+ changes? stays? held by max-deactivations: what was approved is 0000' words
    [[ $(tail -n 1 words) == *" held until approved: --approve=$digest" ]]
    [ "$(user ben | jq .active)" = true ]
    "$SCRIPTS/reseal" <plan.jsonl >edited.jsonl
    run -3 --separate-stderr scim-apply --approve="$digest" edited.jsonl
    [ -z "$output" ]
    [[ $stderr == *'edited'* ]]
    status=0
    SYNC_APPROVE=$digest scim-apply edited.jsonl >results.jsonl 2>words || status=$?
    [ "$status" -eq 3 ]
    [ "$(outcome user:ben)" = '["held",null]' ]
    grep -Eq 'stays? held' words
    applied 0 --approve="$digest"
    [ "$(user ben | jq .active)" = false ]
    # The second time nothing is left of the approved changes.
    sandbox DELETE /requests
    applied 0 --approve="$digest"
    [ "$(outcome user:ben)" = '["applied",null]' ]
    [ "$(sandbox GET /requests | jq .writes)" -eq 0 ]
}

@test "the seal of the results counts the requests, and how many of them were retries" {
    plan
    sandbox POST /faults '{"match":"POST /scim/v2/Users","count":2,"status":503}'
    sandbox DELETE /requests
    applied 0
    [ "$(seal results.jsonl .retries)" -eq 2 ]
    [ "$(seal results.jsonl .requests)" -eq "$(sandbox GET /requests | jq .total)" ]
}
