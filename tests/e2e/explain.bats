#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr
#
# pw-activate-scim-sync --explain: why can this person not log in? One command, with the sandbox's organization.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    start_sandbox
    cd "$BATS_TEST_TMPDIR" || return
    export CAPTURE_DIR=$PWD/captures
}

teardown() { stop_all; }

sync() { run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" "$@"; }
explain() { sync --explain="$1"; }
# shows TEXT...: each is a part of a line of the screen.
shows() {
    local text
    for text; do
        [[ $output == *"$text"* ]] || {
            printf 'status %s; not on the screen: %s\n%s\n%s\n' "$status" "$text" "$output" "$stderr"
            return 1
        }
    done
}
requests() { sandbox GET /requests | jq .total; }
writes() { sandbox GET /requests | jq .writes; }
change() { sandbox PATCH "/activate/users/$1" "$2"; }

@test "a user without an e-mail address, asked for by a part of the name: the reason and the next step" {
    change marta.kowalska '{"email":""}'
    explain 'kowalska'
    [ "$status" -eq 0 ]
    shows 'Marta Kowalska (pw-activate:user:' 'ACTIVATE: active, username marta.kowalska, no e-mail address' 'SCIM: no managed record' \
        'nothing, because of no-user-name: ACTIVATE has no e-mail address for this user' \
        'do what the line about no-user-name says'
    [ -z "$stderr" ]
}

@test "a user without an accepted key: each key with its fingerprint and the reason" {
    sync
    rsa='AAAAB3NzaC1yc2EAAAADAQABAAAAIQDIuIvS0gSNY4XkqyuuTW5TjUgz6bqm0kGbVvBLvQ1oZQ=='
    change soren.kjaergaard "$(jq -nc --arg key "ssh-rsa $rsa" '{sshKeys: [$key]}')"
    fingerprint=$(ssh-keygen -lf - <<<"ssh-rsa $rsa" 2>/dev/null | cut -d ' ' -f 2) || fingerprint=SHA256:
    explain soren.kjaergaard@ACME.org
    [ "$status" -eq 0 ]
    shows 'SSH keys: 0 accepted, 1 refused' "- $fingerprint" 'refused: the RSA key has 256 bits; at least 2048 are needed' \
        'update: sshKeys - SHA256:' 'let the person add an SSH key in ACTIVATE that is accepted'

    change soren.kjaergaard '{"sshKeys":[]}'
    explain soren.kjaergaard
    shows 'SSH keys: 0 accepted, 0 refused' 'let the person add an SSH key'
    explain wang.xiaoming
    shows 'SSH keys: 1 accepted, 0 refused' 'accepted; in SCIM' 'nothing: the record in SCIM is as it should be' 'SCIM grants what ACTIVATE grants: look at'
}

@test "a leaver whom a limit holds: the limit of the last run, the last change, and the command for this user alone" {
    sync
    [ "$status" -eq 0 ]
    created=$(jq -r .begin captures/*/run.json)
    sleep 1 # the names of captures order runs by the second
    for name in ada.lovelace Jake.Thayne; do sandbox DELETE "/activate/users/$name"; done
    export SYNC_MAX_DEACTIVATIONS=1
    sync
    [ "$status" -eq 3 ]
    explain ada.lovelace
    [ "$status" -eq 0 ]
    shows 'ACTIVATE: the export has no such user' 'asked again, ACTIVATE answers: gone' 'deactivate: absent in ACTIVATE; held by max-deactivations' \
        'removed from hpc-users; held by max-deactivations' ', status 3' 'the digest of all changes that max-deactivations held: ' \
        "last change of this user: $created" '- added to hpc-users'
    only=$(grep -o -- '--only=[^,]*' <<<"$output")
    sleep 1
    sync "$only"
    [ "$status" -eq 0 ]
    explain ada.lovelace
    shows 'nothing: already inactive' 'last change of this user: ' '- deactivate: absent in ACTIVATE' ', status 3'
    explain jake.thayne
    shows 'held by max-deactivations'
}

@test "a disabled user, an unmanaged record of the name, a user out of scope" {
    change wang.xiaoming '{"active":false}'
    explain 王小明
    shows 'ACTIVATE: disabled' 'SSH keys: not read, because the user is disabled' 'enable the user in ACTIVATE'

    sandbox PUT /activate/users/new.user '{"id":"65a1b2c3d4e5f60718293aaa","username":"new.user","email":"root-admin@acme.org","name":"New User","active":true,"sshKeys":[]}'
    explain new.user
    shows 'SCIM: no managed record' 'nothing, because of user-name-taken: root-admin@acme.org is record ' 'SYNC_ADOPT_FILE'

    sync
    ACTIVATE_SYNC_GROUPS=quantum-lab explain marta.kowalska@acme.org
    shows 'ACTIVATE: the export has no such user; it has only the members of quantum-lab' 'asked again, ACTIVATE answers: out-of-scope' \
        'add the user in ACTIVATE to one of the groups quantum-lab'
}

@test "it reads the two lists and what is about this person, and changes nothing, also while a run holds the lock" {
    sync
    sandbox DELETE /requests
    activate-export --ssh-keys=none >/dev/null
    scim-export >/dev/null
    lists=$(requests)
    sandbox DELETE /requests
    before=$(ls captures)
    exec {lock}>"$SYNC_LOCK_FILE"
    flock "$lock"
    METRICS_FILE=$PWD/metrics HEARTBEAT_URL=http://127.0.0.1:1/ explain marta.kowalska
    [ "$status" -eq 0 ]
    [ "$(requests)" -eq $((lists + 2)) ] # the organization, and the keys of one user
    [ "$(writes)" -eq 0 ]
    [ "$(ls captures)" = "$before" ]
    [ ! -e metrics ]
    [ -z "$stderr" ]
}

@test "several people, and no person: 64, with who it could be" {
    explain ada
    [ "$status" -eq 64 ]
    [[ $stderr == *'found 2 people for "ada": '*'Ada Lovelace, ada.lovelace@acme.org (pw-activate:user:'*'Name one by the address or the external id' ]]
    [ -z "$output" ]
    explain marta.kowalsky
    [ "$status" -eq 64 ]
    [[ $stderr == *'found no person "marta.kowalsky" in ACTIVATE or in SCIM: '*'did you mean "marta.kowalska"?' ]]
    ACTIVATE_SYNC_GROUPS=quantum-lab explain marta.kowalska
    [ "$status" -eq 64 ]
    [[ $stderr == *'in ACTIVATE (members of the groups in ACTIVATE_SYNC_GROUPS only) or in SCIM'* ]]
}

@test "each name of a person finds the same person, also from ACTIVATE's SCIM service and from a capture" {
    id=pw-activate:user:$(sandbox GET /activate | jq -r '.users[] | select(.username == "marta.kowalska").id')
    for name in marta.kowalska MARTA.KOWALSKA@acme.org "${id##*:}" "$id" 'Marta K' 'kowalska'; do
        explain "$name"
        shows "($id)"
    done
    ACTIVATE_SOURCE=scim explain marta.kowalska
    shows "($id)" 'SSH keys: 4 accepted, 0 refused' 'username marta.kowalska'
    ACTIVATE_USER_KEY=username explain marta.kowalska
    shows '(pw-activate:user:marta.kowalska)' 'SSH keys: 4 accepted'
    ACTIVATE_USER_NAME=username explain marta.kowalska
    shows 'Marta Kowalska, marta.kowalska (' 'SSH keys: 4 accepted'
    ACTIVATE_SSH_KEYS=none explain marta.kowalska
    shows 'SSH keys: unknown'

    sync
    explain "$id"
    shows 'last change of this user: ' '- added to hpc-users'
    gunzip captures/*/*.jsonl.gz
    explain "$id"
    shows 'last change of this user: ' '- added to hpc-users'
    kill "$(<sandbox.pid)"
    sync --replay="$(echo captures/*-*)" --explain=kowalska
    [ "$status" -eq 0 ]
    shows "($id)" 'create: absent in SCIM' 'SSH keys: 4 accepted'
}

@test "a hostile name cannot write to the terminal" {
    change soren.kjaergaard "$(jq -nc '{name: "S\u001b]0;owned\u0007\u202e  \u009b31m"}')"
    explain soren.kjaergaard
    [ "$status" -eq 0 ]
    refute_control() { ! grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' <<<"$1"; }
    LC_ALL=C refute_control "$output"
    shows '\u{1b}]0;owned' 'because of bad-name'
}

@test "a service that fails ends it with the status of that stage" {
    sandbox POST /faults '{"match":"/scim/v2/Users","status":401}'
    explain marta.kowalska
    [ "$status" -eq 77 ]
    sandbox DELETE /faults
    sandbox POST /faults '{"match":"ssh-public-keys","status":404}'
    explain marta.kowalska
    [ "$status" -eq 0 ]
    shows 'SSH keys: unknown'
    [[ $stderr == *'SSH keys of marta.kowalska'* ]]
}
