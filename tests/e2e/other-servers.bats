#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# Synchronises the same organization with different SCIM servers: with other paging, answers without a body, required If-Match, no paging,
# TLS only, or bulk requests; and in each of the modes of scim-apply.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    need_node_modules
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

# holds_what_is_desired - users, keys and members are the desired ones, and unmanaged records are as they were loaded.
holds_what_is_desired() {
    sandbox GET /activate | expected >wanted
    scim_state >state
    actual <state | jq -S '.users |= map(select(.active))' >there
    same wanted there
    same <(strangers_of <"$BATS_FILE_TMPDIR/strangers.json") <(strangers_of <state)
}

# in_and_out - a first load, a second run without a write, and a user who leaves (not the owner of the API key).
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

@test "a server with pages of at most 50, ETags and If-Match is synchronised" {
    start_scimpatch --load "$BATS_FILE_TMPDIR/strangers.json" --max-page 50
    in_and_out
}

@test "a server whose pages have 7 rows and that answers a PATCH without a body is synchronised" {
    start_scimpatch --load "$BATS_FILE_TMPDIR/strangers.json" --max-page 7 --no-patch-body
    in_and_out
}

@test "a server that returns the first page again after the end is synchronised" {
    start_scimmy --load "$BATS_FILE_TMPDIR/strangers.json"
    in_and_out
}

# every_way - with the other modes of scim-apply: read each record after its write, and send members one by one.
every_way() { export SYNC_VERIFY=true SYNC_GROUP_WRITES=add-remove; }

@test "every write can be read again, and members sent as additions and removals: pages of 50, ETags, no body" {
    start_scimpatch --load "$BATS_FILE_TMPDIR/strangers.json" --max-page 50 --no-patch-body
    every_way
    in_and_out
}

@test "every write can be read again, and members sent as additions and removals: scimmy" {
    start_scimmy --load "$BATS_FILE_TMPDIR/strangers.json"
    every_way
    in_and_out
}

@test "scimmy supports /Bulk: the same outcomes, in a tenth of the requests" {
    start_scimmy --load "$BATS_FILE_TMPDIR/strangers.json"
    export SYNC_BULK=true
    in_and_out
    changes=$(jq -s '[.[] | select(.outcome == "applied")] | length' first/results.jsonl)
    [ "$changes" -gt 100 ]
    [ "$(scim_writes)" -lt $((changes / 10)) ]
}

@test "a server without /Bulk gets single requests from --bulk, and a warning is logged" {
    start_scimpatch --load "$BATS_FILE_TMPDIR/strangers.json"
    export SYNC_BULK=true
    sync_once first 2>words
    grep -q 'does not offer it' words
    holds_what_is_desired
}

# a_ca - ca.pem, and server.key and server.pem signed by it for 127.0.0.1.
a_ca() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test-ca 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out server.csr -subj /CN=127.0.0.1 2>/dev/null
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 \
        -extfile <(echo subjectAltName=IP:127.0.0.1) 2>/dev/null
}

@test "a server whose certificate is of a CA of its own is trusted with --ca-file only" {
    a_ca
    start_scimpatch --load "$BATS_FILE_TMPDIR/strangers.json" --tls server.key server.pem
    export CURL_CA_BUNDLE=$PWD/ca.pem # of this test's own calls
    activate-export >desired.jsonl
    run -69 --separate-stderr scim-export
    [[ $stderr == *certificate* ]]
    scim-export --ca-file=ca.pem >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    run -2 --separate-stderr scim-apply plan.jsonl
    [ "$(scim_writes)" -eq 0 ]
    scim-apply --ca-file=ca.pem plan.jsonl >results.jsonl
    holds_what_is_desired
    scim-export --ca-file=ca.pem >current.jsonl
    scim-diff --exit-code desired.jsonl current.jsonl >plan.jsonl
}

@test "a server that ignores paging is synchronised as long as one page has all managed records" {
    stop sandbox
    node "$SOURCE_DIR/tests/e2e/make-fixture.mjs" --users 16 --groups 4 >few.json
    FIXTURE=$PWD/few.json
    start_sandbox --fixture "$FIXTURE"
    start_scimmy --express 5 --load "$BATS_FILE_TMPDIR/strangers.json"
    in_and_out
}

@test "a server that ignores paging is never read as a short directory: no seal, and no plan" {
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
    [ "$(jq -c 'select(.outcome) | [.outcome, .reason, .status]' <<<"$output")" = '["failed","moved",412]' ]
    [ "$(curl -fsS -H "Authorization: Bearer $SCIM_TOKEN" "$SCIM_URL$path" | jq -r .displayName)" = 'By Hand' ]
    # The next run reads the changed record, and brings it to the state of ACTIVATE.
    sync_once second
    holds_what_is_desired
}
