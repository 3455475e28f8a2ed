#!/usr/bin/env bats
# pw-activate-scim-sync --explain and --only: the rules of the script, with fake tools. tests/e2e/explain.bats has the real ones.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() {
    setup_fakes
    ada='{"type":"unchanged","resource":"User","externalId":"pw-activate:user:ada","path":"/Users/1","userName":"ada@acme.org"}'
    plan '{"unchanged":1}' "$ada"
}

teardown() { nothing_left; }

# capture NAME RUN LINE...: a capture with this run.json and these lines of a plan, of which every change was applied.
capture() {
    local dir=captures/$1
    mkdir -p "$dir"
    printf '%s\n' "$2" >"$dir/run.json"
    {
        printf '%s\n' '{"type":"stream","format":1,"kind":"plan"}' "${@:3}"
        echo '{"type":"end","heldDigests":{"max-deactivations":"00112233445566778899aabbccddeeff"}}'
    } >"$dir/plan.jsonl"
    jq -c 'select(.type == "change" and .held == null) | {type: "outcome", id, action, resource, externalId, outcome: "applied"}' "$dir/plan.jsonl" >"$dir/results.jsonl"
}
run_of() { jq -nc --arg begin "$1" --argjson status "$2" "{run: \"r\", begin: \$begin, status: \$status, dryRun: false, replay: null} + ${3:-null}"; }
change() { jq -nc --arg id "$1" --arg why "$2" "{type: \"change\", id: \$id, action: \"update\", resource: \"User\", externalId: \"pw-activate:user:ada\", why: [\$why]} + ${3:-null}"; }

@test "it needs no lock, keeps nothing, calls no one, and each stage has only its own credentials" {
    export ACTIVATE_API_KEY=pwt_x.secret CW_SCIM_BEARER_TOKEN=cw-secret
    exec {lock}>"$SYNC_LOCK_FILE"
    flock "$lock"
    CAPTURE_DIR=$PWD/none METRICS_FILE=$PWD/metrics HEARTBEAT_URL=http://127.0.0.1:1/ sync --explain=ada
    [[ $status == 0 ]]
    [[ -z $stderr && $output == *'ada@acme.org (pw-activate:user:ada)'* ]]
    [[ ! -e none && ! -e metrics ]]
    called scim-confirm
    refute called scim-apply
    grep -q '^ACTIVATE_API_KEY=' "$STATE/activate-export.env"
    refute grep -qE '^(ACTIVATE_API_KEY|CW_SCIM_BEARER_TOKEN)=' "$STATE/scim-diff.env"
    rm "$SYNC_LOCK_FILE"
}

@test "the latest complete run in the captures, and the latest that changed the user, compressed or not" {
    capture 20261101T000000Z-a "$(run_of 2026-11-01T00:00:00Z 0)" "$(change c-1 'displayName "A" -> "B"')"
    capture 20261102T000000Z-b "$(run_of 2026-11-02T00:00:00Z 3)" "$(change c-2 'inactive in ACTIVATE' '{held: "max-deactivations"}')"
    capture 20261103T000000Z-c "$(run_of 2026-11-03T00:00:00Z 0 '{dryRun: true}')" "$(change c-3 'a dry run')"
    capture 20261104T000000Z-d 'not JSON' "$(change c-4 'a torn capture')"
    mkdir captures/20261105T000000Z-e # of a run that has not ended
    rm captures/20261103T000000Z-c/results.jsonl
    CAPTURE_DIR=captures sync --explain=ada
    [[ $status == 0 ]]
    for _ in plain compressed; do
        [[ $output == *'Last complete run: 2026-11-02T00:00:00Z, status 3'*'update: inactive in ACTIVATE; held by max-deactivations'* ]]
        [[ $output == *'the digest of all changes that max-deactivations held: 00112233445566778899aabbccddeeff'* ]]
        [[ $output == *'last change of this user: 2026-11-01T00:00:00Z'*'- update: displayName "A" -> "B"'* ]]
        gzip -f captures/*/*.jsonl 2>/dev/null || true
        sync --explain=ada --capture=captures
        [[ $status == 0 ]]
    done
}

@test "a capture that was made while nothing changed the user, and no capture at all" {
    capture 20261101T000000Z-a "$(run_of 2026-11-01T00:00:00Z 0)"
    sync --explain=ada --capture=captures
    [[ $output == *'Last complete run: 2026-11-01T00:00:00Z, status 0'*'last change of this user: none in the latest captures'* ]]
    sync --explain=ada --capture=empty
    [[ $output == *'Last complete run: not known, because empty has no capture of one'* ]]
    sync --explain=ada
    [[ $output == *'Last complete run: not known, because CAPTURE_DIR is not set'* ]]
}

@test "a user of ACTIVATE alone and one of SCIM alone: only the other side is asked again" {
    sync --explain=ada
    called scim-confirm
    refute called activate-confirm
    rm "$STATE/called"
    printf '%s\n' '{"type":"stream","format":1,"kind":"directory","side":"desired"}' '{"type":"end","users":0,"groups":0}' >"$STATE/activate-export.out"
    printf '%s\n' '{"type":"stream","format":1,"kind":"directory","side":"current"}' \
        '{"type":"user","externalId":"pw-activate:user:ada","id":"1","userName":"ada@acme.org","active":true}' '{"type":"end","users":1,"groups":0}' >"$STATE/scim-export.out"
    printf '%s\n' '{"type":"stream","format":1,"kind":"confirmations"}' \
        '{"type":"confirmation","externalId":"pw-activate:user:ada","answer":"present"}' '{"type":"end","confirmations":1}' >"$STATE/activate-confirm.out"
    before scim-diff <<<'echo "$*" >>"$STATE/scim-diff.inputs"'
    plan '{"deactivate":1}' "$(change c-1 'absent in ACTIVATE' '{action: "deactivate"}')"
    sync --explain=ada
    [[ $status == 0 ]]
    called activate-confirm
    refute called scim-confirm
    [[ $output == *'asked again, ACTIVATE answers: present'*'deactivate: absent in ACTIVATE'*'but not while ACTIVATE, asked again, answers present'* ]]
    refute grep -q asked-again "$STATE/scim-diff.inputs"
    # While users of ACTIVATE are malformed, scim-diff deactivates no absent user without that answer.
    sed -i 's/"users":0/&,"malformed":1/' "$STATE/activate-export.out"
    sync --explain=ada
    [[ $status == 0 ]]
    grep -q '^--all .*/asked-again.jsonl$' "$STATE/scim-diff.inputs"
}

@test "a plan that is refused, and a stage that fails, end it with that status" {
    ends scim-diff 3 'scim-diff: the desired side contains no users'
    : >"$STATE/scim-diff.out"
    sync --explain=ada
    expect 3 'the desired side contains no users'
    ends scim-diff 0
    ends scim-export 75 'scim-export: no answer'
    sync --explain=ada
    expect 75 'no answer'
}

@test "--only is given to scim-diff, and its run is not a complete one" {
    results '{"applied":0}'
    METRICS_FILE=$PWD/metrics HEARTBEAT_URL=http://127.0.0.1:1/ sync --only=ada --only ben@acme.org,cyd --capture=captures
    expect 0 ', only ada, ben@acme.org, cyd: '
    grep -qx -- '--only=ada,ben@acme.org,cyd' "$STATE/scim-diff.args"
    [[ ! -e metrics && $stderr != *HEARTBEAT* ]]
    jq -e '.only == ["ada", "ben@acme.org", "cyd"]' captures/*/run.json
    LOG_FORMAT=json sync --only=ada
    [[ $(last_line | jq -c .only) == '["ada"]' ]]
    ends scim-diff 64 'scim-diff: --only names "ada", and no managed user has it'
    : >"$STATE/scim-diff.out"
    sync --only=ada
    expect 64 'nothing was changed'
}
