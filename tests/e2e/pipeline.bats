#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# The four filters and the entrypoint against the sandbox, as the README shows them.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    start_sandbox
    cd "$BATS_TEST_TMPDIR" || return
    sandbox GET /activate >activate.before
    scim | strangers_of >strangers.before
}

teardown() {
    stop_all
}

scim() { sandbox GET /scim; }
requests() { sandbox GET /requests | jq .total; }
writes() { sandbox GET /requests | jq .writes; }

# an_active_user - an active user of ACTIVATE with e-mail and a key, who is in a group.
an_active_user() {
    jq -re '([.groups[].members[]] | unique) as $members | [.users[]
        | select(.active and .email and (.sshKeys // [] | length) > 0 and (.username as $name | $members | index($name)))][3].username' activate.before
}
# record_of USERNAME - the record in the SCIM service.
record_of() {
    local id
    id=$(jq -re --arg name "$1" '.users[] | select(.username == $name).id' activate.before)
    scim | jq -ce --arg id "pw-activate:user:$id" '.Users[] | select(.externalId == $id)'
}
keys_of() { record_of "$1" | jq -c '."urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser".sunkSshKeys // []'; }

# fake_pw [USERNAME] - bin/pw, which answers as the pw program would, but fails for that user. It does not get our environment.
fake_pw() {
    mkdir bin
    cat >bin/pw <<PW
#!/bin/bash
[[ \$1 != version ]] || { echo 'pw version 7.1.0' && exit; }
[[ \$1 == ssh-public-keys && \$# == 2 && \$PW_API_KEY == pwt_* ]] || exit 9
[[ \$2 != "${1:-}" ]] || { echo "no such luck" >&2 && exit 1; }
exec curl -fsS -u "\$PW_API_KEY:" "$SANDBOX_URL/api/users/\$2/ssh-public-keys"
PW
    chmod +x bin/pw
    sandbox PATCH /settings '{"sshKeyBody":"text"}'
}

@test "activate-export prints lines that jq can read, users before groups, with a header and a seal" {
    activate-export | jq -c . >lines
    [ "$(jq -r .type lines | uniq | tr '\n' ' ')" = 'stream user group end ' ]
    [ "$(jq -s 'length - 2' lines)" -eq "$(seal lines '.users + .groups')" ]
    [ "$(head -n 1 lines | jq -c '[.format, .kind, .side, .source]')" = '[1,"directory","desired","activate"]' ]
}

@test "two exports, diff and apply in one pipe are a complete run, and the next one has nothing to do" {
    { activate-export && scim-export; } | scim-diff | scim-apply >results.jsonl
    [ "$(seal results.jsonl '.failed + .skipped')" -eq 0 ]
    [ "$(seal results.jsonl .applied)" -gt 100 ]
    sandbox DELETE /requests
    { activate-export && scim-export; } | scim-diff >plan.jsonl
    [ "$(jq -s '[.[] | select(.type == "change")] | length' plan.jsonl)" -eq 0 ]
    scim-apply plan.jsonl >results.jsonl
    [ "$(seal results.jsonl .applied)" -eq 0 ]
    [ "$(writes)" -eq 0 ]
}

@test "a run leaves unmanaged records unchanged" {
    { activate-export && scim-export; } | scim-diff | scim-apply >results.jsonl
    scim | strangers_of >strangers.after
    same strangers.before strangers.after
    [ "$(jq '[.Users, .Groups | length] | add' strangers.before)" -gt 0 ]
}

@test "after a run the service has the state of ACTIVATE" {
    { activate-export && scim-export; } | scim-diff | scim-apply >results.jsonl
    expected <activate.before >wanted
    scim | actual | jq -S '.users |= map(select(.active))' >there
    same wanted there
}

@test "a plan can be queried for the users to be deactivated" {
    who=$(an_active_user)
    sync_once first
    sandbox DELETE "/activate/users/$who"
    activate-export >a.jsonl
    scim-export >b.jsonl
    scim-diff a.jsonl b.jsonl | jq -c 'select(.action=="deactivate")' >leaving
    [ "$(wc -l <leaving)" -eq 1 ]
    [ "$(jq -r .externalId leaving)" = "$(record_of "$who" | jq -r .externalId)" ]
}

@test "a truncated export in the pipe changes nothing, even without pipefail" {
    sync_once first
    sandbox DELETE /requests
    set +o pipefail
    run bash -c '{ activate-export | head -n 20; scim-export; } | scim-diff | scim-apply'
    [ "$status" -ne 0 ]
    [ "$(writes)" -eq 0 ]
}

@test "a group filter is a hard scope: other groups and their members are not exported" {
    group=$(jq -r '[.groups[] | select(.members | length > 1)][0].name' activate.before)
    ACTIVATE_SYNC_GROUPS=" $group , no-such-group" activate-export >desired.jsonl 2>words
    [ "$(jq -r 'select(.type == "group").displayName' desired.jsonl)" = "$group" ]
    jq -r 'select(.type == "user" and .active).externalId' desired.jsonl | sort >people
    jq -r 'select(.type == "group").members[]' desired.jsonl | sort >members
    same members people
    grep -q 'no-such-group' words
    [ "$(head -n 1 desired.jsonl | jq -c '.scope | index("'"$group"'")')" != null ]
}

@test "keys read by the pw program are the keys read by REST" {
    fake_pw
    export SOURCE_DATE_EPOCH=1795456800
    ACTIVATE_SSH_KEYS=rest activate-export >rest.jsonl
    PATH=$PWD/bin:$PATH ACTIVATE_SSH_KEYS=pw activate-export >pw.jsonl
    same <(jq -c 'del(.requests)' rest.jsonl) <(jq -c 'del(.requests)' pw.jsonl)
    [ "$(jq -s '[.[] | .sshKeys[]?] | length' pw.jsonl)" -gt 100 ]
}

@test "a user whose keys cannot be read keeps the stored ones, and the run ends with 2" {
    who=$(an_active_user)
    sync_once first
    keys=$(keys_of "$who")
    fake_pw "$who"
    status=0
    PATH=$PWD/bin:$PATH ACTIVATE_SSH_KEYS=pw activate-export >desired.jsonl 2>words || status=$?
    [ "$status" -eq 2 ]
    [ "$(seal desired.jsonl .type)" = '"end"' ]
    grep -qF "$who" words
    [ "$(jq -s '[.[] | select(.type == "user" and .active and (has("sshKeys") | not))] | length' desired.jsonl)" -eq 1 ]
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl | scim-apply >results.jsonl || [ $? -eq 2 ]
    [ "$(keys_of "$who")" = "$keys" ]
}

@test "scim-apply --dry-run sends nothing and needs no credential" {
    activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    sandbox DELETE /requests
    env -u CW_SCIM_BEARER_TOKEN -u CW_SCIM_BASE_URL scim-apply --dry-run plan.jsonl >results.jsonl
    [ "$(requests)" -eq 0 ]
    [ "$(seal results.jsonl .applied)" -eq 0 ]
    [ "$(jq -s '[.[] | select(.outcome)] | length' results.jsonl)" -eq "$(jq -s '[.[] | select(.type == "change")] | length' plan.jsonl)" ]
}

@test "applying one plan twice is harmless" {
    activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    scim-apply plan.jsonl >results.jsonl
    scim >first
    run scim-apply plan.jsonl
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ]
    scim >second
    same <(actual <first) <(actual <second)
    [ "$(jq '.Users | length' first)" -eq "$(jq '.Users | length' second)" ]
}

@test "an address that the record of another user has is not set: that change fails, the others are made, status 4" {
    name=$(jq -r '[.Users[] | select(.userName | test("@"))][0].userName' strangers.before)
    sandbox PUT /activate/users/newcomer "{\"email\":\"$name\",\"name\":\"New Comer\",\"groups\":[\"$(jq -r '.groups[0].name' activate.before)\"]}"
    activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    run --separate-stderr scim-apply plan.jsonl
    [ "$status" -eq 4 ]
    echo "$output" >results.jsonl
    [ "$(seal results.jsonl .applied)" -gt 100 ]
    # The group lacks this user.
    [ "$(jq -c 'select(.outcome == "failed") | [.action, .resource, .reason]' results.jsonl)" = \
        $'["create","User","user-name-taken"]\n["create","Group","moved"]' ]
    scim | strangers_of >strangers.after
    same strangers.before strangers.after
}

@test "the entrypoint makes a complete run, and its last line counts the changes" {
    run --separate-stderr "$SCRIPTS/pw-activate-scim-sync"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    created=$(scim | jq '[(.Users, .Groups)[] | select((.externalId // "") | startswith("pw-activate:"))] | length')
    [ "$created" -gt 100 ]
    last=${stderr_lines[-1]}
    [[ $last == *"$created created"* ]]

    sandbox DELETE /requests
    run --separate-stderr "$SCRIPTS/pw-activate-scim-sync"
    [ "$status" -eq 0 ]
    [[ ${stderr_lines[-1]} == *"nothing to do"* ]]
    [ "$(writes)" -eq 0 ]
}

@test "the entrypoint with --dry-run shows the plan, writes its records to the file of --plan, and sends no write" {
    run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" --dry-run --plan=plan.jsonl
    [ "$status" -eq 0 ]
    [ "$(writes)" -eq 0 ]
    [[ $output == 'Plan for '*'Total: users: '*'Gains access: '* ]]
    [ "$(head -n 1 plan.jsonl | jq -r .kind)" = plan ]
    [ "$(seal plan.jsonl .create)" -gt 100 ]
    [[ ${stderr_lines[-1]} == *"dry run"*"create "* ]]
    same strangers.before <(scim | strangers_of)
}

@test "CAPTURE_DIR keeps the streams of a run, and --replay makes the same plan from them without the network" {
    export SOURCE_DATE_EPOCH=1795456800
    CAPTURE_DIR=$PWD/captured "$SCRIPTS/pw-activate-scim-sync" 2>words
    folder=$(dirname "$(find captured -name desired.jsonl.gz)")
    for stream in desired current plan results; do
        [ "$(seal "$folder/$stream.jsonl.gz" .type)" = '"end"' ]
        [ "$(stat -c %a "$folder/$stream.jsonl.gz")" = 600 ]
    done
    sandbox DELETE /requests
    env -u ACTIVATE_API_KEY -u CW_SCIM_BASE_URL -u CW_SCIM_BEARER_TOKEN "$SCRIPTS/pw-activate-scim-sync" --replay "$folder" --plan=plan.jsonl >shown 2>words
    [ "$(requests)" -eq 0 ]
    same <(gzip -dc "$folder/plan.jsonl.gz") plan.jsonl
}

@test "a replay of a run that was stopped before ACTIVATE's confirmations deactivates no user" {
    export SYNC_MAX_MEMBER_REMOVALS=100%
    cp -r "$SOURCE_DIR/tests/readme/capture" .
    "$SCRIPTS/pw-activate-scim-sync" --replay=capture --plan=plan.jsonl
    [ "$(seal plan.jsonl .deactivate)" -eq 1 ]
    for command in 'truncate -s0' rm; do
        $command capture/confirmations.jsonl
        run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" --replay=capture --plan=plan.jsonl
        [ "$status" -eq 2 ]
        [[ $stderr == *'pw-activate:user:ken): not-confirmed: '* ]]
        [ "$(seal plan.jsonl .deactivate)" -eq 0 ]
    done
}

@test "the entrypoint plans nothing if an export fails, and ends with its status" {
    sandbox DELETE /requests
    run --separate-stderr env CW_SCIM_BEARER_TOKEN=wrong-token-here "$SCRIPTS/pw-activate-scim-sync"
    [ "$status" -eq 77 ]
    [ -z "$output" ]
    [ "$(writes)" -eq 0 ]
    [[ ${stderr_lines[-1]} == *scim-export* ]]
}

@test "the entrypoint leaves no file and no process" {
    mkdir tmp
    TMPDIR=$PWD/tmp "$SCRIPTS/pw-activate-scim-sync" 2>words
    [ -z "$(find tmp -type f ! -name '*.lock' -print -quit)" ]
    [ -z "$(find tmp -mindepth 1 -type d -print -quit)" ]
}
