#!/usr/bin/env bats
# pw-activate-scim-sync --capture: the streams, logs and result of a run in a directory.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

@test "a capture has the streams, the logs and the result of the run, readable by the owner only" {
    ends activate-export 0 'activate-export: warning: no key'
    RUN_ID=r-7 CAPTURE_DIR=$BATS_TEST_TMPDIR/captures sync
    expect 0
    [[ $(captured '') =~ /captures/[0-9]{8}T[0-9]{6}Z-r-7/$ ]]
    cmp "$(captured desired.jsonl)" "$STATE/activate-export.out"
    cmp "$(captured current.jsonl)" "$STATE/scim-export.out"
    cmp "$(captured confirmations.jsonl)" "$STATE/activate-confirm.out"
    cmp "$(captured scim-confirmations.jsonl)" "$STATE/scim-confirm.out"
    cmp "$(captured plan.jsonl)" "$STATE/scim-diff.out"
    cmp "$(captured results.jsonl)" "$STATE/scim-apply.out"
    [[ $(cat "$(captured activate-export.log)") == 'activate-export: warning: no key' ]]
    jq -e '.run == "r-7" and .status == 0 and (.stages | map(.name) | (.[:2] | sort) + (.[2:4] | sort) + .[4:]) ==
            ["activate-export", "scim-export", "activate-confirm", "scim-confirm", "scim-diff", "scim-apply"]
        and all(.stages[]; .status == 0) and (.conclusion | startswith("done: ")) and .dryRun == false' "$(captured run.json)"
    grep -q 'done: 1 created' "$(captured run.log)"
    [[ -z $(find "$(captured '')" -type d ! -perm 700 -o ! -type d ! -perm 600) ]]
}

@test "the capture of a run that fails has everything up to the failure" {
    ends scim-export 77 'scim-export: denied'
    printf '{"type":"stream"' >"$STATE/scim-export.out"
    sync --capture="$BATS_TEST_TMPDIR/captures"
    expect 77
    cmp "$(captured desired.jsonl)" "$STATE/activate-export.out"
    cmp "$(captured current.jsonl)" "$STATE/scim-export.out"
    [[ ! -s $(captured plan.jsonl) ]]
    jq -e '.status == 77 and (.stages[] | select(.name == "scim-export") | del(.seconds)) == {name: "scim-export", status: 77}' "$(captured run.json)"
}

@test "a capture directory that cannot be written is a warning and a metric, and the run continues" {
    local dir
    touch file
    for dir in file /proc/captures; do
        CAPTURE_DIR=$dir METRICS_FILE=$PWD/metrics sync
        expect 0 'done: '
        [[ $stderr == *"warning: cannot write to the capture directory $dir; this run continues without a complete capture"* ]]
        grep -qx 'pw_scim_sync_capture_failed 1' metrics
    done
    CAPTURE_DIR=$BATS_TEST_TMPDIR/captures METRICS_FILE=$PWD/metrics sync
    grep -qx 'pw_scim_sync_capture_failed 0' metrics
}

@test "a capture directory without space is a warning, and the run continues" {
    before scim-diff <<'HOOK'
for f in desired current confirmations; do ln -sf /dev/full "$(echo "$CAPTURES"/*)/$f.jsonl"; done
ln -sf /dev/full "$(echo "$CAPTURES"/*)/plan.jsonl"
HOOK
    ends scim-diff 0 'scim-diff: warning: a warning'
    CAPTURES=$BATS_TEST_TMPDIR/captures CAPTURE_DIR=$BATS_TEST_TMPDIR/captures METRICS_FILE=$PWD/metrics sync
    expect 0 'done: '
    [[ $stderr == *"warning: cannot write to the capture $BATS_TEST_TMPDIR/captures/"* && $stderr == *'a warning'* ]]
    [[ $(grep -c 'cannot write' <<<"$stderr") == 1 ]]
    grep -qx 'pw_scim_sync_capture_failed 1' metrics
    cmp "$(captured results.jsonl)" "$STATE/scim-apply.out"
}

@test "outcomes are in the capture at once, even if the script is killed" {
    before scim-apply <<'HOOK'
head -n 2 "$STATE/scim-apply.out"
sed -i 1,2d "$STATE/scim-apply.out"
cat "$CAPTURES"/*/results.jsonl >"$STATE/seen"
HOOK
    CAPTURES=$BATS_TEST_TMPDIR/captures sync --capture="$BATS_TEST_TMPDIR/captures"
    expect 0 'done: 1 created'
    grep -q outcome "$STATE/seen"
    [[ ! -L $(captured results.jsonl) && $(wc -l <"$(captured results.jsonl)") == 3 ]]
}

@test "two captures never share a directory" {
    sync --capture="$BATS_TEST_TMPDIR/captures"
    sync --capture="$BATS_TEST_TMPDIR/captures"
    [[ $(find "$BATS_TEST_TMPDIR/captures" -name run.json | wc -l) == 2 ]]
}

@test "without a capture the files between the stages are private, and removed at the end" {
    before scim-diff <<<'stat -c "%a" "$1" "$2" "${1%/*}" >"$STATE/modes"; dirname "$1" >"$STATE/dir"'
    umask 000
    sync
    expect 0
    [[ $(xargs <"$STATE/modes") == '600 600 700' ]]
    [[ $(<"$STATE/dir") == "$TMPDIR"/* && ! -e $(<"$STATE/dir") ]]
}

@test "captures in a directory with a relative path are removed, too, with any CDPATH" {
    export CDPATH=/tmp
    plan '{"unchanged":194}'
    results '{}'
    sync --capture=captures
    sync --capture=captures
    [[ $(find captures -mindepth 1 -type d | wc -l) == 1 ]] # the second has nothing to look back at
    mv captures/2*/ captures/20200101T000000Z-old1
    cp -r captures/20200101T000000Z-old1 captures/20200102T000000Z-old2
    CAPTURE_KEEP=1h sync --capture=captures
    expect 0
    [[ ! -e captures/20200101T000000Z-old1 && $stderr != *warning* ]]
    cp -r captures/20200102T000000Z-old2 captures/20200101T000000Z-old1
    "$SCRIPTS/sync-captures" prune --dir=captures --keep=1h
    [[ ! -e captures/20200101T000000Z-old1 ]]
}
