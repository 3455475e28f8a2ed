#!/usr/bin/env bats
# pw-activate-scim-sync --capture: the streams, logs and result of a run in a folder.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

@test "a capture keeps the streams, the logs and what became of the run, for the owner alone" {
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

@test "a run that fails is captured as far as it came" {
    ends scim-export 77 'scim-export: denied'
    printf '{"type":"stream"' >"$STATE/scim-export.out"
    sync --capture="$BATS_TEST_TMPDIR/captures"
    expect 77
    cmp "$(captured desired.jsonl)" "$STATE/activate-export.out"
    cmp "$(captured current.jsonl)" "$STATE/scim-export.out"
    [[ ! -s $(captured plan.jsonl) ]]
    jq -e '.status == 77 and .stages[1] == {name: "scim-export", status: 77, seconds: .stages[1].seconds}' "$(captured run.json)"
}

@test "a capture folder that cannot be written ends the run with 74 before anything starts" {
    local dir
    touch file
    for dir in file /proc/captures; do
        CAPTURE_DIR=$dir sync
        expect 74 "cannot write to the capture folder $dir; nothing was sent"
    done
    [[ ! -e $STATE/called ]]
}

@test "two captures never share a folder" {
    sync --capture="$BATS_TEST_TMPDIR/captures"
    sync --capture="$BATS_TEST_TMPDIR/captures"
    [[ $(find "$BATS_TEST_TMPDIR/captures" -name run.json | wc -l) == 2 ]]
}

@test "without a capture the files between the stages are private, and gone at the end" {
    before scim-diff <<<'stat -c "%a" "$1" "$2" "${1%/*}" >"$STATE/modes"; dirname "$1" >"$STATE/dir"'
    umask 000
    sync
    expect 0
    [[ $(xargs <"$STATE/modes") == '600 600 700' ]]
    [[ $(<"$STATE/dir") == "$TMPDIR"/* && ! -e $(<"$STATE/dir") ]]
}
