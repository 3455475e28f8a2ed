#!/usr/bin/env bats
# Streams that are compressed with gzip: the scripts read them like plain ones, and reject damaged ones.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the inner shell's dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() {
    setup_fakes
    rm "$FAKES/plan-show"
    cat >plan.jsonl <<'PLAN'
{"type":"stream","format":1,"kind":"plan"}
{"type":"change","id":"c-1","action":"create","resource":"User","externalId":"pw-activate:user:ada","userName":"ada@acme.org","before":null,"after":{"active":true}}
{"type":"end","desired":{"users":1,"groups":0},"create":1,"update":0,"deactivate":0,"reactivate":0,"adopt":0,"unchanged":0,"skipped":0,"held":0,"withheld":0,"unresolved":0,"partial":0,"acknowledged":0}
PLAN
    gzip -k plan.jsonl
    head -c -1 plan.jsonl.gz >cut.jsonl.gz
    { cat plan.jsonl.gz && echo x; } >more.jsonl.gz
    { head -c 60 plan.jsonl.gz && printf 'damage' && tail -c +67 plan.jsonl.gz; } >damaged.jsonl.gz
}

teardown() { nothing_left; }

# same_as_plain COMMAND...: the output for the plain plan, for the compressed one, and for the compressed one through a pipe.
same_as_plain() {
    "$@" plan.jsonl >plain
    "$@" plan.jsonl.gz >packed
    "$@" - <plan.jsonl.gz >piped
    [[ -s plain ]]
    cmp plain packed
    cmp plain piped
}

@test "plan-show and reseal read a compressed plan, from a file and from a pipe, as the plain one" {
    same_as_plain "$SCRIPTS/plan-show"
    same_as_plain "$SCRIPTS/reseal"
    { head -n 1 plan.jsonl | gzip && tail -n +2 plan.jsonl | gzip; } >members.gz
    "$SCRIPTS/reseal" members.gz | cmp - plain
}

@test "data that is cut off, damaged or followed by other bytes is rejected with its name, and nothing is printed" {
    local command file
    for command in plan-show reseal; do
        for file in cut damaged more; do
            run --separate-stderr "$SCRIPTS/$command" "$file.jsonl.gz"
            expect 65 "$command: $file.jsonl.gz: the gzip data is damaged, cut off, or followed by other bytes; copy the file again"
            [[ -z $output ]]
        done
        run --separate-stderr "$SCRIPTS/$command" - <cut.jsonl.gz
        expect 65 "$command: standard input: the gzip data is damaged"
    done
}

@test "data that was compressed twice is rejected with its name" {
    local command
    gzip <plan.jsonl.gz >twice.gz
    for command in plan-show reseal; do
        run --separate-stderr "$SCRIPTS/$command" twice.gz
        expect 65 "$command: twice.gz was compressed twice; decompress it once"
        [[ -z $output ]]
    done
    sync --apply-plan=twice.gz
    expect 65 'twice.gz was compressed twice; decompress it once'
    [[ ! -e $STATE/called ]]
}

@test "an error in a compressed plan is reported with the name of the file" {
    sed "2s/.*/nonsense/" plan.jsonl | gzip >wrong.gz
    run --separate-stderr "$SCRIPTS/plan-show" wrong.gz
    expect 65 'plan-show: wrong.gz:2: this is not one JSON object on one line'
    run --separate-stderr "$SCRIPTS/reseal" wrong.gz
    expect 65 'reseal: wrong.gz:2: this is not one JSON object on one line'
}

@test "--replay, --restore and --apply-plan take compressed streams" {
    mkdir capture
    gzip <"$STATE/activate-export.out" >capture/desired.jsonl.gz
    gzip <"$STATE/scim-export.out" >capture/current.jsonl.gz
    gzip <"$STATE/activate-confirm.out" >capture/confirmations.jsonl.gz
    before scim-diff <<<'cat "${@: -3}" >"$STATE/scim-diff.in"'
    sync --replay=capture
    expect 0
    cmp "$STATE/scim-diff.in" <(cat "$STATE"/{activate-export,scim-export,activate-confirm}.out)
    rm "$STATE/scim-diff.hook"
    before scim-diff <<<'cp "$2" "$STATE/restored"'
    sync --restore=capture
    expect 0 'restored capture/current.jsonl.gz: '
    cmp "$STATE/restored" "$STATE/scim-export.out"
    sync --apply-plan=plan.jsonl.gz
    expect 0 'done: 1 created'
    cmp "$STATE/scim-apply.in" plan.jsonl
    sync --apply-plan=cut.jsonl.gz
    expect 65 'cut.jsonl.gz: the gzip data is damaged, cut off, or followed by other bytes'
}

@test "a full disk is not damage" {
    run --separate-stderr bash -c 'set -euo pipefail
        die() { echo "$2" >&2; exit "$1"; }
        source "$0/files.bash"; source "$0/unpack.bash"
        make_temporary_folder x
        trap "rm -r \"\$tmp\"" EXIT
        unpack plan.jsonl.gz /dev/full plan.jsonl.gz' "$SYNC.d"
    expect 74 'cannot copy plan.jsonl.gz to /dev; make room there, or set TMPDIR'
}
