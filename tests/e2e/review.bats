#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # the dollars are a shell's; a test is one of its own; `run` sets status, output, stderr_lines
#
# k8s/review, without Kubernetes: one run plans, a reviewer reads the plan, another run applies exactly that plan.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    fixture_once --users 40 --groups 5
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
    sandbox GET /activate >activate.before
}

teardown() { stop_all; }

writes() { sandbox GET /requests | jq .writes; }
sync() { run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" "$@"; }

# plan_now [NAME=VALUE]...: does the work of the first job.
plan_now() { env "$@" "$SCRIPTS/pw-activate-scim-sync" --dry-run --plan=plan.jsonl >shown 2>words; }

@test "the plan of a dry run is applied unchanged: users who joined since then wait for the next one" {
    plan_now
    sandbox PUT /activate/users/late '{"email":"late@example.org","name":"Late"}' >/dev/null
    sync --apply-plan=plan.jsonl
    [ "$status" -eq 0 ]
    [[ ${stderr_lines[-1]} == *"done: $(seal plan.jsonl .create) created"* ]]
    expected <activate.before >wanted
    sandbox GET /scim | actual | jq -S '.users |= map(select(.active))' >reached
    same wanted reached
    sync
    [[ ${stderr_lines[-1]} == *'done: 1 created'* ]]
}

@test "a plan older than an hour, or than SYNC_MAX_PLAN_AGE, is rejected; nothing is written" {
    plan_now SOURCE_DATE_EPOCH="$(($(date +%s) - 4000))"
    sync --apply-plan=plan.jsonl
    [ "$status" -eq 3 ]
    [[ ${stderr_lines[-1]} == *'max-age allows 3600'*'nothing was changed' ]]
    [ "$(writes)" -eq 0 ]
    SYNC_MAX_PLAN_AGE=5000 sync --apply-plan=plan.jsonl
    [ "$status" -eq 0 ]
    [ "$(writes)" -gt 0 ]
}

@test "the age of a plan is that of the older export, and of the present side if a capture is restored" {
    SOURCE_DATE_EPOCH=$(($(date +%s) - 4000)) scim-export >current.jsonl
    activate-export >desired.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    sync --apply-plan=plan.jsonl
    [ "$status" -eq 3 ]
    [[ ${stderr_lines[-1]} == *"the exports of the plan were made at $(jq -r .at current.jsonl | head -n 1), 4"*' s ago, and --max-age allows 3600; '* ]]
    [ "$(writes)" -eq 0 ]
    sync --apply-plan=plan.jsonl --max-age=5000
    [ "$status" -eq 0 ]
    scim-export >now.jsonl
    scim-diff --restore=current.jsonl --restore-leavers --allow-empty --max-deactivations=100% now.jsonl >plan.jsonl || [ $? -eq 3 ]
    scim-apply --max-age=60 plan.jsonl >results.jsonl || [ $? -eq 3 ]
    [ "$(seal results.jsonl .applied)" -gt 0 ]
}

@test "a plan that was cut off or edited is rejected; nothing is written" {
    plan_now
    head -n -1 plan.jsonl >cut.jsonl
    sync --apply-plan=cut.jsonl
    [ "$status" -eq 65 ]
    sed 2d plan.jsonl >edited.jsonl
    sync --apply-plan=edited.jsonl
    [ "$status" -eq 65 ]
    [ "$(writes)" -eq 0 ]
}

@test "a plan with held removals is rejected until they are approved; nothing is written" {
    sync
    jq -r '.users[-20:][].username' activate.before | while read -r name; do sandbox DELETE "/activate/users/$name"; done
    sandbox DELETE /requests
    plan_now || [ $? -eq 3 ]
    [ "$(seal plan.jsonl .held)" -gt 5 ]
    sync --apply-plan=plan.jsonl
    [ "$status" -eq 3 ]
    [[ ${stderr_lines[-1]} == *"has $(seal plan.jsonl .held) held changes ("*"set SYNC_APPROVE=$(seal plan.jsonl .heldDigest | tr -d '"'), or"* ]]
    SYNC_APPROVE=00000000000000000000000000000000 sync --apply-plan=plan.jsonl
    [ "$status" -eq 3 ]
    [ "$(writes)" -eq 0 ]
}

@test "a plan of exports that lack SSH keys is applied, and access that may differ is not reported as equal" {
    sync
    sandbox POST /faults "{\"match\":\"/$(jq -r '.users[0].username' activate.before)/ssh-public-keys\",\"status\":404}"
    plan_now || [ $? -eq 4 ]
    [ "$(seal plan.jsonl .exports)" = '{"unresolved":1,"partial":0}' ]
    sync --apply-plan=plan.jsonl
    [ "$status" -eq 4 ]
    [[ $stderr == *'the exports lack 1 record or a part of it'*'follow them, then export and plan again'* ]]
    [[ ${stderr_lines[-1]} == *'done except for unresolved records: '*', 1 unresolved, '* ]]
    run --separate-stderr bash -c '{ activate-export; scim-export; } | scim-diff | scim-apply >results.jsonl; echo "${PIPESTATUS[@]}"'
    [ "$output" = '0 4 4' ]
}

@test "with DRY_RUN the plan is checked and nothing is sent" {
    plan_now
    DRY_RUN=true sync --apply-plan=plan.jsonl
    [ "$status" -eq 0 ]
    [[ ${stderr_lines[-1]} == *"dry run: would create $(seal plan.jsonl .create)"* ]]
    [ "$(writes)" -eq 0 ]
}
