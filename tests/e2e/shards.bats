#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# k8s/first-load, with processes instead of pods: the users in shares, at the same time, and then the groups.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    fixture_once --users 120 --groups 8
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
    sandbox GET /activate >activate.before
    sandbox GET /scim | strangers_of >strangers.before
}

teardown() { stop_all; }

scim() { sandbox GET /scim; }
writes() { sandbox GET /requests | jq .writes; }

# pod INDEX COUNT: a run of the pod of an Indexed Job, with its own work directory, in the background; sets pods.
pod() {
    mkdir -p "pod$1"
    env SYNC_SHARD="$1/$2" TMPDIR="$PWD/pod$1" SYNC_LOCK_FILE="$PWD/pod$1/lock" CAPTURE_DIR="$PWD/pod$1" "$SCRIPTS/pw-activate-scim-sync" >"pod$1/out" 2>"pod$1/words" 3>&- &
    pods+=($!)
}

@test "a plan of a shard says so in its seal, and a run of it in its last line" {
    export SYNC_SHARD=0/2
    "$SCRIPTS/pw-activate-scim-sync" --dry-run --plan=plan.jsonl
    [ "$(tail -n 1 plan.jsonl | jq -r .shard)" = 0/2 ]
    unset SYNC_SHARD
    run --separate-stderr "$SCRIPTS/pw-activate-scim-sync" --apply-plan=plan.jsonl
    [ "$status" -eq 0 ]
    [[ ${stderr_lines[-1]} == *'only the users of shard 0/2: '* ]]
}

created_by() { jq -r 'select(.type == "outcome" and .outcome == "applied").externalId' <(gzip -dcf "pod$1"/*/results.jsonl*); }

@test "two pods with a share of the users each, and one for the groups, give the result of one process" {
    local pods=() process index
    for index in 0 1; do pod "$index" 2; done
    for process in "${pods[@]}"; do wait "$process"; done

    # Every user is in exactly one of the plans, and no group is in any.
    { created_by 0 && created_by 1; } | sort >created
    [ -z "$(uniq -d created)" ]
    scim | jq -r '.Users[].externalId // empty | select(startswith("pw-activate:user:"))' | sort >there
    [ "$(jq '[.users[] | select(.active and (.email // "") != "")] | length' activate.before)" -eq "$(wc -l <there)" ]
    [ "$(wc -l <created)" -gt 50 ]
    for index in 0 1; do [ "$(created_by "$index" | wc -l)" -gt 20 ]; done
    [ "$(scim | jq '[.Groups[] | select((.externalId // "") | startswith("pw-activate:"))] | length')" -eq 0 ]

    run --separate-stderr "$SCRIPTS/pw-activate-scim-sync"
    [ "$status" -eq 0 ]
    expected <activate.before >wanted
    scim | actual | jq -S '.users |= map(select(.active))' >reached
    same wanted reached
    same strangers.before <(scim | strangers_of)

    sandbox DELETE /requests
    run --separate-stderr "$SCRIPTS/pw-activate-scim-sync"
    [[ ${stderr_lines[-1]} == *"nothing to do"* ]]
    [ "$(writes)" -eq 0 ]
}

@test "a pod that is started again, as Kubernetes does after a failure, has nothing left to do" {
    local pods=()
    pod 1 3
    wait "${pods[0]}"
    sandbox DELETE /requests
    rm -rf pod1
    pods=()
    pod 1 3
    wait "${pods[0]}"
    [ "$(writes)" -eq 0 ]
    grep -q 'nothing to do' pod1/words
}
