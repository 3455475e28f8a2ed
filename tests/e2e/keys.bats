#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr
#
# SSH keys from a pw program that misbehaves: only the users concerned are affected, and nothing remains.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    start_sandbox
    cd "$BATS_TEST_TMPDIR" || return
    mkdir bin temporary
    export ACTIVATE_SSH_KEYS=pw TMPDIR=$PWD/temporary PATH=$PWD/bin:$PATH
}

teardown() {
    if [[ -e pids ]]; then
        xargs -r kill -KILL <pids 2>/dev/null || true
    fi
    stop_all
}

# pw_does SCRIPT - makes SCRIPT the pw program; $2 is the user name. Its PATH is ours.
pw_does() {
    printf '#!/bin/bash\n%s\n' "$1" >bin/pw
    chmod +x bin/pw
}

# gone PID... - all of them have ended within ten seconds.
gone() {
    local pid i
    for pid; do
        for ((i = 0; i < 200; ++i)); do
            kill -0 "$pid" 2>/dev/null || continue 2
            sleep 0.05
        done
        echo "$pid still runs"
        return 1
    done
}

# hanging_export - starts an export whose pw programs hang, each with a child, and waits for four of them; sets export_pid. The file `pids`
# has the programs, `children` the processes that they started.
hanging_export() {
    pw_does "echo \$\$ >>$PWD/pids; sleep 1000 & echo \$! >>$PWD/children; exec sleep 1000"
    activate-export --jobs=4 >desired.jsonl 2>words &
    export_pid=$!
    for ((i = 0; i < 400; ++i)); do
        [[ ! -e children || $(wc -l <children) -lt 4 ]] || return 0
        sleep 0.05
    done
    return 1
}

@test "a pw that hangs, crashes, prints too much or a web page affects only the keys of those users" {
    ACTIVATE_SSH_KEYS=rest activate-export >rest.jsonl
    mapfile -t names < <(sandbox GET /activate | jq -r '.users[] | select(.active and (.sshKeys | length) > 0).username' | head -n 5)
    sandbox GET /activate | jq -r '.users[] | .username as $name | (.sshKeys[]? | "\($name)\t\(.)")' >table
    pw_does "case \$2 in
        ${names[0]}) exec sleep 1000 ;;
        ${names[1]}) kill -SEGV \$\$ ;;
        ${names[2]}) exec yes ;;
        ${names[3]}) echo '<html>Sign in</html>' ;;
        *) awk -F'\t' -v name=\"\$2\" '\$1 == name { print \$2 }' $PWD/table ;;
    esac"
    run --separate-stderr activate-export --jobs=4 --pw-timeout=15
    [ "$status" -eq 2 ]
    [[ $stderr == *'no end after 15 s'* && $stderr == *'ended by signal 11'* && $stderr == *'bytes of output'* && $stderr == *'no key in a form'* ]]
    echo "$output" >desired.jsonl
    diff <(jq -c 'select(.type == "user")' rest.jsonl) <(jq -c 'select(.type == "user")' desired.jsonl) >difference || true
    [ "$(grep -c '^>' difference)" -eq 4 ]
    [ "$(sed -n 's/^> //p' difference | jq -s 'map(select(has("sshKeys"))) | length')" -eq 0 ]
}

@test "SIGTERM and SIGINT end every pw with its children, and remove the directory with the credentials" {
    for signal in TERM INT; do
        rm -f pids children
        hanging_export
        [ -n "$(ls temporary)" ]
        kill "-$signal" "$export_pid"
        status=0
        wait "$export_pid" || status=$?
        # A shell lets its background processes ignore SIGINT; activate-export handles it nevertheless.
        [ "$status" -eq "$([[ $signal == TERM ]] && echo 143 || echo 130)" ]
        # shellcheck disable=SC2046 # numbers
        gone $(cat pids children)
        [ -z "$(ls temporary)" ]
        ! tail -n 1 desired.jsonl | grep -q '"type":"end"'
    done
}

@test "kill -9 of the export leaves no pw" {
    hanging_export
    kill -KILL "$export_pid"
    wait "$export_pid" || true
    # shellcheck disable=SC2046 # numbers
    gone $(cat pids)
    xargs -r kill -KILL <children # the children of pw are not ended
}

@test "with auto, a program pw that prints no version is not used, and keys are read by REST" {
    ACTIVATE_SSH_KEYS=rest activate-export >rest.jsonl
    local program
    for program in 'exit 0' 'exit 64' 'echo "usage: pw command" >&2; exit 1' 'echo pw'; do
        pw_does "$program"
        run -0 --separate-stderr env ACTIVATE_SSH_KEYS=auto activate-export
        [[ $stderr == *'the program pw on PATH is not that of ACTIVATE'*'ACTIVATE_SSH_KEYS'* ]]
        diff <(jq -c 'select(.type == "user")' rest.jsonl) <(jq -c 'select(.type == "user")' <<<"$output")
    done
}

@test "with auto and without a program pw, keys are read by REST, and no warning is printed" {
    ACTIVATE_SSH_KEYS=rest activate-export | jq -c 'select(.type == "user")' >wanted
    run -0 --separate-stderr env ACTIVATE_SSH_KEYS=auto activate-export
    jq -c 'select(.type == "user")' <<<"$output" | same wanted -
    [[ $stderr != *pw* ]]
}

@test "with auto, if no user has a key, all keys are unknown; one key makes the other answers valid" {
    # shellcheck disable=SC2016 # of the program
    pw_does 'case $1 in version) echo "pw version 7.1.0" ;; esac'
    run -2 --separate-stderr env ACTIVATE_SSH_KEYS=auto activate-export
    [[ $stderr == *'pw ssh-public-keys printed no key for any of '*' users; their keys are unknown'* ]]
    [ "$(jq -s 'map(select(.type == "user" and .active and has("sshKeys"))) | length' <<<"$output")" -eq 0 ]
    run -0 --separate-stderr env ACTIVATE_SSH_KEYS=pw activate-export
    [ "$(jq -s 'map(select(.type == "user" and .active and .sshKeys == [])) | length' <<<"$output")" -gt 5 ]
    local name
    name=$(sandbox GET /activate | jq -r 'first(.users[] | select(.active and .email)).username')
    pw_does "case \$1:\$2 in version:*) echo 'pw version 7.1.0' ;;
        *:$name) echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f' ;; esac"
    run -0 --separate-stderr env ACTIVATE_SSH_KEYS=auto activate-export
    [ "$(jq -s 'map(select(.type == "user" and .active and .sshKeys == [])) | length' <<<"$output")" -gt 5 ]
}

@test "the keys of some users alone cost a request each, by REST unless pw is named" {
    # shellcheck disable=SC2016 # the dollars are those of pw
    pw_does '[[ $1 != version ]] || exec echo 7.1; [[ $2 == marta.kowalska ]] && echo ssh-ed25519 AAAA'
    sandbox PATCH /activate/users/wang.xiaoming '{"sshKeys":[]}'
    ACTIVATE_SSH_KEYS=auto activate-export --ssh-keys-of=marta.kowalska --ssh-keys-of=wang.xiaoming >keys.jsonl
    [ "$(jq -c 'select(.type == "ssh-keys") | [.username, (.sshKeys | length)]' keys.jsonl | paste -sd' ')" = '["marta.kowalska",4] ["wang.xiaoming",0]' ]
    [ "$(seal keys.jsonl '[.users, .requests]')" = '[2,3]' ] # the organization, and two users
    activate-export --ssh-keys-of=marta.kowalska | grep -q '"sshKeys":\["ssh-ed25519 AAAA"\]'
    sandbox POST /faults '{"match":"ssh-public-keys","status":404}'
    ACTIVATE_SSH_KEYS=rest ends 2 activate-export --ssh-keys-of=marta.kowalska,wang.xiaoming >keys.jsonl
    [ "$(jq -c 'select(.type == "ssh-keys")' keys.jsonl | paste -sd' ')" = '{"type":"ssh-keys","username":"marta.kowalska"} {"type":"ssh-keys","username":"wang.xiaoming"}' ]
    ACTIVATE_SSH_KEYS=none ends 64 activate-export --ssh-keys-of=marta.kowalska
}
