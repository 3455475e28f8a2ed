#!/usr/bin/env bats
# SYNC_POLICY: a jq program between the plan and its application, with fake tools.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031 # jq's dollars; bats' variables; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() {
    setup_fakes
    export SYNC_POLICY=$BATS_TEST_TMPDIR/policy.jq
    export HEARTBEAT_URL=http://127.0.0.1:9/ping
    plan '{"create":1,"update":1,"deactivate":1,"held":0}' "$joiner" "$growth" "$leaver"
    results '{"applied":2}' '{"type":"outcome","action":"deactivate","outcome":"applied"}'
}

teardown() { nothing_left; }

joiner='{"type":"change","id":"c-1","action":"create","resource":"User","externalId":"pw-activate:user:meg","userName":"meg@acme.org","before":null,"after":{"active":true},"why":["absent in SCIM"],"check":"01"}'
growth='{"type":"change","id":"c-2","action":"update","resource":"Group","externalId":"pw-activate:group:gpu","displayName":"gpu","before":{"members":["a"]},"after":{"members":["a","b"]},"why":["members +1 -0"],"check":"02"}'
leaver='{"type":"change","id":"c-3","action":"deactivate","resource":"User","externalId":"pw-activate:user:ken","userName":"ken@acme.org","before":{"active":true},"after":{"active":false},"why":["absent in ACTIVATE"],"check":"03"}'

policy() { printf '%s\n' "$1" >"$SYNC_POLICY"; }
# ids: of the changes that scim-apply was given.
ids() { jq -r 'select(.type == "change").id' "$STATE/scim-apply.in" | paste -sd' '; }
# refused STATUS TEXT: the run ends before scim-apply.
refused() {
    expect "$1" "$2"
    [[ $(last_line) == *'nothing was changed'* && ! -e $STATE/scim-apply.in ]]
}

@test "a dropped grant is named, counted and not sent, and the rest is sent byte for byte under a new seal" {
    policy 'select(.action != "create")'
    METRICS_FILE=$PWD/sync.prom sync --capture="$BATS_TEST_TMPDIR/captures"
    expect 2 'partly done: 0 created, 0 updated, 1 deactivated, 0 held, 0 failed, 1 dropped by the policy'
    [[ $stderr == *'warning: the policy policy.jq drops create meg@acme.org: absent in SCIM'* ]]
    [[ $(ids) == 'c-2 c-3' ]]
    grep -qxF "$leaver" "$STATE/scim-apply.in"
    [[ $(tail -n 1 "$STATE/scim-apply.in" | jq -c '[.create, .update, .deactivate, .resealed]') == '[0,1,1,true]' ]]
    cmp "$(captured plan.jsonl)" "$STATE/scim-apply.in"
    [[ $(jq -r .id "$(captured dropped.jsonl)") == c-1 && $(jq -c .dropped "$(captured run.json)") == '{"grants":1,"removals":0}' ]]
    grep -qx 'pw_scim_sync_dropped{change="grant"} 1' sync.prom
    grep -qx 'pw_scim_sync_dropped{change="removal"} 0' sync.prom
}

@test "a run that drops changes does not call HEARTBEAT_URL, and one whose policy drops none does" {
    printf '#!/bin/bash\ntouch "$STATE/beat"\n' >"$FAKES/curl"
    chmod +x "$FAKES/curl"
    policy 'select(.action != "create")'
    sync
    expect 2 'access differs until a run keeps the changes that the policy drops'
    [[ ! -e $STATE/beat ]]
    policy .
    sync
    expect 0 'done: '
    [[ -e $STATE/beat && $(ids) == 'c-1 c-2 c-3' ]]
    [[ $(tail -n 1 "$STATE/scim-apply.in" | jq .resealed) == null ]]
}

@test "a dropped removal is refused unless SYNC_POLICY_MAY_DELAY_REMOVALS is set" {
    policy 'select(.action == "create")'
    sync
    refused 78 'drops a removal (deactivate ken@acme.org: absent in ACTIVATE), and SYNC_POLICY_MAY_DELAY_REMOVALS is not true'
    export SYNC_POLICY_MAY_DELAY_REMOVALS=true
    sync
    expect 2 '2 dropped by the policy'
    [[ $(last_line) == *'the policy delays 1 removal, so access that ACTIVATE has taken away stays' && $(ids) == c-1 ]]
    policy 'select(.action != "create")'
    sync
    expect 2
    SYNC_POLICY_MAY_DELAY_REMOVALS=maybe sync
    expect 78 'SYNC_POLICY_MAY_DELAY_REMOVALS is "maybe"'
}

@test "a change is a removal if it takes a member or a key, also if it gives others" {
    local change
    for change in '{"action":"update","resource":"Group","displayName":"gpu","before":{"members":["a","b"]},"after":{"members":["b","c"]}}' \
        '{"action":"update","resource":"Group","displayName":"gpu","before":{"members":["a"],"foreignMembers":["x"]},"after":{"members":["a"],"foreignMembers":[]}}' \
        '{"action":"update","resource":"User","userName":"ada","before":{"sshKeys":["ssh-rsa A a","ssh-rsa B"]},"after":{"sshKeys":["ssh-rsa A","ssh-rsa C"]}}' \
        '{"action":"update","resource":"User","userName":"ada","before":{"active":true},"after":{"active":false}}' \
        '{"action":"adopt","resource":"User","userName":"ada","before":{"externalId":"x"},"after":{"externalId":"y"}}' \
        '{"action":"adopt","resource":"User","userName":"ada","before":{},"after":{"externalId":"y","sshKeys":[]}}'; do
        plan '{"update":1}' "$(jq -c '{type: "change", check: "1"} + .' <<<"$change")"
        policy empty
        sync
        refused 78 'drops a removal'
    done
    for change in '{"action":"update","resource":"Group","displayName":"gpu","before":{"members":["a"]},"after":{"members":["a","c"]}}' \
        '{"action":"update","resource":"User","userName":"ada","before":{"sshKeys":["ssh-rsa A a"]},"after":{"sshKeys":["ssh-rsa A","ssh-rsa C"]}}' \
        '{"action":"reactivate","resource":"User","userName":"ada","before":{"active":false,"sshKeys":["ssh-rsa A"]},"after":{"active":true,"sshKeys":[]}}' \
        '{"action":"adopt","resource":"User","userName":"ada","before":{"active":true},"after":{"active":true,"externalId":"y"}}' \
        '{"action":"adopt","resource":"User","userName":"ada","before":{"active":false,"externalId":"x"},"after":{"active":true,"externalId":"y"}}' \
        '{"action":"create","resource":"Group","displayName":"gpu","before":null,"after":{"members":["a"]}}'; do
        plan '{"update":1}' "$(jq -c '{type: "change", check: "1"} + .' <<<"$change")"
        sync
        expect 2 '1 dropped by the policy'
    done
}

@test "a policy that fails, prints other text, or changes or adds a line ends the run before anything is sent" {
    policy 'error("no such group")'
    sync
    refused 78 'failed with status 5 of jq (jq: error (at '
    policy 'select('
    sync
    refused 78 'failed with status 3 of jq'
    policy '"garbage"'
    sync
    refused 78 'printed a line that the plan does not have, or changed one (garbage)'
    policy '.userName = "eve@acme.org"'
    sync
    refused 78 'changed one (create eve@acme.org: absent in SCIM)'
    policy '., .'
    sync
    refused 78 'printed a line that the plan does not have'
    policy '., input_filename | debug | stderr'
    sync
    refused 78 'printed a line that the plan does not have'
    SYNC_POLICY=$PWD/missing.jq sync
    expect 78 'which is not a file with a jq program that can be read'
    local program
    for program in '' '\n' '# no new users at night\n  # select(...)\n' '\0select(false)\n' '.\0select(false)\n'; do
        printf '%b' "$program" >lost.jq
        SYNC_POLICY=lost.jq sync
        expect 78 'SYNC_POLICY names lost.jq, which is not a file with a jq program that can be read'
    done
}

@test "the policy sees the header of the plan as \$plan and no credential, and no held change, skip or seal" {
    plan '{"create":1,"update":1,"skipped":1,"held":1}' "$joiner" "$(jq -c '.held = "max-member-removals"' <<<"$growth")" '{"type":"skip","resource":"User","reason":"bad-name"}'
    sed -i '1s/}$/,"at":"2026-11-23T18:00:00Z","org":"acme"}/' "$STATE/scim-diff.out"
    policy 'if $plan.at == "2026-11-23T18:00:00Z" and $plan.org == "acme" and (env | has("CW_SCIM_BEARER_TOKEN") | not) and env.TZ == "UTC" then empty else . end'
    TZ=UTC CW_SCIM_BEARER_TOKEN=s3cret sync
    expect 2 '1 dropped by the policy'
    [[ $(ids) == c-2 && $(tail -n 1 "$STATE/scim-apply.in" | jq -c '[.held, .skipped]') == '[1,1]' ]]
}

@test "the policy gets the local time of the plan, also while summer time is in force" {
    sed -i '1s/}$/,"at":"2026-12-01T18:15:00Z"}/' "$STATE/scim-diff.out"
    policy 'select($plan.localTime != "2026-12-02T06:15:00+1200")'
    SYNC_POLICY_MAY_DELAY_REMOVALS=true TZ=STD-11SUM-12,J1/0,J365/23 sync
    expect 2 '3 dropped by the policy'
    SYNC_POLICY=$SCRIPTS/policies/no-joiners-at-night.jq TZ=STD-11SUM-12,J1/0,J365/23 sync
    expect 2 '1 dropped by the policy'
}

@test "a dry run shows the plan without the dropped changes; a reviewed plan has no policy" {
    policy 'select(.action != "create")'
    sync --dry-run --plan=-
    expect 2 'dry run: would create 0, update 1, deactivate 1, 0 held, 1 dropped by the policy'
    [[ $(jq -r 'select(.type == "change").id' <<<"$output" | paste -sd' ') == 'c-2 c-3' ]]
    sync --apply-plan="$STATE/scim-diff.out"
    expect 0 'done: '
    [[ $(ids) == 'c-1 c-2 c-3' ]]
}

@test "a policy that does not end is stopped with the run" {
    policy 'def forever: forever; forever'
    SYNC_MAX_RUN_SECONDS=1 SYNC_GRACE_SECONDS=1 sync
    expect 75 'stopped after 1 s (SYNC_MAX_RUN_SECONDS)'
    [[ ! -e $STATE/scim-apply.in ]]
}

@test "a .env that is found cannot name a policy, and a file of --env-file can" {
    policy 'select(.action != "create")'
    printf 'SYNC_POLICY=%s\n' "$SYNC_POLICY" >.env
    chmod 600 .env
    unset SYNC_POLICY
    sync
    expect 78 '.env:1: a .env that is found cannot set SYNC_POLICY; set it in the environment, or give --env-file=.env'
    sync --env-file=.env
    expect 2 '1 dropped by the policy'
}

@test "more than 20 dropped changes are named up to the 20th, then counted" {
    local line lines=()
    for line in {1..25}; do lines+=("$(jq -c --arg n "$line" '.check = $n | .userName = "u\($n)"' <<<"$joiner")"); done
    plan '{"create":25}' "${lines[@]}"
    policy empty
    sync
    expect 2 '25 dropped by the policy'
    [[ $(grep -c ' drops create u' <<<"$stderr") == 20 && $stderr == *'drops 5 more changes'* ]]
}

# NAME.jsonl has changes for NAME.jq: the time of the plan, the change, and whether the policy drops it.
@test "each policy in scripts/policies is one line of jq and drops what its fixture says" {
    local file line plan change kept cases
    for file in "$SCRIPTS"/policies/*.jq; do
        [[ $(grep -vc '^#' "$file") == 1 && $(jq -sc 'map(.dropped) | unique' "${file%.jq}.jsonl") == '[false,true]' ]]
        cases=0
        while read -r line; do
            plan=$(jq -c '{at, localTime: (.at | sub("Z"; "+0000"))}' <<<"$line")
            change=$(jq -cS .change <<<"$line")
            kept=$(jq -cS --argjson plan "$plan" -f "$file" <<<"$change")
            [[ $(jq .dropped <<<"$line") == true ]] || [[ $kept == "$change" ]] || { echo "$file drops $line" && return 1; }
            [[ $(jq .dropped <<<"$line") == false ]] || [[ -z $kept ]] || { echo "$file keeps $line" && return 1; }
            cases=$((cases + 1))
        done <"${file%.jq}.jsonl"
        ((cases >= 4))
    done
}

@test "a plan that was made under a policy has the counts of dropped changes, and --apply-plan ends with 2 and says so" {
    policy 'select(.action != "create")'
    sync --dry-run --plan=reviewed.jsonl
    expect 2
    [[ $(tail -n 1 reviewed.jsonl | jq -c .dropped) == '{"grants":1,"removals":0}' ]]
    sync --apply-plan=reviewed.jsonl
    expect 2 '1 dropped by the policy, 0 unchanged'
    "$SCRIPTS/reseal" reviewed.jsonl >again.jsonl
    SYNC_POLICY='' sync --apply-plan=again.jsonl
    expect 2 'access differs until a run keeps the changes that the policy drops'
    policy .
    sync --dry-run --plan=reviewed.jsonl
    sync --apply-plan=reviewed.jsonl
    expect 0 'done: '
}
