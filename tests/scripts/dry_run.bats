#!/usr/bin/env bats
# pw-activate-scim-sync --dry-run and --replay: the plan is shown, nothing is sent.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

@test "a dry run shows the plan to people, sends nothing and reports what it would do" {
    plan '{"create":1,"deactivate":2,"held":1,"unchanged":9}' '{"type":"change","action":"create"}' \
        '{"type":"change","action":"deactivate"}' '{"type":"change","action":"deactivate","held":"max-deactivations"}'
    local option
    for option in -n --dry-run; do
        sync "$option"
        expect 0 'dry run: would create 1, update 0, deactivate 1, 1 held, 9 unchanged in '
        [[ $output == 'a plan for people' ]]
        cmp "$STATE/plan-show.in" <(cat "$STATE/scim-diff.out" "$STATE/activate-export.out" "$STATE/scim-export.out")
        refute called scim-apply
    done
}

@test "--plan writes the records of the plan to a file, in place of an older plan, or to standard output" {
    { cat "$STATE/scim-diff.out" && echo 'the end of an older plan'; } >new.jsonl
    sync -n --plan=new.jsonl
    expect 0 'dry run: '
    [[ $output == 'a plan for people' ]]
    cmp new.jsonl "$STATE/scim-diff.out"
    sync -n -q --plan new.jsonl
    [[ $status == 0 && -z $output ]]
    cmp new.jsonl "$STATE/scim-diff.out"
    sync -n --plan=-
    expect 0 'dry run: '
    [[ $output == "$(cat "$STATE/scim-diff.out")" && ${stderr_lines[-2]} == 'a plan for people' ]]
    LOG_FORMAT=json sync -n --plan=-
    [[ $output == "$(cat "$STATE/scim-diff.out")" && $stderr != *people* ]]
    DRY_RUN=true sync --plan=new.jsonl
    expect 0 'dry run: '
}

@test "--exit-code ends a dry run with 1 if there is something to change, and other statuses stay" {
    sync -n --exit-code
    expect 1 'dry run: would create 1'
    LOG_FORMAT=json sync -n --exit-code
    jq -e '.status == 1 and .level == "info"' <<<"$(last_line)"
    plan '{"unchanged":9}'
    sync -n --exit-code
    expect 0 'dry run: nothing to do'
    plan '{"create":1,"held":1}' '{"type":"change","action":"create"}' '{"type":"change","action":"deactivate","held":"max-deactivations"}'
    ends scim-diff 3
    sync -n --exit-code
    expect 3
    sync --exit-code
    expect 64 '--exit-code goes with --dry-run or --replay only'
}

@test "a run that fails leaves no older plan in the file of --plan" {
    echo 'an older plan' >new.jsonl
    ends scim-export 75
    sync -n --plan=new.jsonl
    expect 75
    [[ -e new.jsonl && ! -s new.jsonl ]]
}

@test "--plan without a dry run, or with a file that cannot be written, is refused before anything starts" {
    sync --plan=new.jsonl
    expect 64 '--plan goes with --dry-run or --replay only'
    cp "$STATE/scim-diff.out" reviewed.jsonl
    sync -n --apply-plan=reviewed.jsonl --plan=reviewed.jsonl
    expect 64 'and not with --apply-plan, --check or --explain'
    sync -n --check --plan=reviewed.jsonl
    expect 64 'and not with --apply-plan, --check or --explain'
    sync -n --explain=ada --plan=reviewed.jsonl
    expect 64 'and not with --apply-plan, --check or --explain'
    cmp reviewed.jsonl "$STATE/scim-diff.out"
    sync -n --plan=missing/new.jsonl
    expect 74 'cannot write to missing/new.jsonl, which --plan names'
    [[ ! -e $STATE/called && ! -e new.jsonl ]]
}

@test "DRY_RUN is true for true, 1 and yes in any case" {
    local value
    for value in true TRUE 1 yes Yes; do
        DRY_RUN=$value sync
        expect 0 'dry run: '
        refute called scim-apply
    done
}

@test "DRY_RUN=false is a real run, and an unclear value is rejected before anything starts" {
    local value
    for value in '' false 0 No; do
        rm -f "$STATE/called"
        DRY_RUN=$value sync
        expect 0 'done: '
        called scim-apply
    done
    rm "$STATE/called"
    DRY_RUN=ture sync
    expect 78 'DRY_RUN is "ture"; choose one of true'
    [[ ! -e $STATE/called ]]
}

@test "a dry run shows the plan at any log level and in any format, but not with -q, and a run that writes does not" {
    LOG_FORMAT=json LOG_LEVEL=error sync -n
    expect 0
    [[ $output == 'a plan for people' ]]
    sync -n -q
    [[ $output$stderr != *people* ]]
    sync
    [[ $output$stderr != *people* ]]
    echo 'exit 65' >>"$FAKES/plan-show"
    sync -n
    expect 0 'dry run: '
    [[ $stderr == *'warning: plan-show could not show the plan'* ]]
}

@test "a dry run at a terminal shows the plan as text, not its records" {
    script --quiet --return --command "'$SYNC' -n" /dev/null >"$STATE/typescript" </dev/null
    grep -q 'a plan for people' "$STATE/typescript"
    refute grep -q '"type":"stream"' "$STATE/typescript"
}

@test "a dry run with held removals ends with 3 and still prints the plan" {
    ends scim-diff 3
    sync -n
    expect 3 'dry run: '
    [[ $output == 'a plan for people' ]]
}

@test "a dry run that cannot write its plan ends with 74" {
    run --separate-stderr bash -c '"$1" -n --plan=- >/dev/full' bash "$SYNC"
    expect 74 'cannot write the plan to standard output'
    echo 'exit 74' >>"$FAKES/plan-show"
    run --separate-stderr bash -c '"$1" -n >/dev/full' bash "$SYNC"
    expect 74 'cannot write the plan to standard output'
    sync -n --plan=/dev/full
    expect 74 'cannot write to /dev/full'
}

@test "a replay uses the captured exports, sends no request and changes nothing" {
    mkdir old
    cp "$STATE/activate-export.out" old/desired.jsonl
    cp "$STATE/scim-export.out" old/current.jsonl
    cp "$STATE/activate-confirm.out" old/confirmations.jsonl
    before scim-diff <<<'cat "$@" >"$STATE/diff.in"'
    DRY_RUN=false sync --replay=old
    expect 0 'dry run: would create 1'
    cmp "$STATE/diff.in" <(cat old/desired.jsonl old/current.jsonl old/confirmations.jsonl)
    [[ $output == 'a plan for people' ]]
    [[ $(sort -u "$STATE/called") == scim-diff ]]
}

@test "a replay of a directory without captures is rejected" {
    mkdir old
    touch old/desired.jsonl
    sync --replay old
    expect 64 '--replay names old, where there is no current.jsonl to read'
    [[ ! -e $STATE/called ]]
}

@test "a run that does not get the lock leaves the file of --plan as it is" {
    echo 'an older plan' >new.jsonl
    exec 8>"$SYNC_LOCK_FILE"
    flock 8
    sync -n --plan=new.jsonl 8>&-
    expect 75 'another run holds the lock'
    [[ $(<new.jsonl) == 'an older plan' ]]
    exec 8>&-
    rm "$SYNC_LOCK_FILE"
}
