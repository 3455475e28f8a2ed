#!/usr/bin/env bats
# pw-activate-scim-sync: stages, statuses, dry runs, replays, captures, words.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

# --- a run ---

@test "a clean run ends 0, prints nothing on stdout, and says in its last line what it did" {
    plan '{"create":3,"update":1,"deactivate":1,"unchanged":194}'
    results '{"applied":5}' '{"type":"outcome","action":"create","outcome":"applied"}' \
        '{"type":"outcome","action":"create","outcome":"applied"}' '{"type":"outcome","action":"create","outcome":"applied"}' \
        '{"type":"outcome","action":"update","outcome":"applied"}' '{"type":"outcome","action":"deactivate","outcome":"applied"}'
    sync
    expect 0
    [[ -z $output ]]
    [[ $(last_line) =~ ^'pw-activate-scim-sync: done: 3 created, 1 updated, 1 deactivated, 0 held, 0 failed, 194 unchanged in '[0-9.]+' s'$ ]]
}

@test "one line a stage, with its counts, seconds and status" {
    sync
    [[ ${#stderr_lines[@]} == 6 ]]
    [[ $stderr =~ 'activate-export: users 1, groups 0; '[0-9.]+' s, status 0' ]]
    [[ $stderr =~ 'scim-export: users 0, groups 0; '[0-9.]+' s, status 0' ]]
    [[ $stderr =~ 'activate-confirm: confirmations 0; '[0-9.]+' s, status 0' ]]
    [[ $stderr =~ 'scim-diff: create 1, update 0, deactivate 0, unchanged 194; '[0-9.]+' s, status 0' ]]
    [[ $stderr =~ 'scim-apply: applied 1, failed 0; '[0-9.]+' s, status 0' ]]
}

@test "scim-diff gets both exports and what was confirmed, and scim-apply gets the plan" {
    before activate-confirm <<<'cat "${@:2}" >"$STATE/confirm.in"'
    before scim-diff <<<'cat "$@" >"$STATE/diff.in"'
    sync
    expect 0
    cmp "$STATE/confirm.in" <(cat "$STATE/activate-export.out" "$STATE/scim-export.out")
    cmp "$STATE/diff.in" <(cat "$STATE/activate-export.out" "$STATE/scim-export.out" "$STATE/activate-confirm.out")
    cmp "$STATE/scim-apply.in" "$STATE/scim-diff.out"
}

@test "a run that changes nothing says that there is nothing to do" {
    plan '{"unchanged":210}'
    results '{}'
    sync
    expect 0 'done: nothing to do, 210 unchanged in '
}

@test "what is skipped is named when there is any" {
    plan '{"unchanged":210,"skipped":2}' '{"type":"skip","reason":"x"}' '{"type":"skip","reason":"y"}'
    results '{}'
    sync
    expect 0 'nothing to do, 2 skipped, 210 unchanged in '
}

@test "both exports run at the same time" {
    before activate-export <<<'touch "$STATE/a"; for i in {1..200}; do [[ ! -e $STATE/b ]] || break; sleep 0.02; done; [[ -e $STATE/b ]] || exit 70'
    before scim-export <<<'touch "$STATE/b"; for i in {1..200}; do [[ ! -e $STATE/a ]] || break; sleep 0.02; done; [[ -e $STATE/a ]] || exit 70'
    sync
    expect 0
}

@test "the slower export does not lend its seconds to the faster one" {
    # By the time the slower one goes on, the faster one has ended.
    before scim-export <<<'(sleep 0.2; touch "$STATE/fast") >/dev/null 2>&1 &'
    before activate-export <<<'for i in {1..500}; do [[ ! -e $STATE/fast ]] || break; sleep 0.02; done; sleep 2'
    sync
    [[ $stderr =~ 'activate-export: users 1, groups 0; '([0-9]+)\.([0-9])' s' ]]
    local slower=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
    [[ $stderr =~ 'scim-export: users 0, groups 0; '([0-9]+)\.([0-9])' s' ]]
    ((10#$slower >= 10#${BASH_REMATCH[1]}${BASH_REMATCH[2]} + 5))
}

# --- statuses ---

# ends_with WANTED STAGE=STATUS...: the run's status when the stages end so.
ends_with() {
    local wanted=$1 pair
    shift
    rm -f "$STATE/called"
    for pair in activate-export=0 scim-export=0 scim-diff=0 scim-apply=0 "$@"; do ends "${pair%%=*}" "${pair#*=}"; done
    sync
    expect "$wanted" || {
        echo "with $*"
        return 1
    }
}

@test "an export that fails ends the run with its status, and nothing is planned" {
    local tool failed
    for tool in activate-export scim-export; do
        for failed in 1 3 5 75 78; do
            ends_with "$failed" "$tool=$failed"
            [[ $(last_line) == *"failed: $tool ended with status $failed"*'; nothing was changed' ]]
            refute called scim-diff
            refute called scim-apply
        done
    done
}

@test "when nobody can be asked about who is absent, nothing is planned" {
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

@test "of two exports that fail the first one's status counts, and the last line names both" {
    ends activate-export 78 'activate-export: missing configuration: ACTIVATE_API_KEY'
    ends scim-export 77 'scim-export: SCIM said 401; is the token still good?'
    sync
    expect 78 'failed: activate-export ended with status 78 (bad configuration): missing configuration: ACTIVATE_API_KEY; scim-export ended with status 77 (denied): SCIM said 401; is the token still good?; nothing was changed'
    refute called scim-diff
}

@test "an export that is partial lets the run go on and end with 2" {
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

@test "a plan that is refused as a whole stops the run with 3" {
    : >"$STATE/scim-diff.out"
    ends scim-diff 3 'scim-diff: the desired side has no user; give --allow-empty'
    sync
    expect 3 'failed: scim-diff ended with status 3 (refused): the desired side has no user; give --allow-empty; nothing was changed'
    refute called scim-apply
}

@test "any other status of scim-diff stops the run" {
    local failed
    for failed in 1 5 65 70; do
        ends_with "$failed" "scim-diff=$failed"
        refute called scim-apply
    done
}

@test "scim-apply's status is the run's, with 2 for partial" {
    ends_with 2 scim-apply=2
    [[ $(last_line) == *'partly done: '* ]]
    ends_with 3 scim-apply=3
    local failed
    for failed in 1 69 77; do ends_with "$failed" "scim-apply=$failed"; done
}

@test "failed beats held, held beats unresolved, unresolved beats partial" {
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

@test "a run goes on after 4 of activate-export, scim-diff and scim-apply, and of no other stage" {
    local tool
    for tool in activate-export scim-diff scim-apply; do
        ends_with 4 "$tool=4"
        called scim-apply
        [[ $(last_line) == *'done except for unresolved records: 1 created'* ]]
        [[ $(last_line) == *' s; access differs and no later run changes that until somebody acts: the lines above give name, reason and remedy' ]]
        [[ $stderr == *"$tool: "*', status 4'* ]]
    done
    ends_with 4 scim-export=4
    refute called scim-diff
    cut_short scim-diff
    ends_with 65 scim-diff=4
    refute called scim-apply
}

# unresolved_run: a plan and results with five unresolved records, one of them named by both.
unresolved_run() {
    plan '{"unchanged":7,"update":1,"skipped":5,"unresolved":4,"acknowledged":1}' \
        '{"type":"change","action":"update","resource":"Group","externalId":"g1","displayName":"staff","withheld":"bad-group-name","exitStatus":4}' \
        '{"type":"skip","resource":"User","externalId":"u1","userName":"ada@x.org","reason":"user-name-taken","exitStatus":4}' \
        '{"type":"skip","resource":"User","externalId":"u2","userName":"ben@x.org","reason":"user-name-taken","exitStatus":4}' \
        '{"type":"skip","resource":"User","externalId":"u3","reason":"user-name-taken","exitStatus":0,"acknowledged":true}' \
        '{"type":"skip","resource":"User","externalId":"u4","reason":"protected","exitStatus":0}' \
        '{"type":"skip","resource":"User","externalId":"u5","reason":"no-user-name","exitStatus":0}' \
        '{"type":"skip","resource":"Group","externalId":"u1","reason":"group-name-taken","exitStatus":4}'
    results '{"failed":2,"unresolved":2}' \
        '{"type":"outcome","action":"update","resource":"Group","externalId":"g1","outcome":"failed","reason":"did-not-take","exitStatus":4}' \
        '{"type":"outcome","action":"update","resource":"User","externalId":"u6","outcome":"failed","reason":"did-not-take","exitStatus":4}' \
        '{"type":"outcome","action":"update","resource":"User","externalId":"u7","outcome":"failed","reason":"no-answer","exitStatus":2}'
    ends scim-diff 4
    ends scim-apply 4
}

@test "unresolved records are counted once each, and what is accepted, protected or not admitted is counted apart" {
    unresolved_run
    LOG_FORMAT=json sync --capture="$BATS_TEST_TMPDIR/captures"
    expect 4 'done except for unresolved records: 0 created, 0 updated, 0 deactivated, 0 held, 2 failed, 5 unresolved, 1 acknowledged, 5 skipped (1 protected, 1 not admitted), 7 unchanged in '
    jq -e '.level == "warning" and .status == 4 and .unresolved == 5 and .acknowledged == 1' <<<"$(last_line)"
    jq -es '.[] | select(.stage == "scim-diff") | .unresolved == 4 and .acknowledged == 1 and .withheld == 0' <<<"$stderr"
    jq -e '.status == 4 and .unresolved == 5 and .acknowledged == 1 and (.stages[] | select(.name == "scim-diff").counts.unresolved) == 4' "$(captured run.json)"
    sync -n
    expect 4 'dry run: would create 0, update 1, deactivate 0, 0 held, 4 unresolved, 1 acknowledged'
    [[ $(last_line) == *'; access differs and no later run changes that until somebody acts: '* ]]
}

@test "users whose keys ACTIVATE does not find are unresolved, too" {
    sed -i 's/"groups":0}/"groups":0,"unresolved":2}/' "$STATE/activate-export.out"
    ends activate-export 4
    sync
    expect 4 ', 2 unresolved, '
}

@test "a held run names both what is held and what is unresolved" {
    unresolved_run
    ends scim-diff 3
    sync
    expect 3 'done except for held changes: '
    [[ $(last_line) == *'; the lines above say why and how to approve them; access differs and no later run changes that'* ]]
}

@test "a run that differs from ACTIVATE never says that there is nothing to do" {
    plan '{"unchanged":7,"skipped":1,"unresolved":1}' '{"type":"skip","resource":"User","externalId":"u1","reason":"posix-collision","exitStatus":4}'
    results '{}'
    ends_with 4 scim-diff=4
    [[ $(last_line) != *'nothing to do'* ]]
    ends_with 2 activate-export=2 scim-diff=0
    [[ $(last_line) != *'nothing to do'* ]]
}

@test "the last line of a run with SYNC_SHARD says that it covers a share of the users only" {
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

@test "when scim-apply fails in the middle the last line says how many changes stand" {
    results '{}' '{"type":"outcome","action":"create","outcome":"applied"}' '{"type":"outcome","action":"update","outcome":"applied"}' \
        '{"type":"outcome","action":"update","outcome":"failed"}'
    cut_short scim-apply
    printf '{"type":"outcome","act' >>"$STATE/scim-apply.out"
    ends scim-apply 77 'scim-apply: SCIM said 401'
    sync
    expect 77 'scim-apply ended with status 77 (denied): SCIM said 401; 2 changes were applied and stand; the next run continues from there'
}

@test "a stage killed by a signal is named with it" {
    before scim-export <<<'kill -KILL $$'
    sync
    expect 137 'scim-export was killed by signal 9'
    only_our_words
    refute called scim-diff
}

# bash has words of its own about a child that was killed, whenever it notices: "line 9: 4711 Killed".
only_our_words() {
    local line
    for line in "${stderr_lines[@]}"; do
        [[ $line == 'pw-activate-scim-sync: '* ]] || {
            echo "not ours: $line"
            return 1
        }
    done
}

@test "both stages killed at once, over and over: only our own words are said" {
    before activate-export <<<'kill -KILL $$'
    before scim-export <<<'kill -KILL $$'
    for _ in {1..10}; do
        sync
        expect 137 'activate-export was killed by signal 9 (out of memory? give it more); scim-export was killed by signal 9'
        only_our_words
    done
}

@test "what goes wrong in the script itself is named with bash's own words, and ends with 70" {
    printf '#!/bin/bash\necho "mkfifo: no more room for you" >&2\nexit 3\n' >"$FAKES/mkfifo"
    chmod +x "$FAKES/mkfifo"
    sync
    expect 70 'internal error: status 3 in line '
    [[ $(last_line) == *'of pw-activate-scim-sync (mkfifo: no more room for you); nothing was changed; please report it' ]]
    only_our_words
}

@test "an export without its seal is not planned with, whatever its status" {
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

@test "results without their seal are no success" {
    cut_short scim-apply
    ends_with 65
}

@test "a failure without words gets advice from its status" {
    ends_with 75 scim-export=75
    [[ $(last_line) == *'scim-export ended with status 75 (try again later): run again later; nothing was changed' ]]
}

@test "the last line is one line without terminal control, whatever a tool said" {
    ends scim-export 69 $'scim-export: the server said \e[31m<html>\a\x9b\tred'
    sync
    expect 69 'the server said'
    [[ $(last_line) != *[[:cntrl:]]* ]]
}

# --- dry run and replay ---

@test "a dry run prints the plan, sends nothing and says what it would do" {
    plan '{"create":1,"deactivate":2,"held":1,"unchanged":9}' '{"type":"change","action":"create"}' \
        '{"type":"change","action":"deactivate"}' '{"type":"change","action":"deactivate","held":"max-deactivations"}'
    local option
    for option in -n --dry-run; do
        sync "$option"
        expect 0 'dry run: would create 1, update 0, deactivate 1, 1 held, 9 unchanged in '
        [[ $output == "$(cat "$STATE/scim-diff.out")" ]]
        refute called scim-apply
    done
}

@test "DRY_RUN takes true, 1 and yes in any case" {
    local value
    for value in true TRUE 1 yes Yes; do
        DRY_RUN=$value sync
        expect 0 'dry run: '
        refute called scim-apply
    done
}

@test "DRY_RUN=false is a real run, and anything unclear is refused before anything starts" {
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

@test "a dry run shows the plan for people among the words, but not as JSON lines and not when quiet" {
    sync -n
    expect 0
    [[ ${stderr_lines[-2]} == 'a plan for people' ]]
    cmp "$STATE/plan-show.in" <(cat "$STATE/scim-diff.out" "$STATE/activate-export.out" "$STATE/scim-export.out")
    sync -n -q
    [[ $stderr != *people* ]]
    LOG_FORMAT=json sync -n
    [[ $stderr != *people* ]]
    sync
    [[ $stderr != *people* ]]
    echo 'exit 65' >>"$FAKES/plan-show"
    sync -n
    expect 0 'dry run: '
    [[ $stderr == *'warning: plan-show could not show the plan'* ]]
}

@test "a dry run at a terminal shows people the plan, not its records" {
    script --quiet --return --command "'$SYNC' -n" /dev/null >"$STATE/typescript" </dev/null
    grep -q 'a plan for people' "$STATE/typescript"
    refute grep -q '"type":"stream"' "$STATE/typescript"
}

@test "a dry run with held removals ends with 3 and still prints the plan" {
    ends scim-diff 3
    sync -n
    expect 3 'dry run: '
    [[ $output == "$(cat "$STATE/scim-diff.out")" ]]
}

@test "a dry run that cannot write its plan ends with 74" {
    run --separate-stderr bash -c '"$1" -n >/dev/full' bash "$SYNC"
    expect 74 'cannot write the plan to standard output'
}

@test "a replay uses the captured exports, asks nobody and changes nothing" {
    mkdir old
    cp "$STATE/activate-export.out" old/desired.jsonl
    cp "$STATE/scim-export.out" old/current.jsonl
    before scim-diff <<<'cat "$@" >"$STATE/diff.in"'
    DRY_RUN=false sync --replay=old
    expect 0 'dry run: would create 1'
    cmp "$STATE/diff.in" <(cat old/desired.jsonl old/current.jsonl)
    cp "$STATE/activate-confirm.out" old/confirmations.jsonl
    sync --replay=old
    expect 0
    cmp "$STATE/diff.in" <(cat old/desired.jsonl old/current.jsonl old/confirmations.jsonl)
    [[ $output == "$(cat "$STATE/scim-diff.out")" ]]
    [[ $(sort -u "$STATE/called") == scim-diff ]]
}

@test "a replay of a folder without captures is refused" {
    mkdir old
    touch old/desired.jsonl
    sync --replay old
    expect 64 '--replay names old, where there is no current.jsonl to read'
    [[ ! -e $STATE/called ]]
}

# --- captures ---

captured() { echo "$BATS_TEST_TMPDIR"/captures/*/"$1"; }

@test "a capture keeps the streams, the logs and what became of the run, for the owner alone" {
    ends activate-export 0 'activate-export: warning: no key'
    RUN_ID=r-7 CAPTURE_DIR=$BATS_TEST_TMPDIR/captures sync
    expect 0
    [[ $(captured '') =~ /captures/[0-9]{8}T[0-9]{6}Z-r-7/$ ]]
    cmp "$(captured desired.jsonl)" "$STATE/activate-export.out"
    cmp "$(captured current.jsonl)" "$STATE/scim-export.out"
    cmp "$(captured confirmations.jsonl)" "$STATE/activate-confirm.out"
    cmp "$(captured plan.jsonl)" "$STATE/scim-diff.out"
    cmp "$(captured results.jsonl)" "$STATE/scim-apply.out"
    [[ $(cat "$(captured activate-export.log)") == 'activate-export: warning: no key' ]]
    jq -e '.run == "r-7" and .status == 0 and (.stages | map(.name) | (.[:2] | sort) + .[2:]) == ["activate-export", "scim-export", "activate-confirm", "scim-diff", "scim-apply"]
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

# --- command line ---

@test "what is not an option is refused with 64 and the nearest one, and nothing starts" {
    sync --dry-rum
    expect 64 'unknown option --dry-rum; did you mean --dry-run?'
    sync --dryrun
    expect 64 'unknown option --dryrun; did you mean --dry-run?'
    sync --capture-dir=x
    expect 64 'unknown option --capture-dir; did you mean --capture?'
    sync --frobnicate=x
    expect 64 'unknown option --frobnicate; --help lists the options'
    local arguments
    for arguments in -x -nq --=x '--dry-run quiet' --dry-run=yes dry-run '' '--env-file=' --replay; do
        sync "$arguments"
        expect 64
    done
    sync -n --dry-run
    expect 64 '--dry-run is given twice'
    [[ ! -e $STATE/called ]]
}

@test "an option takes its value behind = or as the next word" {
    mkdir old
    cp "$STATE/activate-export.out" old/desired.jsonl
    cp "$STATE/scim-export.out" old/current.jsonl
    sync --replay old
    expect 0 'dry run'
    sync --replay=old
    expect 0 'dry run'
}

@test "--help and --version go to stdout and end 0" {
    sync --help
    [[ $status == 0 && $output == Example:* && -z $stderr ]]
    sync -h
    [[ $status == 0 ]]
    sync --version
    [[ $status == 0 && $output == 'pw-activate-scim-sync 1.2.3' && -z $stderr ]]
    [[ ! -e $STATE/called ]]
}

@test "--help lists every option" {
    local name
    sync --help
    for name in dry-run check replay apply-plan capture env-file bin quiet verbose log-level log-format help version; do
        [[ $output == *"--$name"* ]]
    done
}

@test "a tool that is not there is named, with 69, before anything starts" {
    rm "$FAKES/scim-apply" "$FAKES/scim-diff"
    PATH=$FAKES:/usr/bin:/bin sync
    expect 69 'cannot find scim-diff scim-apply on PATH or in '
    [[ ! -e $STATE/called ]]
}

@test "tools are found beside the script, through a link to it, and in --bin" {
    mkdir beside
    cp "$SYNC" beside/sync
    cp -R "$SYNC.d" beside/
    mv "$FAKES"/* beside/
    ln -s beside/sync link
    PATH=/usr/bin:/bin run --separate-stderr ./link
    expect 0 'done: '
    PATH=/usr/bin:/bin sync --bin=beside
    expect 0 'done: '
    sync --bin=nowhere
    expect 64 '--bin names nowhere, where there is no activate-export scim-export scim-diff scim-apply'
}

@test "it works from a folder, with a TMPDIR and with a capture folder that have blanks" {
    mkdir 'a b'
    cd 'a b'
    export TMPDIR="$BATS_TEST_TMPDIR/t m p"
    mkdir "$TMPDIR"
    sync --capture='c d'
    expect 0 'done: '
    compgen -G 'c d/*/run.json'
}

# --- words ---

@test "JSON lines carry time, level, message, tool and run, with values as fields" {
    LOG_FORMAT=json sync
    expect 0
    [[ $(jq -s 'all(.[]; (.time | test("^[0-9-]+T[0-9:]+\\.[0-9]{3}Z$")) and .level == "info" and .tool == "pw-activate-scim-sync"
        and (.run | length) == 8 and (.msg | length) > 0) and length == 6' <<<"$stderr") == true ]]
    jq -es '.[] | select(.stage == "activate-export") | .status == 0 and .users == 1 and .groups == 0 and (.seconds | type) == "number"' <<<"$stderr"
    jq -e '.create == 1 and .failed == 0 and .unchanged == 194 and .dryRun == false and (.msg | startswith("done: 1 created"))' <<<"$(last_line)"
    [[ $(jq -s 'map(.run) | unique | length' <<<"$stderr") == 1 ]]
}

@test "a sentence with quotes, backslashes or broken bytes is still one JSON line" {
    ends scim-export 69 $'scim-export: said "no" \\ \xff\xfe é'
    LOG_FORMAT=json sync
    expect 69
    last_line | iconv -f UTF-8 -t UTF-8 >/dev/null
    jq -e '.level == "error" and (.msg | contains("said \"no\" \\ ")) and (.msg | contains("é"))' <<<"$(last_line)"
}

@test "a tool's own JSON words are read for the last line" {
    ends scim-export 69 '{"time":"t","level":"error","msg":"the server said no","tool":"scim-export"}'
    LOG_FORMAT=json sync
    expect 69
    jq -e '.msg == "failed: scim-export ended with status 69 (unavailable): the server said no; nothing was changed"' <<<"$(last_line)"
}

@test "the tools get log level, log format and run id by environment" {
    LOG_FORMAT=JSON LOG_LEVEL=DEBUG RUN_ID=abc sync
    local tool
    for tool in activate-export scim-export scim-diff scim-apply; do
        grep -qx LOG_FORMAT=json "$STATE/$tool.env"
        grep -qx LOG_LEVEL=debug "$STATE/$tool.env"
        grep -qx RUN_ID=abc "$STATE/$tool.env"
    done
    sync --log-level=error
    grep -qx LOG_LEVEL=error "$STATE/scim-diff.env"
    [[ ${#stderr_lines[@]} == 1 ]]
    sync
    grep -qx LOG_LEVEL=warning "$STATE/scim-diff.env"
    sync -v
    grep -qx LOG_LEVEL=info "$STATE/scim-diff.env"
    LOG_LEVEL=loud sync
    expect 78 'LOG_LEVEL is "loud"; choose one of error warning info debug'
    sync --log-format=xml
    expect 64 '--log-format is "xml"; choose one of text json'
    RUN_ID='a b' sync
    expect 78 'RUN_ID may hold'
    RUN_ID=../x sync
    expect 78 'RUN_ID may hold'
}

@test "--quiet leaves warnings, what the tools say and the last line" {
    sync -q
    expect 0 'done: '
    [[ ${#stderr_lines[@]} == 1 ]]
    ends activate-export 2 'activate-export: warning: no key for ada'
    sync --quiet
    [[ ${#stderr_lines[@]} == 3 && ${stderr_lines[0]} == *'no key for ada' && ${stderr_lines[1]} == *'status 2' ]]
}

@test "what a tool says appears while it runs, before its stage line" {
    before scim-export <<<'echo "scim-export: page 1" >&2; touch "$STATE/said"; for i in {1..200}; do [[ ! -e $STATE/go ]] || break; sleep 0.02; done'
    "$SYNC" 2>"$STATE/words" >/dev/null &
    wait_for "$STATE/said"
    for _ in {1..100}; do
        ! grep -q 'page 1' "$STATE/words" || break
        sleep 0.02
    done
    grep -q 'page 1' "$STATE/words"
    refute grep -q 'scim-export: users' "$STATE/words"
    touch "$STATE/go"
    wait $!
}

@test "a run whose reader went away still ends well, and its capture has every word" {
    before scim-apply <<<'echo "scim-apply: first" >&2; sleep 0.2; echo "scim-apply: second" >&2'
    run bash -c '"$1" --capture="$2" 2>&1 >/dev/null | true; exit "${PIPESTATUS[0]}"' bash "$SYNC" "$BATS_TEST_TMPDIR/captures"
    [[ $status == 0 ]]
    called scim-apply
    [[ $(cat "$(captured scim-apply.log)") == $'scim-apply: first\nscim-apply: second' ]]
    jq -e '.conclusion | startswith("done: ")' "$(captured run.json)"
}

@test "a tool's child that keeps standard error open does not hold the run up" {
    before activate-export <<<'setsid sleep 60 & echo $! >"$STATE/sleeper"'
    SECONDS=0
    sync
    kill "$(<"$STATE/sleeper")"
    expect 0 'done: '
    ((SECONDS < 45))
}

# --- heartbeat ---

fake_curl() {
    cat >"$FAKES/curl" <<'FAKE'
#!/bin/bash
printf '%s\n' "$@" >"$STATE/curl.args"
while (($#)); do [[ $1 != --config ]] || cat "$2" >>"$STATE/curl.config"; shift; done
exit "$(cat "$STATE/curl.status")"
FAKE
    chmod +x "$FAKES/curl"
    echo 0 >"$STATE/curl.status"
    export HEARTBEAT_URL=https://beat.example.org/s3cret
}

@test "a clean run calls HEARTBEAT_URL once, without naming it in argv, and with a time limit" {
    fake_curl
    sync
    expect 0
    [[ $(cat "$STATE/curl.config") == 'url = "https://beat.example.org/s3cret"' ]]
    refute grep -q s3cret "$STATE/curl.args"
    grep -qx -- --max-time "$STATE/curl.args"
    [[ $stderr != *s3cret* ]]
    refute grep -q s3cret "$STATE"/*.env
}

@test "only a complete, converged and real run calls it" {
    fake_curl
    sync -n
    SYNC_SHARD=0/4 sync
    expect 0
    sync --apply-plan="$STATE/scim-diff.out"
    expect 0 'done: '
    ends_with 4 activate-export=4
    ends_with 4 scim-diff=4
    ends_with 4 scim-apply=4
    ends_with 2 scim-diff=2
    ends_with 2 activate-export=2
    ends_with 3 scim-diff=3
    ends_with 77 scim-export=77
    ends_with 2 scim-apply=2
    [[ ! -e $STATE/curl.config ]]
}

@test "a heartbeat that fails is only a warning" {
    fake_curl
    echo 22 >"$STATE/curl.status"
    sync
    expect 0 'done: '
    [[ $stderr == *'warning: HEARTBEAT_URL did not answer well (curl ended with status 22)'* ]]
}

@test "HEARTBEAT_URL is https, or http on loopback, and nothing else" {
    fake_curl
    local url
    for url in http://beat.example.org/ http://127.0.0.1.example.org/ http://127.0.0.1@example.org/ http://localhost:80@x/ ftp://x/ \
        file:///etc/passwd 'https://' $'https://x/\noutput = "/tmp/x"' 'https://x/" -o' 'https://x/ y' beat.example.org; do
        rm -f "$STATE/called"
        HEARTBEAT_URL=$url sync
        expect 78 'HEARTBEAT_URL is not an https:// address'
        [[ ! -e $STATE/called ]]
    done
    for url in http://127.0.0.1:8080/x http://localhost/ 'http://[::1]:1/x?y' http://127.0.0.1 https://x.example.org; do
        HEARTBEAT_URL=$url sync
        expect 0
    done
}
