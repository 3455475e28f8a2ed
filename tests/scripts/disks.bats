#!/usr/bin/env bats
# pw-activate-scim-sync: a full or missing disk ends a run with 74, its path, and the changes that were made until then.
# shellcheck disable=SC2154,SC2016 # bats' variables; the fakes' dollars

bats_require_minimum_version 1.5.0
load fakes

setup() {
    setup_fakes
    export SYNC_LOCK_FILE=$PWD/lock
}

teardown() { nothing_left; }

# fill FILE...: from now on, these files in the directory of the run cannot be written, nor can new ones.
fill() {
    local file
    for file; do ln -sf /dev/full "$(echo "$TMPDIR"/pw-activate-scim-sync.*)/$file"; done
}

@test "a TMPDIR that is missing or cannot be written is named" {
    local dir
    for dir in "$BATS_TEST_TMPDIR/missing" /proc; do
        TMPDIR=$dir sync
        expect 74 "cannot create a directory in $dir; free space there, or set TMPDIR"
    done
    [[ ! -e $STATE/called ]]
}

@test "a TMPDIR that gets full before the first write to SCIM ends the run with 74 and its path" {
    export -f fill
    before scim-diff <<<'fill answer room seal stages.json'
    sync
    expect 74 "cannot write to $TMPDIR/pw-activate-scim-sync."
    [[ $(last_line) == *'make room, or set TMPDIR; nothing was changed'* ]]
    refute called scim-apply
}

@test "a TMPDIR that gets full while changes are sent ends the run with 74 and the changes made" {
    export -f fill
    before scim-apply <<<'fill answer room seal'
    sync
    expect 74 "cannot write to $TMPDIR/pw-activate-scim-sync."
    [[ $(last_line) == *'1 change was applied'* ]]
}

@test "a stage whose output does not fit names the file" {
    ends scim-export 74 'scim-export: cannot write to standard output: No space left on device'
    sync
    expect 74 "scim-export ended with status 74 (i/o error): cannot write to standard output: No space left on device (its output is $TMPDIR/"
}

@test "results that do not fit into the capture name the file there, and CAPTURE_DIR" {
    ends scim-apply 74 'scim-apply: cannot write to standard output: No space left on device'
    CAPTURE_DIR=$BATS_TEST_TMPDIR/captures sync
    expect 74 "(its output is $(echo "$BATS_TEST_TMPDIR"/captures/20*)/results.jsonl; make room, or correct CAPTURE_DIR); 1 change was applied"
}

@test "a closed pipe ends the script and its other processes quietly with 141" {
    local command
    printf '%s\n' '{"type":"stream","format":1,"kind":"plan"}' '{"type":"end"}' >plan.jsonl
    for command in '--dry-run' '--help' '--version' '--check'; do
        run --separate-stderr bash -c "exec 3> >(:); wait \$!; '$SYNC' $command --log-level=error >&3"
        [[ $status == 141 && -z $stderr ]] || { echo "$command: $status $stderr" && return 1; }
    done
    refute called scim-apply
    [[ ! -e $SYNC_LOCK_FILE ]]
    for command in plan-show reseal rehearse sync-captures; do
        run --separate-stderr bash -c "exec 3> >(:); wait \$!; '$SCRIPTS/$command' --help >&3"
        [[ $status == 141 && -z $stderr ]] || { echo "$command: $status $stderr" && return 1; }
    done
}
