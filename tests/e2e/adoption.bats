#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# Accounts and groups that were created in the console before the first run, on third-party SCIM servers. The dry run lists every conflict,
# two variables adopt the records, and the second run has nothing to do.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    fixture_once --users 30 --groups 4
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    stop_all
}

sync() { run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" "$@"; }

# scim_post PATH BODY: creates a record as an operator does in the console.
scim_post() {
    curl -fsS -o /dev/null -X POST -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" -H 'Content-Type: application/scim+json' --data "$2" "$CW_SCIM_BASE_URL$1"
}

# Three users and a group of the fixture exist unmanaged; another group and another user only resemble it.
make_console_records() {
    local name
    jq -r '[.activate.users[] | select(.active and .email) | .email][:3][]' "$FIXTURE" >adopt
    while read -r name; do
        scim_post /Users "$(jq -nc --arg name "$name" '{schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: $name, active: true}')"
    done <adopt
    scim_post /Users '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"console@elsewhere.org","active":true}'
    group=$(jq -r '.activate.groups[0].name' "$FIXTURE")
    for name in "$group" console-only; do
        scim_post /Groups "$(jq -nc --arg name "$name" '{schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: $name}')"
    done
}

# conflicts PLAN: the skips of the plan, one a line.
conflicts() { jq -r 'select(.type == "skip" and (.reason | endswith("-taken"))) | .reason' "$1" | sort | uniq -c | awk '{print $2, $1}'; }

adoption_takes_two_variables() {
    make_console_records
    sync --check
    [ "$status" -eq 0 ]
    [[ $output == *'unmanaged records have the names of 3 users and 1 group to be created'* ]]

    sync --dry-run --plan=plan.jsonl
    [ "$status" -eq 4 ]
    [ "$(conflicts plan.jsonl)" = $'group-name-taken 1\nuser-name-taken 3' ]
    jq -r 'select(.reason == "user-name-taken").detail' plan.jsonl | while read -r line; do
        [[ $line == *'unmanaged: no externalId'*SYNC_ADOPT_FILE* ]] || return 1
    done

    sync
    [ "$status" -eq 4 ]
    [ "$(scim_state | jq --arg name "$group" '[.Groups[] | select(.displayName == $name)] | length')" -eq 1 ]

    export SYNC_ADOPT_FILE=$PWD/adopt SYNC_ADOPT_GROUPS=$group
    sync
    [ "$status" -eq 0 ]
    [[ $stderr == *'4 adopted'* ]]
    jq .activate "$FIXTURE" | expected >wanted
    scim_state | actual >there
    same wanted there
    [ "$(scim_state | jq '[.Users[] | select(.userName == "console@elsewhere.org" and .externalId == null)] | length')" -eq 1 ]

    before=$(scim_writes)
    sync
    [ "$status" -eq 0 ]
    [[ $stderr == *'nothing to do'* ]]
    [[ $stderr != *adopt* ]]
    [ "$(scim_writes)" -eq "$before" ]
}

@test "scimmy: one dry run lists all conflicts, two variables adopt the records, the second run is silent" {
    start_scimmy
    adoption_takes_two_variables
}

@test "scim-patch: one dry run lists all conflicts, two variables adopt the records, the second run is silent" {
    start_scimpatch
    adoption_takes_two_variables
}

@test "a run without a new record sends no lookup to SCIM; each new record is one request" {
    requests_of() { jq -r --arg stage "$1" '.stages[] | select(.name == $stage).counts.requests' captured/*/run.json; }
    sync
    [ "$status" -eq 0 ]
    CAPTURE_WHEN=always sync --capture=captured
    [ "$(requests_of scim-confirm)" -eq 0 ]
    rm -r captured
    sandbox PUT /activate/users/new.user '{"id":"65a1b2c3d4e5f60718293aaa","username":"new.user","email":"new.user@acme.org","name":"New User","active":true,"sshKeys":[]}'
    sandbox PUT /activate/users/newer.user '{"id":"65a1b2c3d4e5f60718293aab","username":"newer.user","email":"newer.user@acme.org","name":"Newer User","active":true,"sshKeys":[]}'
    sync --capture=captured
    [ "$status" -eq 0 ]
    [ "$(requests_of scim-confirm)" -eq 2 ]
}

@test "a record that the list of SCIM leaves out is found by a lookup, and is not created again" {
    sync
    [ "$status" -eq 0 ]
    activate-export >desired.jsonl
    scim-export >current.jsonl
    local missing
    missing=$(jq -rs '[.[] | select(.type == "user" and .active)][0].externalId' current.jsonl)
    jq -c --arg id "$missing" 'select(.externalId != $id)' current.jsonl | "$SCRIPTS/reseal" >short.jsonl
    scim-export --confirm desired.jsonl short.jsonl >scim-confirmations.jsonl
    [ "$(jq -r 'select(.type == "user").externalId' scim-confirmations.jsonl)" = "$missing" ]
    run --separate-stderr scim-diff desired.jsonl short.jsonl scim-confirmations.jsonl
    [ "$status" -eq 2 ] # the list may also lack users who have left
    [ "$(jq -r 'select(.type == "change").action' <<<"$output" | grep -c create)" -eq 0 ]
    [[ $stderr == *"$missing"*'the list of SCIM left out record'* ]]
    [[ $stderr == *'the list of SCIM lacks 1 managed record that a lookup found'* ]]
}
