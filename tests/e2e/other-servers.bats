#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# SCIM servers differ. The same organization goes into servers that page otherwise, answer without a body, mind If-Match, or do not
# page at all.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    npm_ci_once "$SOURCE_DIR/tests/servers"
    node "$SOURCE_DIR/tests/e2e/make-fixture.mjs" --strangers >"$BATS_FILE_TMPDIR/strangers.json"
}

setup() {
    fixture_once --users 120 --groups 8
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    stop_all
}

# holds_what_is_desired - users, keys and members, and the records of others as they were loaded.
holds_what_is_desired() {
    sandbox GET /activate | expected >wanted
    scim_state >state
    actual <state | jq -S '.users |= map(select(.active))' >there
    same wanted there
    same <(strangers_of <"$BATS_FILE_TMPDIR/strangers.json") <(strangers_of <state)
}

# in_and_out - a first load, a second run without a write, and somebody who leaves (not the owner of the API key).
in_and_out() {
    sync_once first
    holds_what_is_desired
    writes=$(scim_writes)
    sync_once second
    [ "$(scim_writes)" -eq "$writes" ]
    sandbox DELETE "/activate/users/$(jq -r '.activate.users[2].username' "$FIXTURE")"
    sync_once third
    [ "$(seal third/plan.jsonl .deactivate)" -eq 1 ]
    holds_what_is_desired
}

@test "a server with pages of at most 50, ETags and If-Match is brought up to date" {
    start_scimpatch --load "$BATS_FILE_TMPDIR/strangers.json" --max-page 50
    in_and_out
}

@test "a server whose pages hold 7 and that answers a PATCH without a body is brought up to date" {
    start_scimpatch --load "$BATS_FILE_TMPDIR/strangers.json" --max-page 7 --no-patch-body
    in_and_out
}

@test "a server that gives the first page again behind the end is brought up to date" {
    start_scimmy --load "$BATS_FILE_TMPDIR/strangers.json"
    in_and_out
}

@test "a server that ignores paging is never read as a short directory: the export ends unsealed and nothing is planned" {
    start_scimmy --express 5 --seed 45
    run --separate-stderr scim-export
    [ "$status" -eq 75 ]
    [[ $output != *'"type":"end"'* ]]
    [ -n "$stderr" ]
    activate-export >desired.jsonl
    printf '%s\n' "$output" >current.jsonl
    run --separate-stderr scim-diff desired.jsonl current.jsonl
    [ "$status" -eq 65 ]
    [ -z "$output" ]
    [ "$(scim_writes)" -eq 0 ]
}

@test "a record that was changed after it was read is not overwritten" {
    start_scimpatch --load "$BATS_FILE_TMPDIR/strangers.json"
    sync_once first
    who=$(jq -r '[.activate.users[] | select(.active and .email)][2]' "$FIXTURE")
    sandbox PATCH "/activate/users/$(jq -r .username <<<"$who")" '{"name":"Another Name"}'
    activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    [ "$(jq -s '[.[] | select(.type == "change")] | length' plan.jsonl)" -eq 1 ]
    path=$(jq -r 'select(.type == "change").path' plan.jsonl)
    curl -fsS -o patched -X PATCH "$SCIM_URL$path" -H "Authorization: Bearer $SCIM_TOKEN" -H 'Content-Type: application/scim+json' \
        --data '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"displayName","value":"By Hand"}]}'
    run --separate-stderr scim-apply plan.jsonl
    [ "$status" -eq 2 ]
    [ "$(jq -s '[.[] | select(.outcome == "applied")] | length' <<<"$output")" -eq 0 ]
    [ "$(curl -fsS -H "Authorization: Bearer $SCIM_TOKEN" "$SCIM_URL$path" | jq -r .displayName)" = 'By Hand' ]
    # The next run sees it as it is, and makes it what ACTIVATE says.
    sync_once second
    holds_what_is_desired
}
