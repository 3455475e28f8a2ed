#!/usr/bin/env bats
# rehearse: the real scim-diff fulfils every law on a small capture, and a fake one that breaks a law is found.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
    SCRIPTS=${SCRIPTS:-$SOURCE_DIR/scripts}
    : "${BIN:?the folder of the tools}"
    local name
    for name in $(compgen -e); do
        case $name in
            ACTIVATE_* | CW_* | SYNC_* | DRY_RUN | LOG_LEVEL | LOG_FORMAT | RUN_ID | SOURCE_DATE_EPOCH) unset "$name" ;;
        esac
    done
    export TMPDIR=$BATS_TEST_TMPDIR/tmp STATE=$BATS_TEST_TMPDIR
    mkdir -p "$TMPDIR" "$BATS_TEST_TMPDIR/capture"
    cd "$BATS_TEST_TMPDIR" || return 1
    capture 12 11
}

teardown() {
    local left
    left=$(ls -A "$TMPDIR")
    [[ -z $left ]] || {
        echo "left in TMPDIR: $left"
        return 1
    }
}

# capture WANTED PRESENT: this number of users in ACTIVATE and in SCIM, two groups.
capture() {
    jq -cn --argjson wanted "$1" --argjson present "$2" '
        def person: {type: "user", externalId: "pw-activate:user:\(.)"};
        def team($n; $many): {type: "group", externalId: "pw-activate:group:\($n)"};
        def rest: {userName: "user\(.)@acme.org", displayName: "User \(.)", active: true, sshKeys: []};
        def members($n; $many): {displayName: "team\($n)", members: [range($many) | select(. % 2 == $n) | "pw-activate:user:\(.)"]};
        [{type: "stream", format: 1, kind: "directory", side: "desired", at: "2026-11-23T18:00:00Z"},
            (range($wanted) | person + rest), (range(2) | team(.; $wanted) + members(.; $wanted)), {type: "end", users: $wanted, groups: 2}],
        [{type: "stream", format: 1, kind: "directory", side: "current", at: "2026-11-23T18:00:00Z"},
            (range($present) | person + {id: "u-\(.)"} + rest), (range(2) | team(.; 0) + {id: "g-\(.)"} + members(.; $present)),
            {type: "end", users: $present, groups: 2}]' >both
    sed -n 1p both | jq -c '.[]' >capture/desired.jsonl
    sed -n 2p both | jq -c '.[]' >capture/current.jsonl
}

# fake NAME: standard input becomes that tool; $real is the real one.
fake() {
    mkdir -p bin
    local tool
    for tool in scim-diff scim-apply; do [[ -e bin/$tool ]] || ln -s "$BIN/$tool" bin/; done
    rm "bin/$1"
    { printf '#!/bin/bash\nreal=%q\nreseal=%q\n' "$BIN/$1" "$SCRIPTS/reseal" && cat; } >"bin/$1"
    chmod +x "bin/$1"
}

rehearse() { run --separate-stderr "$SCRIPTS/rehearse" --bin="${FAKES:-$BIN}" --cases=8 "$@"; }

expect() {
    [[ $status == "$1" && $stderr == *"${2:-}"* ]] && return
    printf 'status %s, wanted %s\n%s\n%s\n' "$status" "$1" "$output" "$stderr"
    return 1
}

# found_out LAW: if only that law is selected, it is reported as failed, and no other.
found_out() {
    local failed
    expect 70 'promises were not kept' || return
    failed=$(sed -n 's/^FAIL  \(.\{12\}\).*/\1/p' <<<"$output" | sed 's/ *$//' | paste -sd,)
    [[ $failed == "$1" ]] || {
        printf 'failed: %s, wanted: %s\n%s\n' "$failed" "$1" "$output"
        return 1
    }
}

# --- the real one ---

@test "the real scim-diff fulfils every law, one line each" {
    rehearse capture
    expect 0
    [[ -z $stderr && ${lines[0]} == 'desired 12 users, 2 groups; current 11 users, 2 groups; plan 2 changes, 0 of them held' ]]
    [[ $(sed -n '2,$s/^ok    \(.\{12\}\).*/\1/p' <<<"$output" | sed 's/ *$//' | paste -sd,) == 'truncation,lost line,line twice,swapped,order,empty,half,unconfirmed,approval,restore,apply' ]]
    [[ ${#lines[@]} == 12 ]]
}

@test "the output counts the cases and their results" {
    rehearse capture
    [[ $output =~ 'truncation   '[0-9]+' cuts, at ends of lines and within: '[0-9]+' refused, 0 planned' ]]
    [[ $output == *'lost line    16 lines, one at a time: 16 refused'* ]]
    [[ $output == *'half         every second of 12 users left out: '*' held, 0 users deactivated, status 3'* ]]
    [[ $output == *'unconfirmed  every second user left out and no user was looked up again: 5 skipped, 0 deactivated'* ]]
}

@test "with enough cases, every cut of either file is tried" {
    capture 1 1
    run --separate-stderr "$SCRIPTS/rehearse" --bin="$BIN" --cases=2000 capture
    expect 0
    [[ $output =~ truncation\ +([0-9]+)\ cuts ]]
    ((BASH_REMATCH[1] == $(cat capture/{desired,current}.jsonl | wc -c))) # from none to all but one
}

@test "the capture is only read, and no copy of it stays" {
    cp -r capture before
    chmod -R a-w capture
    rehearse capture
    chmod -R u+w capture
    expect 0
    diff -r before capture
}

@test "an organization with one user, a first load, and a user deleted from SCIM" {
    capture 1 1
    rehearse capture
    expect 0
    capture 12 0
    rehearse capture
    expect 0
    [[ $output == *'nothing is held here'* && $output == *'a restore to no users is refused'* ]]
    capture 2 12
    rehearse capture
    expect 0
    [[ ${lines[0]} == *' of them held' && ${lines[0]} != *', 0 of them held' ]]
}

@test "the captured answers are used, and the captured plan is made again" {
    capture 11 12
    printf '%s\n' '{"type":"stream","format":1,"kind":"confirmations"}' \
        '{"type":"confirmation","externalId":"pw-activate:user:11","userName":"x","answer":"present"}' '{"type":"end","confirmations":1}' >capture/confirmations.jsonl
    "$BIN/scim-diff" capture/{desired,current,confirmations}.jsonl >capture/plan.jsonl || (($? == 2))
    grep -q '"reason":"present"' capture/plan.jsonl
    gzip capture/{current,plan}.jsonl
    rehearse capture
    expect 0
    [[ $output == *'ok    replay       the captured plan came out again, byte for byte'* ]]
    sed -i 's/"present"/"gone"/' capture/confirmations.jsonl
    rehearse capture
    expect 0
    [[ $output == *'note  replay       the captured plan was another one'* ]]
}

@test "limits that allow half of the users to be deactivated are found, from the environment and after --" {
    SYNC_MAX_DEACTIVATIONS=100% rehearse capture
    found_out half
    [[ $output == *'5 people would be deactivated with every second user left out; are your limits meant like this?'* ]]
    rehearse capture -- --max-deactivations=100%
    found_out half
}

@test "an approval in the environment is not used here" {
    SYNC_ALLOW_EMPTY=true SYNC_STRICT=true SYNC_APPROVE=abc rehearse capture
    expect 0
}

# --- a fake that breaks a law ---

FAKES=
broken() {
    fake "$@"
    FAKES=$PWD/bin rehearse capture
}

@test "a scim-diff that accepts a truncated export is found" {
    broken scim-diff <<'FAKE'
files=()
for argument; do
    if [[ -s $argument && $(tail -n 1 "$argument") != '{"type":"end"'*'}' ]]; then
        head -n "$(wc -l <"$argument")" "$argument" | "$reseal" >"$STATE/sealed" && argument=$STATE/sealed
    fi
    files+=("$argument")
done
exec "$real" --max-deactivations=100% --max-member-removals=100% --max-emptied-groups=100% "${files[@]}"
FAKE
    [[ $output == *'FAIL  truncation   status 0, '*' removals after head -c '*' '*.jsonl* ]]
    [[ $output == *'FAIL  half'* ]]
    expect 70 'promises were not kept'
}

@test "a scim-diff that does not check counts is found" {
    broken scim-diff <<'FAKE'
files=()
for argument; do
    if [[ $argument == */damaged ]] && "$reseal" "$argument" >"$STATE/sealed" 2>/dev/null && [[ $(tail -n 1 "$argument") == '{"type":"end"'* ]]; then
        argument=$STATE/sealed
    fi
    files+=("$argument")
done
exec "$real" "${files[@]}"
FAKE
    found_out 'lost line'
    [[ $output =~ 'FAIL  lost line    status 0, '[0-9]+' removals after sed '[0-9]+'d '(desired|current)'.jsonl' ]]
}

@test "a capture with unresolved records breaks no law" {
    local left_out
    for left_out in 2 4; do
        rm -rf bin
        fake scim-diff <<FAKE
"\$real" "\$@" || exit
exit $left_out
FAKE
        fake scim-apply <<FAKE
"\$real" "\$@" || exit
exit $left_out
FAKE
        FAKES=$PWD/bin rehearse capture
        expect 0
    done
}

@test "a scim-diff that crashes is found" {
    broken scim-diff <<'FAKE'
for argument; do [[ $argument != */damaged || -s $argument ]] || kill -SEGV $$; done
exec "$real" "$@"
FAKE
    found_out truncation
    [[ $output == *'status 139, '*'head -c 0 desired.jsonl'* ]]
}

@test "a scim-diff whose plan depends on the order of records is found" {
    broken scim-diff <<'FAKE'
"$real" "$@"
rc=$?
[[ $1 != */damaged || $2 != */damaged-too || $rc != 0 ]] || echo '{}'
exit $rc
FAKE
    found_out order
}

@test "a scim-diff that accepts an empty side is found" {
    broken scim-diff <<<'exec "$real" --allow-empty "$@"'
    found_out empty
}

@test "a scim-diff that holds nothing is found" {
    broken scim-diff <<<'exec "$real" --max-deactivations=1000 --max-member-removals=1000 --max-emptied-groups=1000 "$@"'
    found_out half
}

@test "a scim-diff that exits with 0 although it holds is found" {
    broken scim-diff <<'FAKE'
"$real" "$@"
rc=$?
[[ $rc != 3 || $* != *half* || $* == *--* ]] || rc=0
exit $rc
FAKE
    [[ $output == *'FAIL  half '*'changes held, but status 0'* ]]
    expect 70
}

@test "a scim-diff that does not wait for the answers is found" {
    broken scim-diff <<<'for a; do shift; [[ $a == */unasked ]] || set -- "$@" "$a"; done; exec "$real" --max-deactivations=1000 "$@"'
    [[ $output == *'FAIL  unconfirmed  5 users would be deactivated without a second query to ACTIVATE'* ]]
    expect 70
}

@test "a scim-diff that accepts any digest is found" {
    broken scim-diff <<<'[[ $1 != --approve ]] || set -- --max-deactivations=100% --max-member-removals=100% --max-emptied-groups=100% "${@:3}"; exec "$real" "$@"'
    found_out approval
}

@test "a scim-diff that accepts no digest is found" {
    broken scim-diff <<<'[[ $1 != --approve ]] || set -- "${@:3}"; exec "$real" "$@"'
    found_out approval
}

@test "a scim-diff that restores access that was not there is found" {
    broken scim-diff <<'FAKE'
[[ $1 != --restore ]] || { sed 's/"displayName":"/&x/' "$2" >"$STATE/other" && set -- --restore "$STATE/other" "$3"; }
exec "$real" "$@"
FAKE
    found_out restore
}

@test "a scim-apply that accepts an incomplete plan, or rejects a complete one, is found" {
    broken scim-apply <<<'"$real" "$@" || exit 0'
    found_out apply
    [[ $output == *'FAIL  apply '*'bytes of the plan'* ]]
    broken scim-apply <<<'echo "scim-apply: no" >&2; exit 65'
    found_out apply
    [[ $output == *'no outcomes for 2 changes: scim-apply: no'* ]]
}

@test "scim-apply is never called without --dry-run, and no credential reaches it" {
    fake scim-apply <<'FAKE'
printf '%s\n' "$1" >>"$STATE/calls"
env | grep -E 'CW_SCIM|ACTIVATE_API' >>"$STATE/secrets"
exec "$real" "$@"
FAKE
    CW_SCIM_BEARER_TOKEN=geheim CW_SCIM_BASE_URL=https://scim.example.org ACTIVATE_API_KEY=geheim FAKES=$PWD/bin rehearse capture
    expect 0
    [[ $(sort -u calls) == --dry-run && ! -s secrets ]]
}

# --- wrong usage, invalid input ---

@test "a capture that scim-diff rejects does not break a law" {
    sed -i '$d' capture/current.jsonl
    rehearse capture
    expect 65 'rehearse: scim-diff refuses this capture: '
    capture 0 3
    rehearse capture
    expect 65 'there is nothing to rehearse with: '
}

@test "settings that scim-diff rejects end with its status" {
    SYNC_MAX_DEACTIVATIONS=many rehearse capture
    expect 78 'SYNC_MAX_DEACTIVATIONS'
    rehearse capture -- --no-such-option
    expect 64 'unknown option --no-such-option'
}

@test "wrong usage" {
    run --separate-stderr "$SCRIPTS/rehearse"
    expect 64 'which capture?'
    rehearse capture capture
    expect 64 'one capture at a time'
    rehearse --cases=5 capture
    expect 64 '--cases is given twice'
    run --separate-stderr "$SCRIPTS/rehearse" --cases=no capture
    expect 64 'write an integer'
    rehearse --dry-run capture
    expect 64 'unknown option --dry-run'
    rehearse capture -- --approve=x
    expect 64 '--approve would answer what is asked here'
    rehearse nowhere
    expect 64 'in nowhere there is no desired.jsonl'
    run --separate-stderr "$SCRIPTS/rehearse" --bin=nowhere capture
    expect 64 '--bin names nowhere, where there is no scim-diff'
}
