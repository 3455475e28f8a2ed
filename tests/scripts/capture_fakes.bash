# Captures of fake runs, for capture_index.bats and sync_captures.bats.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the .bats files

load fakes

setup() {
    setup_fakes
    export CAPTURE_DIR=$BATS_TEST_TMPDIR/captures
    index=$CAPTURE_DIR/index.jsonl
}

teardown() { nothing_left; }

captures() { run --separate-stderr "$SCRIPTS/sync-captures" "$@"; }
# quiet: the next run has nothing to do.
quiet() {
    plan '{"unchanged":1}'
    results '{}'
}
kept() { find "$CAPTURE_DIR" -mindepth 1 -maxdepth 1 -name '*Z-*' -printf '%f\n' | sort; }
runs() { grep '^{"type":"run"' "$index"; }
# counts TYPE LINE...: the number of lines of this type.
counts() { printf '%s\n' "${@:2}" | grep -c "^{\"type\":\"$1\"" || true; }
seal() { printf '{"users":%s,"groups":%s}' "$(counts user "$@")" "$(counts group "$@")"; }
# current LINE...: what scim-export prints.
current() { stream scim-export directory "$(seal "$@")" "$@"; }
ada='{"type":"user","externalId":"pw-activate:user:ada","id":"u-ada","version":"W/\"1\"","userName":"ada@acme.org","displayName":"Ada","active":true}'

# changes LINE...: a plan with these lines, all of them applied.
changes() {
    plan '{"create":1}' "$@"
    results '{"applied":1}' "$(printf '%s\n' "$@" | jq -c '{type: "outcome", id, action, externalId, outcome: "applied"}')"
}

# run_at DAYS-AGO NAME [LINE]...: a run in the index that began so long ago, with a capture whose current stream has these lines.
run_at() {
    local at stamp
    at=$(date -ud "$1 days ago" +%FT%T.000Z) stamp=$(date -ud "$1 days ago" +%Y%m%dT%H%M%SZ)-$2
    mkdir -p "$CAPTURE_DIR/$stamp"
    stream old directory "$(seal "${@:3}")" "${@:3}"
    mv "$STATE/old.out" "$CAPTURE_DIR/$stamp/current.jsonl"
    jq -nc --arg at "$at" --arg run "$2" --arg capture "$stamp" '{type: "change", begin: $at, run: $run, resource: "User", action: "create", externalId: "e-\($run)", name: $run, outcome: "applied"},
        {type: "run", begin: $at, end: $at, run: $run, status: 0, dryRun: false, capture: $capture, current: {digest: $run}, conclusion: "done"}' >>"$index"
}
