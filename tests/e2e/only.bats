#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr
#
# pw-activate-scim-sync --only: one of the sixty leavers must go now.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    start_sandbox
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() { stop_all; }

sync() { run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" "$@"; }
last_line() { printf '%s' "${stderr_lines[-1]}"; }
writes() { sandbox GET /requests | jq .writes; }
# The key of the sandbox belongs to marta.kowalska, who stays.
# access USERNAME: whether the user is active, and the names of the groups.
access() {
    sandbox GET /scim | jq -c --arg name "$1" '(.Users[] | select(.userName == $name)) as $user
        | [$user.active, ([.Groups[] | select(any(.members[]?; .value == $user.id)).displayName] | sort)]'
}

@test "one of sixty leavers goes, and the others wait for their approval" {
    sync
    [ "$status" -eq 0 ]
    mapfile -t leavers < <(sandbox GET /activate | jq -r '[.users[] | select(.active and (.email // "") != "" and .username != "marta.kowalska")][:60][].username')
    for name in "${leavers[@]}"; do sandbox PATCH "/activate/users/$name" '{"active":false}'; done
    sync
    [ "$status" -eq 3 ]
    before=$(sandbox GET /scim | jq '[.Users[] | select(.active == false)] | length')
    sandbox DELETE /requests
    METRICS_FILE=$PWD/metrics HEARTBEAT_URL=http://127.0.0.1:1/ CAPTURE_DIR=captures sync --only=ada.lovelace
    [ "$status" -eq 0 ]
    [[ $(last_line) == *': done, only ada.lovelace: 0 created, '*', 1 deactivated, 0 held, 0 failed'* ]]
    [ "$(access ada.lovelace@acme.org)" = '[false,[]]' ]
    [ "$(sandbox GET /scim | jq '[.Users[] | select(.active == false)] | length')" -eq $((before + 1)) ]
    [ "$(access wang.xiaoming@acme.org | jq '.[0]')" = true ]
    # It is not a complete run.
    [ ! -e metrics ]
    [[ $stderr != *HEARTBEAT* ]]
    [ "$(jq -c .only captures/*/run.json)" = '["ada.lovelace"]' ]

    # Limits count these users alone.
    SYNC_MAX_DEACTIVATIONS=1 sync --only=soren.kjaergaard,wang.xiaoming@acme.org
    [ "$status" -eq 3 ]
    [[ $stderr == *'max-deactivations: 2 wanted, 1 of '* ]]
    SYNC_MAX_DEACTIVATIONS=2 sync --only=soren.kjaergaard --only=wang.xiaoming@acme.org
    [ "$status" -eq 0 ]
    [[ $(last_line) == *'only soren.kjaergaard, wang.xiaoming@acme.org: '* ]]
    sync
    [ "$status" -eq 3 ]
    [[ $stderr == *'max-deactivations: 57 wanted'* ]]
}

@test "a new user arrives with the groups that are there, and status 2 tells of the group that is not" {
    sync
    id=65a1b2c3d4e5f60718293aaa
    sandbox PUT /activate/users/new.user "{\"id\":\"$id\",\"username\":\"new.user\",\"email\":\"new.user@acme.org\",\"name\":\"New User\",\"active\":true,\"sshKeys\":[]}"
    sandbox PUT /activate/users/other.new '{"id":"65a1b2c3d4e5f60718293aab","username":"other.new","email":"other.new@acme.org","name":"Other New","active":true,"sshKeys":[]}'
    members=$(sandbox GET /activate | jq -c '.groups[] | select(.name == "hpc-users").members')
    sandbox PATCH /activate/groups/hpc-users "$(jq -c '{members: (. + ["new.user", "other.new"])}' <<<"$members")"
    sandbox PUT /activate/groups/brand-new '{"members":["new.user"]}'
    sync --only=new.user@acme.org
    [ "$status" -eq 2 ]
    [ "$(access new.user@acme.org)" = '[true,["hpc-users"]]' ]
    [[ $stderr == *"brand-new (pw-activate:group:"*"--only neither creates nor adopts a group, so the membership of pw-activate:user:$id is not changed"* ]]
    [ -z "$(access other.new@acme.org)" ]
    sync
    [ "$status" -eq 0 ]
    [ "$(access new.user@acme.org)" = '[true,["brand-new","hpc-users"]]' ]
    [ "$(access other.new@acme.org)" = '[true,["hpc-users"]]' ]
}

@test "a name that no user has, or several have, ends the run before anything is written" {
    for name in nobody@acme.org ada.lovelace,nobody; do
        sync --only="$name"
        [ "$status" -eq 64 ]
        [[ $(last_line) == *'and no managed user in ACTIVATE'*'nothing was changed' ]]
    done
    [ "$(writes)" -eq 0 ]
    SYNC_SHARD=0/2 sync --only=ada.lovelace
    [ "$status" -eq 78 ]
    for other in --check --apply-plan=x --restore=x --explain=ada; do
        sync --only=ada.lovelace "$other"
        [ "$status" -eq 64 ]
        [[ $(last_line) == *'do not go together' ]]
    done
}

@test "a dry run shows the part of the plan, by its name" {
    run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" --dry-run --plan=- --only=ada.lovelace
    [ "$status" -eq 2 ] # the groups are not there yet
    [ "$(jq -c 'select(.type == "change") | [.action, .resource, .userName]' <<<"$output")" = '["create","User","ada.lovelace@acme.org"]' ]
    [[ $stderr == *', only ada.lovelace@acme.org, made '* ]]
    [[ $(last_line) == *'dry run, only ada.lovelace: would create 1'* ]]
    [ "$(writes)" -eq 0 ]
}
