#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr
#
# scim-export --side=desired: ACTIVATE's own SCIM service returns the same organization as its API.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    start_sandbox
    export SOURCE_DATE_EPOCH=1795456800
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    stop_all
}

# The reported lines, without their tool and the counts of requests, sorted: the two services list users in different orders.
lines() { jq -c 'del(.producer, .requests, .retries)' | sort; }

# both [NAME=VALUE]... - the two exports with these settings are the same.
both() {
    env "$@" activate-export | lines >api
    env "$@" scim-export --side=desired | lines >scim
    same api scim
    (($(wc -l <scim) > 2))
}

@test "an organization has the same records by API and by SCIM service, with any configuration" {
    both
    (($(wc -l <scim) > 100))
    grep -q '"active":false' scim
    both ACTIVATE_USER_KEY=username
    both ACTIVATE_USER_NAME=username
    both SYNC_SSH_KEY_COMMENTS=true
    both ACTIVATE_SYNC_GROUPS=platform-team
}

@test "an export sends two paged reads" {
    sandbox DELETE /requests
    scim-export --side=desired >out.jsonl
    users=$(sandbox GET /activate | jq '.users | length')
    [ "$(sandbox GET /requests | jq .total)" -eq $((users / 200 + 1 + 1)) ]
    [ "$(seal out.jsonl .requests)" -eq "$(sandbox GET /requests | jq .total)" ]
}

@test "after a complete run from the SCIM service, the API finds nothing left to do" {
    { scim-export --side=desired && scim-export; } | scim-diff | scim-apply >results.jsonl
    [ "$(seal results.jsonl .applied)" -gt 100 ]
    { activate-export && scim-export; } | scim-diff >plan.jsonl
    [ "$(jq -s '[.[] | select(.type == "change")] | length' plan.jsonl)" -eq 0 ]
}

@test "its lists are checked as strictly as CoreWeave's" {
    scim-export --side=desired | lines >whole
    for name in page-short items-per-page-lies total-as-string; do
        sandbox DELETE /faults
        sandbox POST /faults "{\"surprise\":\"$name\",\"match\":\"/acme/scim/v2/\"}"
        scim-export --side=desired | lines >out
        same whole out
    done
    sandbox PATCH /settings '{"activatePageCap":7}'
    scim-export --side=desired | lines >out
    same whole out
    sandbox POST /faults '{"surprise":"start-index-ignored","match":"/acme/scim/v2/"}'
    run --separate-stderr scim-export --side=desired
    [ "$status" -eq 75 ]
    [[ $output != *'"type":"end"'* ]]
}

# asked_alike REQUESTS - both kinds of confirmation agree; adds the answer to answers.
asked_alike() {
    activate-export --confirm desired.jsonl current.jsonl | lines >api
    sandbox DELETE /requests
    scim-export --side=desired --confirm desired.jsonl current.jsonl >out.jsonl
    [ "$(sandbox GET /requests | jq .total)" -eq "$1" ]
    same api <(lines <out.jsonl)
    jq -r 'select(.type == "confirmation").answer' out.jsonl >>answers
}

@test "an absent user is looked up by id, and the answer is that of activate-export" {
    sync_once first
    scim-export >current.jsonl
    jake=pw-activate:user:c7174c9fd39a1b3b404147fc
    activate-export | jq -c --arg id "$jake" 'select(.externalId != $id) | if .members then .members -= [$id] else . end' | "$SCRIPTS/reseal" >desired.jsonl
    asked_alike 1
    sandbox PATCH /activate/users/Jake.Thayne '{"active":false}'
    asked_alike 1
    sandbox DELETE /activate/users/Jake.Thayne
    asked_alike 2 # and the list
    [ "$(tr '\n' ' ' <answers)" = 'present inactive gone ' ]
}

@test "missing or contradictory data is reported, with the right status" {
    run --separate-stderr env -u ACTIVATE_SCIM_BASE_URL -u ACTIVATE_SCIM_BEARER_TOKEN scim-export --side=desired
    [ "$status" -eq 78 ]
    [[ $stderr == *ACTIVATE_SCIM_BASE_URL*ACTIVATE_SCIM_BEARER_TOKEN* ]]
    run --separate-stderr env ACTIVATE_SCIM_BEARER_TOKEN=wrong-token scim-export --side=desired
    [ "$status" -eq 77 ]
    [[ $stderr == *ACTIVATE_SCIM_BEARER_TOKEN* ]]
    run --separate-stderr env ACTIVATE_SYNC_GROUPS=no-such scim-export --side=desired
    [ "$status" -eq 78 ]
    [ -z "$output" ]
    run --separate-stderr env ACTIVATE_ORG_NAME=other scim-export --side=desired
    [ "$status" -eq 78 ]
    [[ $stderr == *other* ]]
    run --separate-stderr scim-export --side=desired --unmanaged
    [ "$status" -eq 64 ]
    run --separate-stderr scim-export --confirm --unmanaged before.jsonl
    [ "$status" -eq 64 ]
    run --separate-stderr scim-export --side=sideways
    [ "$status" -eq 64 ]
    run --separate-stderr scim-export surplus
    [ "$status" -eq 64 ]
}

@test "--organization prints the organization of the base URL, otherwise that of ACTIVATE_ORG_NAME, and sends nothing" {
    organization() { env "$@" scim-export --side=desired --organization | jq -r 'select(.kind == "organization").org'; }
    sandbox DELETE /requests
    [ "$(organization ACTIVATE_ORG_NAME=acme)" = acme ]
    [ "$(organization -u ACTIVATE_ORG_NAME)" = acme ]
    [ "$(organization ACTIVATE_ORG_NAME=globex ACTIVATE_SCIM_BASE_URL=https://scim.example/v2)" = globex ]
    [ "$(sandbox GET /requests | jq .total)" -eq 0 ]
}

@test "its token appears in no stream and in no message" {
    sandbox POST /faults "{\"match\":\"/acme/scim/v2/Users\",\"skip\":1,\"status\":403,\"body\":{\"detail\":\"$ACTIVATE_SCIM_BEARER_TOKEN is read-only\"}}"
    for option in --log-level=debug --check --log-format=json; do
        run scim-export --side=desired "$option"
        [[ $output != *"$ACTIVATE_SCIM_BEARER_TOKEN"* ]]
    done
    [ "$status" -eq 0 ] || [ "$status" -eq 77 ]
}
