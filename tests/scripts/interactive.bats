#!/usr/bin/env bats
# pw-activate-scim-sync --interactive: the plan is shown, and applied if the answer is yes.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

# at_terminal KEYS [OPTION]...: a run on a terminal, where $EARLY is typed while the plan is made, and KEYS once the question is there. The trap
# keeps the shell of script, which may be dash, alive after Ctrl-C.
at_terminal() {
    local keys=$1
    shift
    rm -f "$STATE/typescript" "$STATE/ended"
    {
        [[ -z ${EARLY:-} ]] || wait_until test -e "$STATE/planning"
        printf '%b' "${EARLY:-}"
        wait_until grep -qs 'Only yes' "$STATE/typescript"
        printf '%b' "$keys"
        wait_until false
    } | script --quiet --flush --command "trap : INT; '$SYNC' $*; echo \$? >'$STATE/ended'" "$STATE/typescript" >/dev/null
    status=$(<"$STATE/ended")
}

# wait_until COMMAND...: until COMMAND succeeds or the run has ended.
wait_until() {
    local rounds=0
    until "$@" || [[ -e $STATE/ended ]] || ((++rounds > 1500)); do sleep 0.02; done
}

@test "the answer yes applies the plan that was shown, and the plan is made once" {
    at_terminal 'yes\r' --interactive
    [[ $status == 0 ]]
    grep -q 'a plan for people' "$STATE/typescript"
    grep -q 'Apply this change? Only yes does so: ' "$STATE/typescript"
    cmp "$STATE/scim-apply.in" "$STATE/scim-diff.out"
    [[ $(grep -c scim-diff "$STATE/called") == 1 ]]
    grep -q 'done: 1 created' "$STATE/typescript"
}

@test "an answer that was typed before the plan was shown is not one, with or without its line break" {
    local early
    for early in 'yes\r' yes '\004'; do
        before scim-diff <<<'touch "$STATE/planning"; sleep 0.5'
        rm -f "$STATE/planning"
        EARLY=$early at_terminal '\r' --interactive
        [[ $status == 3 ]]
        refute called scim-apply
    done
}

@test "the records of a plan that was shown are read before they are written, unless SYNC_VERIFY_BEFORE is false" {
    at_terminal 'yes\r' --interactive
    grep -qx SYNC_VERIFY_BEFORE=true "$STATE/scim-apply.env"
    SYNC_VERIFY_BEFORE=false at_terminal 'yes\r' --interactive
    grep -qx SYNC_VERIFY_BEFORE=false "$STATE/scim-apply.env"
}

@test "any other answer, and the end of the input, changes nothing and ends with 3" {
    local answer
    plan '{"create":2}' '{"type":"change","action":"create","id":"c-1"}' '{"type":"change","action":"create","id":"c-2"}'
    for answer in 'y\r' 'no\r' 'YES\r' ' yes\r' '\004'; do # the last is the end of the input
        at_terminal "$answer" -i
        [[ $status == 3 ]]
        grep -q 'Apply these 2 changes?' "$STATE/typescript"
        grep -q 'not applied, because the answer was not yes; nothing was changed' "$STATE/typescript"
        refute called scim-apply
    done
}

@test "a plan with nothing to apply is shown, and applied without a question" {
    plan '{"unchanged":9}'
    results '{"applied":0}'
    at_terminal 'yes\r' -i
    [[ $status == 0 ]]
    grep -q 'a plan for people' "$STATE/typescript"
    refute grep -q 'Only yes' "$STATE/typescript"
    called scim-apply
}

@test "a signal and the end of the run's time end the question, and nothing is changed" {
    SYNC_MAX_RUN_SECONDS=2 at_terminal '' -i
    [[ $status == 75 ]]
    grep -q 'stopped after 2 s .*; nothing was changed' "$STATE/typescript"
    at_terminal '\003' -i
    [[ $status == 130 ]]
    grep -q 'stopped by SIGINT; nothing was changed' "$STATE/typescript"
    refute called scim-apply
}

@test "--interactive without a terminal, or with what leaves nothing to ask, is refused before anything starts" {
    local option
    sync --interactive
    expect 64 '--interactive needs a terminal as standard input and output'
    for option in dry-run check quiet replay=old apply-plan=old; do
        sync -i "--$option"
        expect 64 "--interactive and --${option%=*} do not go together"
    done
    DRY_RUN=1 at_terminal 'yes\r' -i
    [[ $status == 64 ]]
    grep -q -- '--interactive and DRY_RUN do not go together' "$STATE/typescript"
    [[ ! -e $STATE/called ]]
}

@test "a plan that cannot be counted or shown ends the run before the question, and nothing is changed" {
    fail_jq 'tally('
    at_terminal 'no\r' --interactive
    [[ $status == 70 ]]
    grep -q 'the changes of the plan cannot be counted: .*; nothing was changed' "$STATE/typescript"
    refute called scim-apply
    rm "$FAKES/jq"
    printf '#!/bin/bash\nexit 5\n' >"$FAKES/plan-show"
    at_terminal 'yes\r' --interactive
    [[ $status == 70 ]]
    grep -q 'plan-show ended with status 5, so the plan could not be shown; .*; nothing was changed' "$STATE/typescript"
    refute called scim-apply
    refute grep -q 'Only yes' "$STATE/typescript"
}
