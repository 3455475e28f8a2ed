#!/usr/bin/env bats
# pw-activate-scim-sync: a check before the first run (--check), and the application of a plan that was reviewed (--apply-plan).
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

# --- --check ---

@test "--check asks both services, prints the findings, writes nothing and ends with 0" {
    sync --check
    expect 0 'checked: a run can be made'
    [[ $output == $'ok    ACTIVATE: key accepted\nok    SCIM: token accepted\nok    SCIM: no unmanaged record has the name of a user or group to be created' ]]
    [[ $(sort "$STATE/called" | paste -sd' ') == 'activate-check activate-export scim-apply scim-check scim-confirm scim-diff scim-export' ]]
    [[ $(<"$STATE/activate-export.args") == --ssh-keys=none ]]
    [[ $(<"$STATE/activate-check.args") == --check && $(<"$STATE/scim-check.args") == --check ]]
}

@test "--check ends with the status of the first failure, and shows the findings of both" {
    ends activate-check 77
    ends scim-check 75
    echo 'fail  ACTIVATE: key refused: make a new one' >"$STATE/activate-check.out"
    sync --check
    expect 77 'check failed: activate-check ended with status 77 (denied)'
    [[ $output == *'key refused'*'SCIM: token accepted' ]]
    ends activate-check 0
    sync --check
    expect 75 'check failed: scim-check ended with status 75 (try again later)'
}

@test "--check makes and rehearses a plan, hides its messages, and ends with the status of a setting that is not accepted" {
    echo 'scim-diff: warning: ada@acme.org is skipped' >"$STATE/scim-diff.err"
    ends scim-diff 4
    sync --check
    expect 0 'checked: a run can be made'
    [[ $stderr != *ada@acme.org* ]]
    [[ $(<"$STATE/scim-apply.args") == --dry-run ]]
    cmp "$STATE/scim-apply.in" "$STATE/scim-diff.out"
    ends scim-apply 78
    echo 'scim-apply: SYNC_GROUP_WRITES is "x"' >"$STATE/scim-apply.err"
    sync --check
    expect 78 'check failed: scim-apply ended with status 78 (bad configuration): SYNC_GROUP_WRITES is "x"'
    ends scim-diff 3
    : >"$STATE/scim-diff.out"
    sync --check
    expect 3 'check failed: scim-diff makes no plan (refused); a dry run shows the reason'
    [[ $stderr != *ada@acme.org* ]]
}

@test "--check gives each tool its own credential, keeps no capture and takes no lock" {
    export ACTIVATE_API_KEY=s3cret-activate CW_SCIM_BEARER_TOKEN=s3cret-scim CAPTURE_DIR=$BATS_TEST_TMPDIR/captures
    before scim-check <<<'[[ ! -e $SYNC_LOCK_FILE ]] || touch "$STATE/locked"'
    sync --check
    expect 0
    grep -q s3cret-activate "$STATE/activate-check.env"
    refute grep -q s3cret-scim "$STATE/activate-check.env"
    grep -q s3cret-scim "$STATE/scim-check.env"
    refute grep -q s3cret-activate "$STATE/scim-check.env"
    [[ ! -e $CAPTURE_DIR && ! -e $STATE/locked ]]
}

# --- ACTIVATE_SOURCE ---

@test "ACTIVATE_SOURCE=scim reads the desired side from ACTIVATE's own SCIM service, in every stage" {
    export ACTIVATE_SOURCE=SCIM ACTIVATE_SCIM_BEARER_TOKEN=s3cret-source CW_SCIM_BEARER_TOKEN=s3cret-scim
    before activate-confirm <<<'cat "${@:3}" >"$STATE/confirm.in"'
    sync
    expect 0 'done: '
    [[ $(paste -sd' ' "$STATE/activate-export.args") == --side=desired ]]
    [[ $(paste -sd' ' "$STATE/activate-confirm.args") == '--side=desired --confirm '*/desired.jsonl' '*/current.jsonl ]]
    [[ -z $(tr -d '\n' <"$STATE/scim-export.args") ]]
    cmp "$STATE/confirm.in" <(cat "$STATE/activate-export.out" "$STATE/scim-export.out")
    local stage
    for stage in activate-export activate-confirm; do
        grep -q s3cret-source "$STATE/$stage.env"
        refute grep -q s3cret-scim "$STATE/$stage.env"
    done
    for stage in scim-export scim-diff scim-apply; do refute grep -q s3cret-source "$STATE/$stage.env"; done
    sync --check
    expect 0
    [[ $(paste -sd' ' "$STATE/activate-check.args") == '--side=desired --check' ]]
    ACTIVATE_SOURCE=ldap sync
    expect 78 'ACTIVATE_SOURCE is "ldap"; choose one of rest scim'
}

# --- --apply-plan ---

# reviewed [SEAL [LINE]...]: reviewed.jsonl, a plan that an approver has read.
reviewed() {
    plan "${1:-"{\"create\":1}"}" "${@:2}"
    cp "$STATE/scim-diff.out" reviewed.jsonl
}

@test "--apply-plan applies exactly that file, and reads neither side" {
    reviewed '{"create":1,"unchanged":3}' '{"type":"change","action":"create","id":"c-7"}'
    sync --apply-plan=reviewed.jsonl
    expect 0 'done: 1 created, 0 updated, 0 deactivated, 0 held, 0 failed'
    [[ $(<"$STATE/called") == scim-apply ]]
    cmp reviewed.jsonl "$STATE/scim-apply.in"
    grep -qx SYNC_MAX_PLAN_AGE=3600 "$STATE/scim-apply.env"
    SYNC_MAX_PLAN_AGE=60 sync --apply-plan=reviewed.jsonl
    grep -qx SYNC_MAX_PLAN_AGE=60 "$STATE/scim-apply.env"
}

@test "--apply-plan with a dry run sends nothing: scim-apply gets --dry-run and checks the plan" {
    reviewed '{"create":1}' '{"type":"change","action":"create","id":"c-7"}'
    results '{"planned":1}' '{"type":"outcome","action":"create","outcome":"planned"}'
    DRY_RUN=true sync --apply-plan=reviewed.jsonl
    expect 0 'dry run: would create 1, update 0, deactivate 0, 0 held'
    grep -qx DRY_RUN=true "$STATE/scim-apply.env"
    [[ -z $output ]]
}

@test "the records of a reviewed plan are read before they are written, unless SYNC_VERIFY_BEFORE is false" {
    reviewed '{"create":1}' '{"type":"change","action":"create","id":"c-7"}'
    sync --apply-plan=reviewed.jsonl
    expect 0
    grep -qx SYNC_VERIFY_BEFORE=true "$STATE/scim-apply.env"
    SYNC_VERIFY_BEFORE=false sync --apply-plan=reviewed.jsonl
    grep -qx SYNC_VERIFY_BEFORE=false "$STATE/scim-apply.env"
    sync
    refute grep -q SYNC_VERIFY_BEFORE "$STATE/scim-apply.env"
}

@test "the last line says that a reviewed plan is a part: of edited lines, of --only, or of a shard" {
    reviewed '{"create":1,"resealed":true}' '{"type":"change","action":"create","id":"c-7"}'
    sync --apply-plan=reviewed.jsonl
    expect 0 'done, only the lines of an edited plan: 1 created'
    reviewed '{"create":1,"only":["pw-activate:user:ada","pw-activate:user:ben"]}' '{"type":"change","action":"create","id":"c-7"}'
    sync --apply-plan=reviewed.jsonl
    expect 0 'done, only pw-activate:user:ada, pw-activate:user:ben: 1 created'
    reviewed '{"create":1,"shard":"0/2"}' '{"type":"change","action":"create","id":"c-7"}'
    SYNC_SHARD=1/4 sync --apply-plan=reviewed.jsonl
    expect 0 'done, only the users of shard 0/2: 1 created'
}

@test "the changes of a reviewed plan are counted in any spelling" {
    reviewed '{"create":1}' '{"type":"\u0063hange","action":"create","id":"c-7"}'
    results '{"planned":1}' '{"type":"outcome","action":"create","outcome":"planned"}'
    DRY_RUN=true sync --apply-plan=reviewed.jsonl
    expect 0 'dry run: would create 1, update 0, deactivate 0, 0 held'
}

@test "a plan with held removals is rejected, unless exactly these are approved" {
    local digest
    reviewed '{"deactivate":2,"held":2,"heldDigest":"d1"}' '{"type":"change","action":"deactivate","held":"max-deactivations"}' \
        '{"type":"change","action":"deactivate","held":"max-deactivations"}'
    for digest in '' d2 none; do
        SYNC_APPROVE=$digest sync --apply-plan=reviewed.jsonl
        expect 3 'reviewed.jsonl has 2 held changes (max-deactivations 2). Look at them. To apply exactly these changes, set SYNC_APPROVE=d1, or make a new plan; nothing was changed'
    done
    [[ ! -e $STATE/called ]]
    SYNC_APPROVE=d1 sync --apply-plan=reviewed.jsonl
    expect 0 'done: '
    grep -qx SYNC_APPROVE=d1 "$STATE/scim-apply.env"
    # A held line without a digest cannot be approved.
    reviewed '{"deactivate":1,"held":1}' '{"type":"change","action":"deactivate","held":"max-deactivations"}'
    SYNC_APPROVE=none sync --apply-plan=reviewed.jsonl
    expect 3 '1 held change (max-deactivations 1). Look at it. To apply exactly this change, set SYNC_APPROVE=none'
}

@test "held changes are approved by the digest of all, or by one digest for each limit, in any order" {
    local list
    reviewed '{"deactivate":1,"update":2,"held":3,"heldDigest":"d-all","heldDigests":{"max-deactivations":"d-1","max-takeovers":"d-2"}}' \
        '{"type":"change","action":"deactivate","held":"max-deactivations"}' '{"type":"change","action":"update","held":"max-takeovers"}' \
        '{"type":"change","action":"update","held":"max-takeovers"}'
    for list in d-1 'd-1,d-3' ' ,d-1,'; do
        SYNC_APPROVE=$list sync --apply-plan=reviewed.jsonl
        expect 3 'has 2 held changes (max-takeovers 2). Look at them. To apply exactly these changes, too, add d-2 to SYNC_APPROVE, or make a new plan'
    done
    sync --apply-plan=reviewed.jsonl
    expect 3 'has 3 held changes (max-deactivations 1, max-takeovers 2). Look at them. To apply exactly these changes, set SYNC_APPROVE=d-all, or'
    [[ ! -e $STATE/called ]]
    for list in d-all 'old, d-all' 'd-2,d-1' $' d-1 ,\td-2,'; do
        SYNC_APPROVE=$list sync --apply-plan=reviewed.jsonl
        expect 0 'done: '
    done
}

@test "a plan that scim-apply rejects as too old or damaged ends the run with its status" {
    reviewed
    : >"$STATE/scim-apply.out"
    ends scim-apply 3 'scim-apply: the plan was made 4000 s ago, and --max-age allows 3600; export and plan again'
    sync --apply-plan=reviewed.jsonl
    expect 3 'scim-apply ended with status 3 (refused): the plan was made 4000 s ago, and --max-age allows 3600; export and plan again; nothing was changed'
}

@test "--apply-plan is captured, locked and stopped like a run" {
    reviewed
    before scim-apply <<'HOOK'
flock --nonblock "$SYNC_LOCK_FILE" true || touch "$STATE/locked"
[[ ! -e $STATE/stop ]] || { trap '' TERM && kill -TERM $PPID; } # its first outcome is written
HOOK
    sync --apply-plan=reviewed.jsonl --capture=captures
    expect 0
    [[ -e $STATE/locked ]]
    gzip -d captures/*/*.gz
    cmp captures/*/plan.jsonl reviewed.jsonl
    cmp captures/*/results.jsonl "$STATE/scim-apply.out"
    touch "$STATE/stop"
    sync --apply-plan=reviewed.jsonl
    [[ $status == 143 && $(last_line) == *'stopped by SIGTERM'*'1 change was applied and stands'* ]]
}

@test "options that --apply-plan excludes are rejected before anything starts" {
    reviewed
    sync --apply-plan=missing.jsonl
    expect 64 '--apply-plan names missing.jsonl, which is not a file that can be read'
    sync --apply-plan=reviewed.jsonl --check
    expect 64 '--check and --apply-plan do not go together'
    sync --replay=. --apply-plan=reviewed.jsonl
    expect 64 '--replay and --apply-plan do not go together'
    [[ ! -e $STATE/called ]]
}
