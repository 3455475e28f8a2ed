#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# Removals that a service refuses, or accepts and does not make: either the member who left is removed, or scim-apply ends with 4.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    start_sandbox
    cd "$BATS_TEST_TMPDIR" || return
    for name in ada ben cyd; do person "$name"; done >people
    group 1 red '["ada","ben"]' >groups
    plan
    applied 0
}

teardown() {
    stop_all
}

# person NAME, group ID NAME MEMBERS - lines of a desired stream.
person() {
    jq -nc --arg name "$1" '{type: "user", externalId: "pw-activate:user:\($name)", userName: "\($name)@acme.org", displayName: $name,
        email: "\($name)@acme.org", active: true, sshKeys: []}'
}
group() {
    jq -nc --arg id "$1" --arg name "$2" --argjson members "$3" \
        '{type: "group", externalId: "pw-activate:group:\($id)", displayName: $name, members: ($members | map("pw-activate:user:\(.)"))}'
}

# plan [OPTION]... - of the files people and groups.
plan() {
    {
        echo '{"type":"stream","format":1,"kind":"directory","side":"desired","source":"activate"}'
        cat people groups
        echo "{\"type\":\"end\",\"users\":$(wc -l <people),\"groups\":$(wc -l <groups)}"
    } >desired.jsonl
    scim-export >current.jsonl
    scim-diff --max-member-removals="${removals:-100%}" "$@" desired.jsonl current.jsonl >plan.jsonl
}

# applied STATUS [OPTION]... - applies the plan, with that status.
applied() {
    local wanted=$1 status=0
    shift
    scim-apply "$@" plan.jsonl >results.jsonl 2>words || status=$?
    [ "$status" -eq "$wanted" ] || {
        cat results.jsonl words
        return 1
    }
}
outcome() { jq -c 'select(.type == "outcome" and .externalId == "pw-activate:'"$1"'") | [.outcome, .reason, .exitStatus]' results.jsonl; }
# members NAME - the userNames of the members of the group with that displayName, sorted.
members() {
    sandbox GET /scim | jq -c --arg name "$1" '(.Users | map({(.id): .userName}) | add) as $names
        | [.Groups[] | select(.displayName == $name) | .members[].value | $names[.]] | sort'
}
reads() { sandbox GET /requests | jq '.byMethod.GET // 0'; }
# scim_post PATH BODY, scim_patch PATH OPERATIONS - a change by another client.
by_hand() {
    curl -fsS -o /dev/null -X "$1" -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" -H 'Content-Type: application/scim+json' "$CW_SCIM_BASE_URL$2" --data "$3"
}

@test "a refused rename does not keep a member in: the removal is made, the addition waits, and the status is 4" {
    group 1 blue '["ben","cyd"]' >groups
    plan
    by_hand POST /Groups '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"blue"}'
    sandbox DELETE /requests
    applied 4
    [ "$(members red)" = '["ben@acme.org"]' ]
    [ "$(outcome group:1)" = '["failed","conflict",4]' ]
    grep -q 'Group red (pw-activate:group:1): update failed: conflict: HTTP 409.*the removals of this change were applied; its additions wait' words
    [[ $(tail -n 1 words) == *'1 of 1 change failed; access differs until an operator acts'* ]]
    [ "$(sandbox GET /requests | jq -c '[.byMethod.GET, .byMethod.PATCH]')" = '[1,2]' ]
    [ "$(seal results.jsonl .unresolved)" -eq 1 ]
}

@test "with add-remove a refused rename keeps no member in either" {
    group 1 blue '["ben","cyd"]' >groups
    plan
    by_hand POST /Groups '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"blue"}'
    applied 4 --group-writes=add-remove
    [ "$(members red)" = '["ben@acme.org"]' ]
}

@test "a replace of members that is answered 204 and only adds has not made the removal" {
    group 1 red '["ben"]' >groups
    plan
    sandbox POST /faults '{"surprise":"patch-204"}'
    sandbox POST /faults '{"surprise":"members-replace-adds"}'
    sandbox DELETE /requests
    applied 4
    [ "$(members red)" = '["ada@acme.org","ben@acme.org"]' ]
    [ "$(outcome group:1)" = '["failed","did-not-take",4]' ]
    grep -q -- 'members (1 too many); .*--group-writes=add-remove' words
    [ "$(reads)" -eq 2 ] # once more after a pause
    plan
    applied 0 --group-writes=add-remove
    [ "$(members red)" = '["ben@acme.org"]' ]
}

@test "without bodies in answers, each removal, addition and change of a group is read once, and names are not" {
    sandbox POST /faults '{"surprise":"patch-204"}'
    group 1 red '["ada","ben","cyd"]' >groups
    jq -c '.displayName += " II"' people >people.new
    mv people.new people
    plan
    sandbox DELETE /requests
    applied 0
    [ "$(sandbox GET /requests | jq -c '[.byMethod.GET, .byMethod.PATCH]')" = '[1,4]' ]
    group 1 red '["ada"]' >groups
    jq -c 'if .displayName == "cyd II" then .active = false else . end' people >people.new
    mv people.new people
    plan --max-deactivations=100%
    sandbox DELETE /requests
    applied 0
    [ "$(sandbox GET /requests | jq -c '[.byMethod.GET, .byMethod.PATCH]')" = '[2,2]' ]
}

@test "a deactivation that is accepted and not made is reported by name, and the status is 4" {
    grep -v '"cyd"' people >people.new
    mv people.new people
    plan --max-deactivations=100%
    sandbox POST /faults '{"surprise":"patch-ignored"}'
    sandbox POST /faults '{"surprise":"patch-204"}'
    applied 4
    [ "$(outcome user:cyd)" = '["failed","did-not-take",4]' ]
    [ "$(jq -r 'select(.externalId == "pw-activate:user:cyd").userName' results.jsonl)" = cyd@acme.org ]
    grep -q 'User cyd@acme.org (pw-activate:user:cyd): deactivate failed: did-not-take' words
}

@test "--approve takes a list: changes of one limit are sent by its digest, the rest stays held with status 3" {
    grep -v '"cyd"' people >people.new
    mv people.new people
    group 1 red '["ben"]' >groups
    removals=0
    run -3 plan --max-deactivations=0
    digest=$(printf 'member /Groups/%s "pw-activate:user:ada"\n' "$(jq -r 'select(.externalId == "pw-activate:group:1").id' current.jsonl)" | sha256sum | head -c 32)
    applied 3 --approve="0123456789abcdef,$digest"
    [ "$(members red)" = '["ben@acme.org"]' ]
    [ "$(outcome user:cyd)" = '["held",null,null]' ]
    grep -q '1 change stays held by max-deactivations' words
}

@test "skips and withheld lines of the plan count for the status" {
    for wanted in 2 4 0; do
        jq -c --argjson status "$wanted" 'select(.type == "stream"),
            (select(.type == "end") | {type: "skip", resource: "User", externalId: "x", reason: "r", detail: "d", exitStatus: $status})' plan.jsonl | "$SCRIPTS/reseal" >skips.jsonl
        run -"$wanted" --separate-stderr scim-apply skips.jsonl
    done
}
