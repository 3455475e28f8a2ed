#!/usr/bin/env bats
# pw-activate-scim-sync --restore: restores the state of a capture.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() {
    setup_fakes
    mkdir -p captures/20261123T180000Z-a
    cat >captures/20261123T180000Z-a/current.jsonl <<'STREAM'
{"type":"stream","format":1,"kind":"directory","side":"current"}
{"type":"user","externalId":"pw-activate:user:ada","id":"u-ada","userName":"ada@acme.org","active":true}
{"type":"end","users":1,"groups":0}
STREAM
    capture=captures/20261123T180000Z-a
    file=$capture/current.jsonl
}

teardown() { nothing_left; }

# arguments TOOL: without the temporary directory.
arguments() { sed 's/.*\/\([a-z-]*\.jsonl\)$/\1/' "$STATE/$1.args" | paste -sd' '; }

@test "a restore reads both sides, asks ACTIVATE about users of the capture and SCIM about protected ones, plans with --restore and applies" {
    before activate-confirm <<<'cp "$3" "$STATE/asked"'
    before scim-diff <<<'cp "$2" "$STATE/restored"'
    sync --restore="$capture"
    expect 0 "restored $file: 1 created, 0 updated, 0 deactivated, 0 held, 0 failed, 194 unchanged in "
    [[ $(sort "$STATE/called" | paste -sd' ') == 'activate-confirm activate-export scim-apply scim-confirm scim-diff scim-export' ]]
    [[ $(arguments activate-confirm) == '--confirm desired.jsonl restored.jsonl' ]]
    [[ $(arguments scim-confirm) == '--confirm desired.jsonl current.jsonl' ]]
    [[ $(arguments scim-diff) == '--restore restored.jsonl desired.jsonl confirmations.jsonl current.jsonl scim-confirmations.jsonl' ]]
    cmp "$STATE/asked" "$file"
    cmp "$STATE/restored" "$file"
    cmp "$STATE/scim-apply.in" "$STATE/scim-diff.out"
}

@test "records that a lookup found in the run of the capture are restored with those of its list" {
    local found=$capture/scim-confirmations.jsonl
    before activate-confirm <<<'cp "$3" "$STATE/asked"'
    before scim-diff <<<'cp "$2" "$STATE/restored"'
    printf '%s\n' '{"type":"stream","format":1,"kind":"confirmations","side":"current"}' \
        '{"type":"user","externalId":"pw-activate:user:ben","id":"u-ben","userName":"ben@acme.org","active":true}' \
        '{"type":"end","asked":1,"users":1,"groups":0}' >"$found"
    truncate -s -1 "$file" # a final newline is not required
    sync --restore="$file"
    expect 0 "restored $file: "
    cmp "$STATE/restored" <(cat "$file" <(echo) "$found")
    cmp "$STATE/asked" "$STATE/restored"
    gzip "$found"
    sync --restore="$capture" --restore-leavers
    expect 0 "restored $file: "
    cmp "$STATE/asked" "$STATE/restored"
    gzip -dc "$found.gz" | head -n 2 >"$found" # that stage did not complete
    sync --restore="$capture"
    expect 0
    cmp "$STATE/restored" "$file"
}

@test "a capture with a line break in its name leaves the JSON line valid" {
    local name=$'x\n,"injected":true}\n'
    mkdir -p "$name"
    cp "$file" "$name/current.jsonl"
    LOG_FORMAT=json sync --restore="$name" --dry-run
    expect 0
    jq -e 'has("injected") | not' <<<"$(last_line)"
    jq -e '.msg | startswith("dry run of the restore of x ,\"injected\":true} /current.jsonl: would create 1")' <<<"$(last_line)"
}

@test "the last line advises to suspend the schedule, at any status, and refers to the manual" {
    sync --restore="$capture"
    expect 0 '; suspend the schedule now, and until the cause is removed, since its next run makes the undone changes again (see man scim-restore)'
    [[ -s $SOURCE_DIR/tools/scim-restore.7 ]]
    ends scim-diff 3
    sync --restore="$capture"
    expect 3 "restored $file except for held changes: "
    [[ $(last_line) == *'how to approve them; suspend the schedule now'* ]]
    ends scim-diff 2
    sync --restore="$capture"
    expect 2 "partly restored $file: "
    [[ $(last_line) == *'suspend the schedule now'* ]]
    ends scim-diff 0
    plan '{"unchanged":3}'
    results '{}'
    sync --restore="$capture"
    expect 0 "restored $file: nothing to do, 3 unchanged in "
    [[ $(last_line) == *'suspend the schedule now'* ]]
    sync
    [[ $(last_line) != *suspend* ]]
}

@test "the operand may be the file itself, or a link to a capture" {
    ln -s 20261123T180000Z-a captures/last
    local given
    for given in "$file" "$capture/" captures/last "$PWD/$file"; do
        sync --restore "$given"
        expect 0 'restored '
    done
}

@test "--dry-run shows the plan, sends nothing and advises to suspend the schedule first" {
    sync --dry-run --restore="$capture"
    expect 0 "dry run of the restore of $file: would create 1, "
    [[ $(last_line) == *'; suspend the schedule before the restore, '* ]]
    [[ $output == 'a plan for people' ]]
    cmp "$STATE/plan-show.in" <(cat "$STATE"/{scim-diff,activate-export,scim-export}.out "$file")
    refute called scim-apply
    rm "$STATE/called"
    DRY_RUN=true sync --restore="$capture"
    expect 0 'dry run of the restore'
    refute called scim-apply
}

@test "if ACTIVATE fails, the restore ends and nothing is planned or sent" {
    local rc
    for rc in 69 75 77; do
        ends activate-export $rc
        sync --restore="$capture"
        expect $rc "failed: activate-export ended with status $rc"
        [[ $(last_line) == *'nothing was changed' ]]
    done
    ends activate-export 0
    ends activate-confirm 69
    sync --restore="$capture"
    expect 69 'failed: activate-confirm ended with status 69'
    ends activate-confirm 0
    cut_short activate-confirm
    sync --restore="$capture"
    expect 65 'activate-confirm ended with status 0, but its stream has no seal'
    refute called scim-diff
    refute called scim-apply
}

@test "--restore-leavers does not need ACTIVATE" {
    ends activate-export 69
    sync --restore="$capture" --restore-leavers
    expect 0 "restored $file: "
    [[ $(sort "$STATE/called" | paste -sd' ') == 'scim-apply scim-confirm scim-diff scim-export' ]]
    [[ $(arguments scim-diff) == '--restore restored.jsonl --restore-leavers current.jsonl scim-confirmations.jsonl' ]]
    sync --dry-run --restore="$capture" --restore-leavers
    expect 0
    [[ $output == 'a plan for people' ]]
    ends scim-export 77
    sync --restore="$capture" --restore-leavers
    expect 77 'failed: scim-export ended with status 77'
}

@test "ACTIVATE_SOURCE=scim reads ACTIVATE's own SCIM service" {
    ACTIVATE_SOURCE=scim sync --restore="$capture"
    expect 0
    [[ $(arguments activate-export) == --side=desired ]]
    [[ $(arguments activate-confirm) == '--side=desired --confirm desired.jsonl restored.jsonl' ]]
}

@test "a missing capture is rejected with the latest existing ones, before anything starts" {
    mkdir captures/20261123T18{15,30,45}00Z-b captures/20261123T190000Z-empty
    cp "$file" captures/20261123T181500Z-b/
    cp "$file" captures/20261123T183000Z-b/
    cp "$file" captures/20261123T184500Z-b/
    : >captures/20261123T190000Z-empty/current.jsonl
    local given last='; the latest captures there are captures/20261123T181500Z-b, captures/20261123T183000Z-b, captures/20261123T184500Z-b'
    for given in captures/20261123T999999Z-z captures captures/; do
        sync --restore="$given"
        expect 64 "--restore names $given, where there is no current.jsonl to read"
        [[ $(last_line) == *"$last" ]]
    done
    cd captures
    sync --restore=nothing
    expect 64 '; the latest captures there are ./20261123T181500Z-b, '
    mkdir none
    sync --restore=none
    expect 64 '--restore names none, where there is no current.jsonl to read'
    [[ $(last_line) != *latest* ]]
    sync --restore=20261123T190000Z-empty
    expect 65 '20261123T190000Z-empty/current.jsonl is empty: that run ended before it had read SCIM; choose another capture'
    [[ ! -e $STATE/called ]]
}

@test "--restore excludes --check, --replay, --apply-plan and SYNC_SHARD; --restore-leavers needs it" {
    sync --restore="$capture" --check
    expect 64 '--check and --restore do not go together'
    sync --restore="$capture" --replay="$capture"
    expect 64 '--replay and --restore do not go together'
    sync --restore="$capture" --apply-plan="$STATE/scim-diff.out"
    expect 64 '--apply-plan and --restore do not go together'
    sync --restore-leavers
    expect 64 '--restore-leavers goes with --restore=CAPTURE only'
    SYNC_SHARD=0/4 sync --restore="$capture"
    expect 78 'SYNC_SHARD does not go with --restore'
    [[ ! -e $STATE/called ]]
}

@test "a restore adopts no record, even if the schedule does" {
    SYNC_ADOPT_FILE=$PWD/adopt SYNC_ADOPT_GROUPS=hpc sync --restore="$capture"
    expect 0 'restored '
    refute grep -q SYNC_ADOPT "$STATE/scim-diff.env"
    SYNC_ADOPT_GROUPS=hpc sync
    grep -q SYNC_ADOPT "$STATE/scim-diff.env"
}

@test "a restore calls no heartbeat and is not a complete run; its metrics, log and capture are written" {
    printf '#!/bin/bash\ntouch "$STATE/beaten"\n' >"$FAKES/curl"
    chmod +x "$FAKES/curl"
    export METRICS_FILE=$PWD/sync.prom HEARTBEAT_URL=https://beat.example.org/x
    sync --restore="$capture" --capture="$BATS_TEST_TMPDIR/captures"
    expect 0
    [[ ! -e $STATE/beaten ]]
    grep -qx 'pw_scim_sync_last_run_status 0' sync.prom
    grep -qx 'pw_scim_sync_changes{action="create"} 1' sync.prom
    refute grep -q '^pw_scim_sync_last_sealed_run' sync.prom
    cmp "$(captured restored.jsonl)" "$file"
    cmp "$(captured current.jsonl)" "$STATE/scim-export.out"
    jq -e --arg file "$file" '.restore == $file and .status == 0 and (.conclusion | startswith("restored "))' "$(captured run.json)"
    grep -q "restored $file: 1 created" "$(captured run.log)"
    rm -r "$BATS_TEST_TMPDIR/captures"
    sync --capture="$BATS_TEST_TMPDIR/captures"
    [[ -e $STATE/beaten ]]
    jq -e 'has("restore") | not' "$(captured run.json)"
}

@test "a JSON log line has the restored capture" {
    LOG_FORMAT=json sync --restore="$capture"
    expect 0
    jq -e --arg file "$file" '.restore == $file and .create == 1 and .status == 0' <<<"$(last_line)"
}

@test "users who have left ACTIVATE are counted apart from new users who are not admitted" {
    plan '{"skipped":3}' '{"type":"skip","resource":"User","externalId":"u1","reason":"has-left","exitStatus":0}' \
        '{"type":"skip","resource":"User","externalId":"u2","reason":"has-left","exitStatus":0}' \
        '{"type":"skip","resource":"User","externalId":"u3","reason":"bad-name","exitStatus":0}'
    sync --restore="$capture"
    expect 0 '3 skipped (2 left ACTIVATE, 1 not admitted)'
}

@test "a restore that fails half-way advises to repeat the same restore" {
    ends scim-apply 75 'scim-apply: not reached'
    sync --restore="$capture"
    expect 75 '1 change was applied and stands; give the same --restore again to continue'
    sync
    expect 75 '1 change was applied and stands; the next run continues from there'
}

@test "a run that holds the lock is not disturbed: the restore does nothing" {
    exec {held}>"$BATS_TEST_TMPDIR/lock"
    flock "$held"
    SYNC_LOCK_FILE=$BATS_TEST_TMPDIR/lock sync --restore="$capture"
    expect 75 'another run holds the lock'
    [[ ! -e $STATE/called ]]
}
