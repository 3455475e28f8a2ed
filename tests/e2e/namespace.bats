#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# SYNC_NAMESPACE: two deployments share one SCIM service, and a deployment moves into a namespace.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    fixture_once --users 12 --groups 3
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    stop_all
}

sync() { run --separate-stderr "$SCRIPTS/pw-activate-scim-sync"; }
writes() { sandbox GET /requests | jq .writes; }

# external_ids: the beginnings of the external ids in SCIM, each once.
external_ids() { sandbox GET /scim | jq -r '.Users[], .Groups[] | .externalId // empty' | grep '^pw-activate:' | sed 's/:[^:]*$//' | sort -u | paste -sd' '; }

@test "a deployment with a namespace converges, and records of another deployment stay unchanged" {
    export SYNC_NAMESPACE=acme
    sync
    [ "$status" -eq 0 ]
    [ "$(external_ids)" = 'pw-activate:acme:group pw-activate:acme:user' ]
    sandbox DELETE /requests
    sync
    [ "$status" -eq 0 ]
    [ "$(writes)" -eq 0 ]
    # All users have left the other deployment and its limit is off; no user of acme is changed.
    SYNC_NAMESPACE=globex scim-export >current.jsonl
    [ "$(jq -c 'select(.type == "user")' current.jsonl | wc -l)" -eq 0 ]
    run -78 --separate-stderr scim-diff current.jsonl current.jsonl
    [[ $stderr == *'current.jsonl:1: this stream has namespace globex, and SYNC_NAMESPACE says namespace acme'* ]]
}

@test "a namespace set after the first run is rejected with the commands that move the records" {
    sync
    [ "$status" -eq 0 ]
    [ "$(external_ids)" = 'pw-activate:group pw-activate:user' ]
    sandbox DELETE /requests
    export SYNC_NAMESPACE=acme
    sync
    [ "$status" -eq 78 ]
    [ "$(writes)" -eq 0 ]
    [[ $stderr == *'if these records belong to another deployment, give that one a namespace of its own first; if they are those of this deployment, unset SYNC_NAMESPACE, or move them'* ]]
    [[ $stderr == *'scim-diff --migrate-namespace=acme current.jsonl >plan.jsonl'* ]]
    SYNC_NAMESPACE='' scim-export --unmanaged >current.jsonl
    scim-diff --migrate-namespace=acme current.jsonl >plan.jsonl
    scim-apply plan.jsonl >results.jsonl
    [ "$(external_ids)" = 'pw-activate:acme:group pw-activate:acme:user' ]
    sandbox DELETE /requests
    sync
    [ "$status" -eq 0 ]
    [ "$(writes)" -eq 0 ]
}

@test "a migration skips a record whose new externalId another record has" {
    sync
    [ "$status" -eq 0 ]
    SYNC_NAMESPACE='' scim-export --unmanaged >current.jsonl
    user=$(jq -c 'select(.type == "user" and (.externalId | startswith("pw-activate:")?))' current.jsonl | head -n 1)
    other=$(jq -c '.id = "u-other" | .userName = "other@acme.org" | .externalId |= sub("pw-activate:"; "pw-activate:acme:") | .managed = false' <<<"$user")
    jq -c --argjson other "$other" 'if .type == "stream" then ., $other elif .type == "end" then .users += 1 else . end' current.jsonl >both.jsonl
    run -4 --separate-stderr scim-diff --migrate-namespace=acme both.jsonl
    [[ $stderr == *"$(jq -r .userName <<<"$user") ($(jq -r .externalId <<<"$user")): duplicate-external-id: record u-other (other@acme.org) has the externalId $(jq -r .externalId <<<"$other") already; delete one of the two records"* ]]
    export SYNC_NAMESPACE=acme
    run -4 --separate-stderr scim-apply - <<<"$output"
    run ! grep -F "$(jq -r .externalId <<<"$other")" <<<"$(sandbox GET /scim)"
}

@test "a run after an incomplete migration names the records that were left out, and the migration completes later" {
    sync
    [ "$status" -eq 0 ]
    SYNC_NAMESPACE='' scim-export --unmanaged >current.jsonl
    export SYNC_NAMESPACE=acme
    scim-diff --migrate-namespace=acme current.jsonl | jq -c 'select(.resource != "Group")' | "$SCRIPTS/reseal" >part.jsonl
    scim-apply part.jsonl >results.jsonl
    sync
    [ "$status" -eq 4 ]
    [[ $stderr == *'everybody is record '*', the same Group without a namespace; if the migration to acme was not completed, run it again: scim-diff --migrate-namespace=acme'* ]]
    SYNC_NAMESPACE='' scim-export --unmanaged >current.jsonl
    scim-diff --migrate-namespace=acme current.jsonl | scim-apply >results.jsonl
    sync
    [ "$status" -eq 0 ]
    [ "$(external_ids)" = 'pw-activate:acme:group pw-activate:acme:user' ]
}

@test "a name that cannot be a namespace is rejected by every tool" {
    local tool
    for tool in activate-export scim-export 'scim-diff x x' 'scim-apply x'; do
        # shellcheck disable=SC2086 # words of a command
        run -78 --separate-stderr env SYNC_NAMESPACE=user $tool
        [[ $stderr == *'SYNC_NAMESPACE is "user"; write 1 to 32 letters, digits, - and _, but not user or group'* ]]
    done
}
