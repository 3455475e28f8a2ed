#!/usr/bin/env bats
# pw-activate-scim-sync: the stages of a run, their inputs, and the last line of a run that ends well.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

@test "a clean run ends with 0, prints nothing on stdout, and its last line counts the changes" {
    plan '{"create":3,"update":1,"deactivate":1,"unchanged":194}'
    results '{"applied":5}' '{"type":"outcome","action":"create","outcome":"applied"}' \
        '{"type":"outcome","action":"create","outcome":"applied"}' '{"type":"outcome","action":"create","outcome":"applied"}' \
        '{"type":"outcome","action":"update","outcome":"applied"}' '{"type":"outcome","action":"deactivate","outcome":"applied"}'
    sync
    expect 0
    [[ -z $output ]]
    [[ $(last_line) =~ ^'pw-activate-scim-sync: done: 3 created, 1 updated, 1 deactivated, 0 held, 0 failed, 194 unchanged in '[0-9.]+' s'$ ]]
}

@test "each stage has one line, with its counts, seconds and status" {
    sync
    [[ ${#stderr_lines[@]} == 7 ]]
    [[ $stderr =~ 'activate-export: users 1, groups 0; '[0-9.]+' s, status 0' ]]
    [[ $stderr =~ 'scim-export: users 0, groups 0; '[0-9.]+' s, status 0' ]]
    [[ $stderr =~ 'activate-confirm: confirmations 0; '[0-9.]+' s, status 0' ]]
    [[ $stderr =~ 'scim-confirm: asked 0, users 0, groups 0; '[0-9.]+' s, status 0' ]]
    [[ $stderr =~ 'scim-diff: create 1, update 0, deactivate 0, unchanged 194; '[0-9.]+' s, status 0' ]]
    [[ $stderr =~ 'scim-apply: applied 1, failed 0; '[0-9.]+' s, status 0' ]]
}

@test "scim-diff gets both exports and the confirmations, and scim-apply gets the plan" {
    before activate-confirm <<<'cat "${@:2}" >"$STATE/confirm.in"'
    before scim-confirm <<<'cat "${@:2}" >"$STATE/scim-confirm.in"'
    before scim-diff <<<'cat "$@" >"$STATE/diff.in"'
    sync
    expect 0
    cmp "$STATE/confirm.in" <(cat "$STATE/activate-export.out" "$STATE/scim-export.out")
    cmp "$STATE/scim-confirm.in" "$STATE/confirm.in"
    cmp "$STATE/diff.in" <(cat "$STATE"/{activate-export,scim-export,activate-confirm,scim-confirm}.out)
    cmp "$STATE/scim-apply.in" "$STATE/scim-diff.out"
}

@test "a run that changes nothing reports that there is nothing to do" {
    plan '{"unchanged":210}'
    results '{}'
    sync
    expect 0 'done: nothing to do, 210 unchanged in '
}

@test "a run ends as soon as its last stage has ended" {
    SECONDS=0
    SYNC_GRACE_SECONDS=60 sync
    expect 0
    ((SECONDS < 30))
}

@test "the counts of a run that changes nothing are 0 in the log, the metrics and the index" {
    plan '{"unchanged":210}'
    results '{}'
    LOG_FORMAT=json CAPTURE_DIR=captures METRICS_FILE=metrics sync
    expect 0
    jq -e '.create == 0 and .update == 0 and .deactivate == 0 and .reactivate == 0 and .adopt == 0' <<<"$(last_line)"
    grep -qx 'pw_scim_sync_changes{action="create"} 0' metrics
    [[ $(jq -c .did captures/index.jsonl) == '{"create":0,"update":0,"deactivate":0,"reactivate":0,"adopt":0}' ]]
}

@test "a seal with a NUL byte is not one" {
    printf '{"type":"end","users":1,"groups":0}\0\n' >"$STATE/activate-export.out"
    sync
    expect 65 'its stream has no seal'
}

@test "skipped records are named if there are any" {
    plan '{"unchanged":210,"skipped":2}' '{"type":"skip","reason":"x"}' '{"type":"skip","reason":"y"}'
    results '{}'
    sync
    expect 0 'nothing to do, 2 skipped, 210 unchanged in '
}

@test "a run with nothing to do starts jq once, three times with a capture and twice with metrics, in each format of the log" {
    local format
    # shellcheck disable=SC2016 # the dollars are the fake's
    printf '#!/bin/bash\necho >>"$STATE/jq-starts"\nexec %q "$@"\n' "$(type -P jq)" >"$FAKES/jq"
    chmod +x "$FAKES/jq"
    plan '{"unchanged":210}'
    results '{}'
    for format in text json; do
        : >"$STATE/jq-starts"
        LOG_FORMAT=$format sync
        expect 0
        [[ $(wc -l <"$STATE/jq-starts") == 1 ]]
        : >"$STATE/jq-starts"
        LOG_FORMAT=$format CAPTURE_DIR=captures sync
        expect 0
        [[ $(wc -l <"$STATE/jq-starts") == 3 ]]
        : >"$STATE/jq-starts"
        LOG_FORMAT=$format METRICS_FILE=metrics sync
        expect 0
        [[ $(wc -l <"$STATE/jq-starts") == 2 ]]
    done
}

@test "a seal with every kind of value is read; an incomplete line is refused" {
    local seal
    # shellcheck source=/dev/null
    source "$SCRIPTS/pw-activate-scim-sync.d/seal.bash"
    echo '{"type":"end","users":3,"desired":{"users":7,"a \"b\"}":"x"},"share":0.5,"below":-1,"note":"a, \"b\": 5]}","none":null,"list":[1,"]",{"n":9}],"approved":["1a","2b"],"skipped":0,"applied":0,"odd name":4}' >seal
    read_seal seal
    [[ $seal_counts == '"users":3,"approved":2,"skipped":0,"applied":0' ]]
    [[ $seal_sentence == 'users 3, approved 2, applied 0' && -z $seal_approvals ]]
    jq -e . <<<"{$seal_counts}"
    echo '{"type":"end","applied":1,"approvals":[{"digest":"1a","by":"x \"y\" ],z","user":"root"}]}' >seal
    read_seal seal
    [[ $seal_approvals == '[{"digest":"1a","by":"x \"y\" ],z","user":"root"}]' ]]
    for seal in '{"type":"end","users":3' '{"type":"end","desired":{"users":7}' '{"type":"end","users":3}x' '{"type":"end","users":3,}' '{"type":"end",users:3}' \
        '{"type":"end","users":}' '{"type":"end","users":01}' '{"type":"end","list":[1}}' '{"type":"end","list":{1]}' '{"type":"end","list":{1}}' \
        $'{"type":"end","note":"a\tb"}' '{"type":"end","note":"a}' '{"type":"outcome"}' '' ' {"type":"end"}' '["end"]'; do
        echo "$seal" >seal
        refute read_seal seal
        [[ -z $seal_counts$seal_sentence$seal_approvals ]]
    done
    printf '{"type":"end"}' >seal # without its newline it may be cut off
    refute read_seal seal
    printf '{"type":"end","us\0ers":3}\n' >seal
    refute read_seal seal
    echo '{"type":"end"}' >seal
    read_seal seal
}

@test "a text in a seal may have each character and escape that JSON permits, and no other" {
    local text
    # shellcheck source=/dev/null
    source "$SCRIPTS/pw-activate-scim-sync.d/seal.bash"
    for text in $'a\x7fb' $'a\u0085b' $'a\u2028b' 'Zöe' '\u00e9\uD83D\uDE00\n\\\"\/\b'; do
        printf '{"type":"end","approvals":[{"by":"%s"}],"note":"%s"}\n' "$text" "$text" >seal
        read_seal seal
        [[ $seal_approvals == "[{\"by\":\"$text\"}]" ]]
        jq -e . seal
    done
    for text in $'a\x01b' $'a\x1fb' $'a\nb' '\q' '\u12' '\u12g4'; do
        printf '{"type":"end","note":"%s"}\n' "$text" >seal
        refute read_seal seal
    done
}

@test "a file in the working directory does not replace a module of the script" {
    local file
    for file in "$SCRIPTS/pw-activate-scim-sync.d"/*.jq; do echo 'this is not jq' >"${file##*/}"; done
    CAPTURE_DIR=captures sync
    expect 0 'done: '
    sync --explain=ada
    expect 0
    run --separate-stderr "$SCRIPTS/sync-captures" --dir=captures list
    [[ $status == 0 && -z $stderr && -n $output ]]
    run --separate-stderr "$SCRIPTS/plan-show" "$SOURCE_DIR/tests/golden/scim-diff/user-left/stdout"
    [[ $status == 0 && -z $stderr && $output == *'ben@acme.org'* ]]
}

@test "both exports run at the same time" {
    before activate-export <<<'touch "$STATE/a"; for i in {1..200}; do [[ ! -e $STATE/b ]] || break; sleep 0.02; done; [[ -e $STATE/b ]] || exit 70'
    before scim-export <<<'touch "$STATE/b"; for i in {1..200}; do [[ ! -e $STATE/a ]] || break; sleep 0.02; done; [[ -e $STATE/a ]] || exit 70'
    sync
    expect 0
}

@test "the duration of the slower export is not attributed to the faster one" {
    # The faster export has ended when the slower one continues.
    before scim-export <<<'(sleep 0.2; touch "$STATE/fast") >/dev/null 2>&1 &'
    before activate-export <<<'for i in {1..500}; do [[ ! -e $STATE/fast ]] || break; sleep 0.02; done; sleep 2'
    sync
    [[ $stderr =~ 'activate-export: users 1, groups 0; '([0-9]+)\.([0-9])' s' ]]
    local slower=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
    [[ $stderr =~ 'scim-export: users 0, groups 0; '([0-9]+)\.([0-9])' s' ]]
    ((10#$slower >= 10#${BASH_REMATCH[1]}${BASH_REMATCH[2]} + 5))
}
