#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# One complete sync of 300 users and 20 groups into a third-party SCIM server (npm's scimmy) that already has unmanaged records. The
# expected state is computed from the fixture by expected.jq, never from the output of the tools.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    need_node_modules
    node "$SOURCE_DIR/tests/e2e/make-fixture.mjs" --strangers >"$BATS_FILE_TMPDIR/strangers.json"
}

setup() {
    fixture_once --users 300 --groups 20
    start_sandbox --fixture "$FIXTURE"
    start_scimmy --fast-list --load "$BATS_FILE_TMPDIR/strangers.json"
    cd "$BATS_TEST_TMPDIR" || return
    scim_state >state.before
    sync_once first
    scim_state >state.first
}

teardown() {
    stop_all
}

# id_of USERNAME - the id in ACTIVATE.
id_of() { jq -re --arg name "$1" '.activate.users[] | select(.username == $name).id' "$FIXTURE"; }
# row_of USERNAME STATE - the record on the server.
row_of() { jq -ce --arg id "pw-activate:user:$(id_of "$1")" '.Users[] | select(.externalId == $id)' "$2"; }
# groups_of USERNAME STATE - the number of groups on the server with that member.
groups_of() { jq --arg id "$(row_of "$1" "$2" | jq -r .id)" '[.Groups[] | select(any(.members[]?; .value == $id))] | length' "$2"; }
# an_active_user FILTER - the user name of the first user of the fixture, active and with e-mail, in at least two groups, that FILTER
# accepts.
an_active_user() {
    jq -re ".activate | .groups as \$groups
        | [.users[] | select(.active and .email and ([.username as \$name | \$groups[] | select(.members | index(\$name))] | length >= 2))
           | select($1)][0].username" "$FIXTURE"
}

@test "after one run the server has exactly the desired users, keys and members" {
    jq .activate "$FIXTURE" | expected >wanted
    actual <state.first >there
    same wanted there
    # The comparison itself finds a difference.
    [ "$(jq '.users | length' wanted)" -gt 250 ]
    [ "$(jq '.groups | length' wanted)" -eq 20 ]
    [ "$(jq '[.groups[].members | length] | add' wanted)" -gt 500 ]
    [ "$(jq '[.users[].keys | length] | add' wanted)" -gt 250 ]
}

@test "every change of the plan has its outcome, and the seals add up" {
    planned=$(jq -s '[.[] | select(.type == "change")] | length' first/plan.jsonl)
    [ "$planned" -gt 0 ]
    [ "$(seal first/plan.jsonl '.create + .update + .deactivate + .reactivate + .adopt')" -eq "$planned" ]
    [ "$(jq -s '[.[] | select(.outcome == "applied")] | length' first/results.jsonl)" -eq "$planned" ]
    [ "$(seal first/results.jsonl '[.applied, .failed, .skipped, .held]')" = "[$planned,0,0,0]" ]
    diff <(jq -r 'select(.type == "change").id' first/plan.jsonl | sort) <(jq -r 'select(.outcome).id' first/results.jsonl | sort)
}

@test "records without our prefix are unchanged byte for byte" {
    strangers_of <state.before >before
    strangers_of <state.first >after
    same before after
    [ "$(jq '[.Users, .Groups | length] | add' before)" -eq 11 ]
}

@test "a second run sends no write and finds nothing to do" {
    writes=$(scim_writes)
    [ "$writes" -gt 0 ]
    sync_once second
    [ "$(scim_writes)" -eq "$writes" ]
    [ "$(seal second/plan.jsonl '.create + .update + .deactivate + .reactivate + .adopt')" -eq 0 ]
    scim_state >state.second
    same state.first state.second
}

@test "a user removed from the source becomes inactive and is in no group" {
    who=$(an_active_user '(.sshKeys | length) == 1')
    [ "$(groups_of "$who" state.first)" -ge 2 ]
    sandbox DELETE "/activate/users/$who"
    sync_once second
    scim_state >state.second
    [ "$(row_of "$who" state.second | jq .active)" = false ]
    [ "$(groups_of "$who" state.second)" -eq 0 ]
    # The same record without any other change: the keys stay, so that a return is one PATCH.
    same <(row_of "$who" state.first | jq -S 'del(.meta.lastModified) | .active = false') <(row_of "$who" state.second | jq -S 'del(.meta.lastModified)')
    # No other user has changed.
    jq --arg name "$who" '(.activate.users |= map(select(.username != $name))) | (.activate.groups[].members) |= map(select(. != $name))' "$FIXTURE" >left.json
    jq .activate left.json | expected >wanted
    actual <state.second | jq -S '.users |= map(select(.active))' >there
    same wanted there
    strangers_of <state.first >before
    strangers_of <state.second >after
    same before after
}

@test "a user disabled at the source becomes inactive and is in no group" {
    who=$(an_active_user '(.sshKeys | length) == 3')
    sandbox PATCH "/activate/users/$who" '{"active":false}'
    sync_once second
    scim_state >state.second
    [ "$(row_of "$who" state.second | jq .active)" = false ]
    [ "$(groups_of "$who" state.second)" -eq 0 ]
}

@test "a user who returns is reactivated under the same id, with their groups and new keys" {
    who=$(an_active_user '(.sshKeys | length) == 1')
    before=$(row_of "$who" state.first | jq -r .id)
    sandbox PATCH "/activate/users/$who" '{"active":false}'
    sync_once second
    scim_state >state.second
    [ "$(row_of "$who" state.second | jq .active)" = false ]

    keys=$(jq -c '[.activate.users[] | select(.username == "'"$(an_active_user '(.sshKeys | length) == 3')"'").sshKeys[0]]' "$FIXTURE")
    sandbox PATCH "/activate/users/$(an_active_user '(.sshKeys | length) == 3')" '{"sshKeys":[]}'
    sandbox PATCH "/activate/users/$who" "{\"active\":true,\"sshKeys\":$keys}"
    # The key is withheld until the run after its old owner has lost it.
    activate-export >lost.desired && scim-export >lost.current
    ends 2 scim-diff lost.desired lost.current >lost.plan
    scim-apply lost.plan >lost.results || (($? == 2))
    mkdir third && cp lost.plan third/plan.jsonl
    scim_state >state.third
    [ "$(row_of "$who" state.third | jq -r .id)" = "$before" ]
    [ "$(row_of "$who" state.third | jq .active)" = true ]
    [ "$(groups_of "$who" state.third)" -eq "$(groups_of "$who" state.first)" ]
    [ "$(jq -c 'select(.action == "reactivate") | [.resource, .method]' third/plan.jsonl)" = '["User","PATCH"]' ]
    [ "$(jq -s '[.[] | select(.type == "change" and .action == "create")] | length' third/plan.jsonl)" -eq 0 ]
}

@test "a group removed from the source keeps its record and loses its members; a new group is created" {
    gone=$(jq -r '.activate.groups[5].name' "$FIXTURE")
    members=$(jq -c '.activate.groups[5].members' "$FIXTURE")
    sandbox DELETE "/activate/groups/$gone"
    sandbox PUT /activate/groups/brand-new "{\"members\":$members}"
    sync_once second
    scim_state >state.second
    [ "$(jq --arg name "$gone" '.Groups[] | select(.displayName == $name) | .members // [] | length' state.second)" -eq 0 ]
    jq -c --arg name "$gone" '.Groups[] | select(.displayName == $name) | .members // [] | map(.value) | sort' state.first >was
    jq -c '.Groups[] | select(.displayName == "brand-new") | .members // [] | map(.value) | sort' state.second >is
    [ "$(jq length was)" -gt 0 ]
    same was is
}

@test "a changed name and a changed key are one PATCH, and nothing else is sent" {
    who=$(an_active_user '(.sshKeys | length) == 3')
    writes=$(scim_writes)
    sandbox PATCH "/activate/users/$who" "$(jq -c --arg name "$who" '.activate.users[] | select(.username == $name) | {name: "Renamed Person", sshKeys: .sshKeys[1:]}' "$FIXTURE")"
    sync_once second
    [ "$(scim_writes)" -eq $((writes + 1)) ]
    scim_state >state.second
    row_of "$who" state.second >row
    [ "$(jq -c '[.displayName, .name.givenName, .name.familyName]' row)" = '["Renamed Person","Renamed","Person"]' ]
    [ "$(jq '."urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser".sunkSshKeys | length' row)" -eq 2 ]
}

@test "a user who was added to a managed group in SCIM is removed from it, and the user's record stays" {
    group=$(jq -r '.Groups[] | select(.displayName == "everybody").id' state.first)
    curl -fsS -o patched -X PATCH "$SCIM_URL/Groups/$group" -H "Authorization: Bearer $SCIM_TOKEN" -H 'Content-Type: application/scim+json' \
        --data '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"stranger-1"}]}]}'
    jq -e 'any(.members[]; .value == "stranger-1")' patched
    sync_once second
    scim_state >state.second
    actual <state.first >before
    actual <state.second >after
    same before after
    strangers_of <state.first >before
    strangers_of <state.second >after
    same before after
}
