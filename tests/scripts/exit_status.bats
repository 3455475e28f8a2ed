#!/usr/bin/env bats
# pw-activate-scim-sync: how the exit statuses of the stages give that of the run, with the reason in the last line.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

@test "an export that fails ends the run with its status, and nothing is planned" {
    local tool failed
    for tool in activate-export scim-export; do
        for failed in 3 5 75 78; do
            ends_with "$failed" "$tool=$failed"
            [[ $(last_line) == *"failed: $tool ended with status $failed"*'; nothing was changed' ]]
            refute called scim-diff
            refute called scim-apply
        done
    done
}

@test "if ACTIVATE cannot be asked about absent users, nothing is planned" {
    local failed
    for failed in 2 4 75 77; do
        rm -f "$STATE/called"
        ends activate-confirm "$failed" 'activate-export: ACTIVATE does not answer'
        if ((failed == 2)); then cut_short activate-confirm; fi
        sync
        [[ $status != 0 && $(last_line) == *'failed: activate-confirm ended with status '*'; nothing was changed' ]]
        refute called scim-diff
    done
    expect 77 'activate-confirm ended with status 77 (denied): ACTIVATE does not answer; nothing was changed'
}

@test "if both exports fail, the first status counts, and the last line names both" {
    ends activate-export 78 'activate-export: missing configuration: ACTIVATE_API_KEY'
    ends scim-export 77 'scim-export: SCIM said 401; is the token still good?'
    sync
    expect 78 'failed: activate-export ended with status 78 (bad configuration): missing configuration: ACTIVATE_API_KEY; scim-export ended with status 77 (denied): SCIM said 401; is the token still good?; nothing was changed'
    refute called scim-diff
}

@test "after a partial export the run continues and ends with 2" {
    ends_with 2 activate-export=2
    called scim-apply
    [[ $(last_line) == *'partly done: 1 created'* ]]
    ends_with 2 scim-export=2
    called scim-apply
}

@test "a plan with held removals is applied, and the run ends with 3" {
    plan '{"create":1,"deactivate":1,"held":1}' '{"type":"change","action":"create"}' \
        '{"type":"change","action":"deactivate","held":"max-deactivations"}'
    results '{"applied":1,"held":1}' '{"type":"outcome","action":"create","outcome":"applied"}' \
        '{"type":"outcome","action":"deactivate","outcome":"held"}'
    ends_with 3 scim-diff=3
    called scim-apply
    [[ $(last_line) == *'1 created, 0 updated, 0 deactivated, 1 held, 0 failed'* ]]
}

@test "a plan that is rejected completely stops the run with 3" {
    : >"$STATE/scim-diff.out"
    ends scim-diff 3 'scim-diff: the desired side contains no users; give --allow-empty'
    sync
    expect 3 'failed: scim-diff ended with status 3 (refused): the desired side contains no users; give --allow-empty; nothing was changed'
    refute called scim-apply
}

@test "any other status of scim-diff stops the run" {
    local failed
    for failed in 5 65 70; do
        ends_with "$failed" "scim-diff=$failed"
        refute called scim-apply
    done
}

@test "the run ends with the status of scim-apply, with 2 for partial" {
    ends_with 2 scim-apply=2
    [[ $(last_line) == *'partly done: '* ]]
    ends_with 3 scim-apply=3
    local failed
    for failed in 69 70 77; do ends_with "$failed" "scim-apply=$failed"; done
}

@test "failed overrides held, held overrides unresolved, unresolved overrides partial" {
    ends_with 75 activate-export=2 scim-diff=3 scim-apply=75
    ends_with 75 activate-export=4 scim-diff=3 scim-apply=75
    ends_with 3 activate-export=2 scim-diff=3 scim-apply=0
    ends_with 3 activate-export=0 scim-diff=3 scim-apply=2
    ends_with 3 activate-export=4 scim-diff=3 scim-apply=4
    ends_with 3 activate-export=4 scim-diff=4 scim-apply=3
    ends_with 4 activate-export=2 scim-diff=2 scim-apply=4
    ends_with 4 activate-export=4 scim-diff=0 scim-apply=2
    ends_with 2 activate-export=0 scim-diff=2 scim-apply=0
    ends_with 65 activate-export=2 scim-diff=65
}

@test "a run continues after 4 of activate-export, scim-diff and scim-apply, and of no other stage" {
    local tool
    for tool in activate-export scim-diff scim-apply; do
        ends_with 4 "$tool=4"
        called scim-apply
        [[ $(last_line) == *'done except for unresolved records: 1 created'* ]]
        [[ $(last_line) == *' s; access differs and no later run changes that until an operator acts: the lines above give name, reason and remedy' ]]
        [[ $stderr == *"$tool: "*', status 4'* ]]
    done
    ends_with 4 scim-export=4
    refute called scim-diff
    cut_short scim-diff
    ends_with 65 scim-diff=4
    refute called scim-apply
}

# unresolved_run: a plan and results with five unresolved records, one of them in both.
unresolved_run() {
    plan '{"unchanged":7,"update":1,"skipped":6,"unresolved":4,"acknowledged":1}' \
        '{"type":"change","action":"update","resource":"Group","externalId":"g1","displayName":"staff","withheld":"bad-group-name","exitStatus":4}' \
        '{"type":"skip","resource":"User","externalId":"u1","userName":"ada@x.org","reason":"user-name-taken","exitStatus":4}' \
        '{"type":"skip","resource":"User","externalId":"u2","userName":"ben@x.org","reason":"user-name-taken","exitStatus":4}' \
        '{"type":"skip","resource":"User","externalId":"u3","reason":"user-name-taken","exitStatus":0,"acknowledged":true}' \
        '{"type":"skip","resource":"User","externalId":"u4","reason":"protected","exitStatus":0}' \
        '{"type":"skip","resource":"User","externalId":"u5","reason":"no-user-name","exitStatus":0}' \
        '{"type":"skip","resource":"User","externalId":"u8","path":"/Users/8","reason":"bad-user-name","exitStatus":0}' \
        '{"type":"skip","resource":"Group","externalId":"u1","reason":"group-name-taken","exitStatus":4}'
    results '{"failed":2,"unresolved":2}' \
        '{"type":"outcome","action":"update","resource":"Group","externalId":"g1","outcome":"failed","reason":"did-not-take","exitStatus":4}' \
        '{"type":"outcome","action":"update","resource":"User","externalId":"u6","outcome":"failed","reason":"did-not-take","exitStatus":4}' \
        '{"type":"outcome","action":"update","resource":"User","externalId":"u7","outcome":"failed","reason":"no-answer","exitStatus":2}'
    ends scim-diff 4
    ends scim-apply 4
}

@test "unresolved records are counted once; accepted, protected and not admitted ones are counted apart" {
    unresolved_run
    LOG_FORMAT=json sync --capture="$BATS_TEST_TMPDIR/captures"
    expect 4 'done except for unresolved records: 0 created, 0 updated, 0 deactivated, 0 held, 2 failed, 5 unresolved, 1 acknowledged, 6 skipped (1 protected, 1 not admitted), 7 unchanged in '
    jq -e '.level == "warning" and .status == 4 and .unresolved == 5 and .acknowledged == 1' <<<"$(last_line)"
    jq -es '.[] | select(.stage == "scim-diff") | .unresolved == 4 and .acknowledged == 1 and .withheld == 0' <<<"$stderr"
    jq -e '.status == 4 and .unresolved == 5 and .acknowledged == 1 and (.stages[] | select(.name == "scim-diff").counts.unresolved) == 4' "$(captured run.json)"
    sync -n
    expect 4 'dry run: would create 0, update 1, deactivate 0, 0 held, 4 unresolved, 1 acknowledged'
    [[ $(last_line) == *'; access differs and no later run changes that until an operator acts: '* ]]
}

@test "users whose keys ACTIVATE does not find are unresolved, too" {
    sed -i 's/"groups":0}/"groups":0,"unresolved":2}/' "$STATE/activate-export.out"
    ends activate-export 4
    sync
    expect 4 ', 2 unresolved, '
}

@test "a held run reports both the held changes and the unresolved records" {
    unresolved_run
    ends scim-diff 3
    sync
    expect 3 'done except for held changes: '
    [[ $(last_line) == *'; the lines above say why and how to approve them; access differs and no later run changes that'* ]]
}

@test "a run that differs from ACTIVATE never reports that there is nothing to do" {
    plan '{"unchanged":7,"skipped":1,"unresolved":1}' '{"type":"skip","resource":"User","externalId":"u1","reason":"posix-collision","exitStatus":4}'
    results '{}'
    ends_with 4 scim-diff=4
    [[ $(last_line) != *'nothing to do'* ]]
    ends_with 2 activate-export=2 scim-diff=0
    [[ $(last_line) != *'nothing to do'* ]]
}

@test "the last line of a run with SYNC_SHARD reports that only a part of the users was compared" {
    SYNC_SHARD=0/4 LOG_FORMAT=json sync --capture="$BATS_TEST_TMPDIR/captures"
    expect 0 'done, only the users of shard 0/4: 1 created'
    jq -e '.shard == "0/4"' <<<"$(last_line)"
    jq -e '.shard == "0/4"' "$(captured run.json)"
    SYNC_SHARD=0/4 sync -n
    expect 0 'dry run, only the users of shard 0/4: would create 1'
    ends scim-diff 4
    SYNC_SHARD=0/4 sync
    expect 4 'done except for unresolved records, only the users of shard 0/4: 1 created'
}

@test "if scim-apply fails in the middle, the last line counts the changes that were made" {
    results '{}' '{"type":"outcome","action":"create","outcome":"applied"}' '{"type":"outcome","action":"update","outcome":"applied"}' \
        '{"type":"outcome","action":"update","outcome":"failed"}'
    cut_short scim-apply
    printf '{"type":"outcome","act' >>"$STATE/scim-apply.out"
    ends scim-apply 77 'scim-apply: SCIM said 401'
    sync
    expect 77 'scim-apply ended with status 77 (denied): SCIM said 401; at least 2 changes were applied and stand; the result of requests in flight is unknown; the next run continues from there'
}

@test "if scim-apply ends early and seals its results, the last line counts the known outcomes" {
    ends scim-apply 77 'scim-apply: SCIM said 401'
    results '{"applied":1,"failed":3,"unknown":2}' '{"type":"outcome","action":"create","outcome":"applied"}'
    sync
    expect 77 '1 change was applied and stands; the result of 2 changes is unknown; the next run continues from there'
    results '{"failed":1}' '{"type":"outcome","action":"update","outcome":"failed"}'
    sync
    expect 77 'SCIM said 401; no change is known to have been applied; the next run continues from there'
    results '{}'
    sync
    expect 77 'SCIM said 401; nothing was changed'
    : >"$STATE/scim-apply.out"
    sync
    expect 77 'SCIM said 401; nothing was changed'
}

@test "if scim-apply is killed before its first outcome, the last line does not claim that nothing was changed" {
    results '{}'
    cut_short scim-apply
    ends scim-apply 137
    sync
    [[ $(last_line) == *'; no change is known to have been applied; the result of requests in flight is unknown; the next run continues from there' ]]
}

@test "a tool that cannot be run ends the run with 69, and not with 1, which --exit-code uses" {
    local failed
    for failed in 1 126 127; do
        ends scim-diff "$failed" 'scim-diff: error while loading shared libraries: libcurl.so.4'
        sync -n --exit-code
        expect 69 "failed: scim-diff cannot be run (status $failed): error while loading shared libraries: libcurl.so.4; install the programs again; nothing was changed"
    done
    : >"$FAKES/scim-diff"
    sync -n --exit-code
    expect 69 'failed: scim-diff cannot be run (status 1)'
    ends scim-check 127
    sync --check
    expect 69 'check failed: scim-check cannot be run (status 127); install the programs again'
}

@test "a stage killed by a signal is reported with that signal" {
    before scim-export <<<'kill -KILL $$'
    sync
    expect 137 'scim-export was killed by signal 9'
    only_our_words
    refute called scim-diff
}

# bash itself prints a line about a killed child, at any time: "line 9: 4711 Killed".
only_our_words() {
    local line
    for line in "${stderr_lines[@]}"; do
        [[ $line == 'pw-activate-scim-sync: '* ]] || {
            echo "not ours: $line"
            return 1
        }
    done
}

@test "if both stages are killed at once, many times, only our own lines are printed" {
    before activate-export <<<'kill -KILL $$'
    before scim-export <<<'kill -KILL $$'
    for _ in {1..10}; do
        sync
        expect 137 'activate-export was killed by signal 9 (out of memory? give it more); scim-export was killed by signal 9'
        only_our_words
    done
}

@test "an error in the script itself is reported with bash's message, and ends with 70" {
    printf '#!/bin/bash\necho "mkfifo: no more room for you" >&2\nexit 3\n' >"$FAKES/mkfifo"
    chmod +x "$FAKES/mkfifo"
    sync
    expect 70 'internal error: status 3 in line '
    [[ $(last_line) == *'of pw-activate-scim-sync (mkfifo: no more room for you); nothing was changed; please report it' ]]
    only_our_words
}

@test "an export without its seal is not used for a plan, at any status" {
    local tool
    for tool in activate-export scim-export; do
        setup_fakes
        cut_short "$tool"
        ends_with 65
        [[ $(last_line) == *"$tool ended with status 0, but its stream has no seal"*'; nothing was changed' ]]
        refute called scim-diff
        ends_with 65 "$tool=2"
        refute called scim-diff
    done
}

@test "a plan without its seal is not applied" {
    cut_short scim-diff
    ends_with 65
    refute called scim-apply
}

@test "results without their seal are not a success" {
    cut_short scim-apply
    ends_with 65
}

@test "a failure without a message gets advice from its status" {
    ends_with 75 scim-export=75
    [[ $(last_line) == *'scim-export ended with status 75 (try again later): run again later; nothing was changed' ]]
}

@test "the last line is one line without terminal control, with any output of a tool" {
    ends scim-export 69 $'scim-export: the server said \e[31m<html>\a\x9b\tred'
    sync
    expect 69 'the server said'
    [[ $(last_line) != *[[:cntrl:]]* ]]
}
