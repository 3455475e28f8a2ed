#!/usr/bin/env bats
# pw-activate-scim-sync: METRICS_FILE and PUSHGATEWAY_URL.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() {
    setup_fakes
    mkdir metrics
    export METRICS_FILE=$PWD/metrics/sync.prom
}

teardown() { nothing_left; }

# value SAMPLE: name and labels of a metric without its prefix, as in the file.
value() { grep -v '^#' "$METRICS_FILE" | grep -F "pw_scim_sync_$1 " | sed 's/.* //'; }

# well_formed: Prometheus can read the file: help and type before the samples of each metric, no sample twice, and a newline.
well_formed() {
    [[ -z $(tail -c 1 "$METRICS_FILE") ]]
    refute grep -vE '^# (HELP pw_scim_sync_[a-z_]+ [^\\]+|TYPE pw_scim_sync_[a-z_]+ gauge)$|^pw_scim_sync_[a-z_]+(\{[a-z_]+="([^"\\]|\\["\\n])*"(,[a-z_]+="([^"\\]|\\["\\n])*")*\})? [0-9]+(\.[0-9]+)?$' "$METRICS_FILE"
    [[ -z $(grep -v '^#' "$METRICS_FILE" | sed 's/ [^ ]*$//' | sort | uniq -d) ]]
    awk '/^# HELP/ { if (seen[$3]++) exit 1 } /^# TYPE/ { typed[$3] = 1; last = $3 } /^[^#]/ { sub(/[{ ].*/, ""); if ($0 != last || !typed[$0]) exit 1 }' "$METRICS_FILE"
}

@test "a clean run writes complete figures that all may read, and no other file" {
    plan '{"create":3,"deactivate":1,"skipped":2,"unchanged":194}' '{"type":"skip","reason":"user-name-taken"}' '{"type":"skip","reason":"not \"an\" address\\"}'
    results '{"applied":2,"skipped":1,"requests":12,"retries":4}' '{"type":"outcome","action":"create","outcome":"applied"}' \
        '{"type":"outcome","action":"deactivate","outcome":"applied"}' '{"type":"outcome","action":"update","outcome":"skipped","reason":"moved","detail":"\"active\" is false"}'
    sync
    expect 0
    well_formed
    [[ $(stat -c %a "$METRICS_FILE") == 644 && $(ls metrics) == sync.prom ]]
    [[ $(value last_run_status) == 0 && $(value last_run_dry_run) == 0 ]]
    (($(date +%s) - $(value last_run_timestamp_seconds) < 60))
    [[ $(value last_sealed_run_timestamp_seconds) == "$(value last_run_timestamp_seconds)" ]]
    [[ $(value 'changes{action="create"}') == 1 && $(value 'changes{action="deactivate"}') == 1 && $(value 'changes{action="update"}') == 0 ]]
    [[ $(value 'skipped{reason="user-name-taken"}') == 1 && $(value 'skipped{reason="moved"}') == 1 ]]
    [[ $(value 'skipped{reason="not \"an\" address\\"}') == 1 ]]
    [[ $(value 'requests{stage="scim-apply"}') == 12 && $(value 'retries{stage="scim-apply"}') == 4 ]]
    [[ $(value 'records{side="desired",kind="users"}') == 1 && $(value unchanged) == 194 && $(value failed) == 0 ]]
    [[ $(value 'held_by_limit{limit="missing-group"}') == 0 && $(value 'dropped{change="removal"}') == 0 && $(value unresolved_records) == 0 && $(value unused_approvals) == 0 ]]
    [[ $(value 'stage_status{stage="scim-diff"}') == 0 && $(value 'stage_duration_seconds{stage="scim-diff"}') =~ ^[0-9.]+$ ]]
}

@test "a run that failed writes its status and the time of the last complete run" {
    sync
    sed -i 's/^\(pw_scim_sync_last_sealed_run_timestamp_seconds\) .*/\1 1700000000/' "$METRICS_FILE"
    ends scim-export 77
    sync
    expect 77
    well_formed
    [[ $(value last_run_status) == 77 && $(value last_sealed_run_timestamp_seconds) == 1700000000 ]]
    [[ $(value 'stage_status{stage="scim-export"}') == 77 && -z $(value held) && -z $(value 'held_by_limit{limit="missing-group"}') ]]
    (($(date +%s) - $(value last_run_timestamp_seconds) < 60))
    TMPDIR=/proc sync
    expect 74
    TMPDIR=/nowhere sync
    expect 74
    [[ $(value last_run_status) == 74 && $(value last_sealed_run_timestamp_seconds) == 1700000000 ]]
    DRY_RUN=maybe sync
    expect 78
    [[ $(value last_run_status) == 78 && $(value last_sealed_run_timestamp_seconds) == 1700000000 ]]
    ends scim-export 0
    ends scim-diff 3
    sync
    expect 3
    [[ $(value last_run_status) == 3 && $(value last_sealed_run_timestamp_seconds) != 1700000000 ]]
}

@test "a run that was stopped reports the changes that were made until then" {
    before scim-apply <<<'trap "" TERM; kill -TERM $PPID' # its first outcome is written
    sync
    [[ $status == 143 ]]
    well_formed
    [[ $(value last_run_status) == 143 && $(value 'changes{action="create"}') == 1 && -z $(value last_sealed_run_timestamp_seconds) ]]
}

@test "a dry run reports what it would do, and does not count as a complete run" {
    plan '{"create":1,"deactivate":2,"held":2}' '{"type":"change","action":"create"}' '{"type":"change","action":"deactivate","held":"max-deactivations"}' \
        '{"type":"change","action":"deactivate","held":"max-deactivations"}'
    sync -n
    well_formed
    [[ $(value last_run_dry_run) == 1 && $(value 'changes{action="create"}') == 1 && $(value 'changes{action="deactivate"}') == 0 && $(value held) == 2 ]]
    [[ -z $(value last_sealed_run_timestamp_seconds) ]]
}

@test "unresolved records are counted by reason, acknowledged ones as a number, and the run counts as complete" {
    plan '{"skipped":4,"unresolved":3,"acknowledged":1}' \
        '{"type":"change","action":"update","resource":"User","externalId":"u0","withheld":"bad-name","exitStatus":4}' \
        '{"type":"skip","resource":"User","externalId":"u1","reason":"posix-collision","exitStatus":4}' \
        '{"type":"skip","resource":"User","externalId":"u2","reason":"posix-collision","exitStatus":4}' \
        '{"type":"skip","resource":"User","externalId":"u3","reason":"posix-collision","exitStatus":0,"acknowledged":true}' \
        '{"type":"skip","resource":"User","externalId":"u4","reason":"not-confirmed","exitStatus":2}'
    results '{"failed":1,"unresolved":1}' \
        '{"type":"outcome","resource":"User","externalId":"u5","outcome":"failed","reason":"did-not-take","exitStatus":4}' \
        '{"type":"outcome","resource":"User","externalId":"u6","outcome":"failed","reason":"no-answer","exitStatus":2}'
    sed -i 's/"groups":0}/"groups":0,"unresolved":3,"unreadable":1}/' "$STATE/activate-export.out"
    ends scim-diff 4
    sync
    expect 4
    well_formed
    [[ $(value last_run_status) == 4 && $(value acknowledged) == 1 && $(value unresolved_records) == 7 ]]
    [[ $(value 'unresolved{reason="posix-collision"}') == 2 && $(value 'unresolved{reason="bad-name"}') == 1 ]]
    [[ $(value 'unresolved{reason="did-not-take"}') == 1 && $(value 'unresolved{reason="keys-not-found"}') == 2 ]]
    [[ $(value 'unresolved{reason="keys-unreadable"}') == 1 ]]
    [[ $(grep -c '^pw_scim_sync_unresolved{' "$METRICS_FILE") == 5 ]]
    [[ $(value last_sealed_run_timestamp_seconds) == "$(value last_run_timestamp_seconds)" ]]
    plan '{}'
    results '{}'
    ends scim-diff 0
    sed -i 's/,"unresolved":3,"unreadable":1}/}/' "$STATE/activate-export.out"
    sync
    [[ $(value acknowledged) == 0 && $(value unresolved_records) == 0 ]]
    refute grep -q "^pw_scim_sync_unresolved{" "$METRICS_FILE"
}

@test "a share of the users and a reviewed plan do not count as complete runs" {
    sync
    sed -i 's/^\(pw_scim_sync_last_sealed_run_timestamp_seconds\) .*/\1 1700000000/' "$METRICS_FILE"
    SYNC_SHARD=1/4 sync
    expect 0
    [[ $(value last_run_status) == 0 && $(value last_sealed_run_timestamp_seconds) == 1700000000 ]]
    sync --apply-plan="$STATE/scim-diff.out"
    expect 0
    [[ $(value last_run_status) == 0 && $(value last_sealed_run_timestamp_seconds) == 1700000000 ]]
    SYNC_SHARD=1/4 sync --apply-plan="$STATE/scim-diff.out"
    [[ $(last_line) != *shard* ]]
}

@test "a replay, a check, --help and a run that found another run leave the figures unchanged" {
    mkdir old
    cp "$STATE/activate-export.out" old/desired.jsonl
    cp "$STATE/scim-export.out" old/current.jsonl
    sync --replay=old
    sync --check
    sync --help
    exec {held}>"$BATS_TEST_TMPDIR/lock"
    flock "$held"
    SYNC_LOCK_FILE=$BATS_TEST_TMPDIR/lock sync
    expect 75 'another run holds the lock'
    [[ -z $(ls metrics) ]]
}

@test "a file with contents of another program is not replaced: the run ends with 78, and after an earlier error too" {
    printf 'ACTIVATE_ORG_NAME=acme\n' >settings.env
    METRICS_FILE=settings.env sync
    expect 78 'METRICS_FILE is settings.env, which has contents of another program; give a path that nothing else uses'
    METRICS_FILE=settings.env DRY_RUN=maybe sync
    expect 78 'DRY_RUN is'
    [[ $(<settings.env) == ACTIVATE_ORG_NAME=acme && ! -e $STATE/called ]]
    : >empty
    METRICS_FILE=empty sync
    expect 0
    METRICS_FILE=empty sync
    expect 0
    grep -q '^pw_scim_sync_last_run_status' empty
}

@test "figures that cannot be written are a warning" {
    METRICS_FILE=$PWD/no/such/folder/x.prom sync
    expect 0 'done: '
    [[ $stderr == *'warning: cannot write the metrics to '*/no/such/folder/x.prom* ]]
}

@test "PUSHGATEWAY_URL gets the same figures by POST, not in argv; without an answer there is a warning" {
    cat >"$FAKES/curl" <<'FAKE'
#!/bin/bash
printf '%s\n' "$@" >"$STATE/curl.args"
while (($#)); do
    [[ $1 != --config ]] || cat "$2" >"$STATE/curl.config"
    [[ $1 != --data-binary ]] || cat "${2#@}" >"$STATE/curl.body"
    shift
done
exit "$(cat "$STATE/curl.status")"
FAKE
    chmod +x "$FAKES/curl"
    echo 0 >"$STATE/curl.status"
    export PUSHGATEWAY_URL=https://u:s3cret@push.example.org/metrics/job/sync
    ends scim-export 77
    sync
    expect 77
    [[ $(cat "$STATE/curl.config") == 'url = "https://u:s3cret@push.example.org/metrics/job/sync"' ]]
    cmp "$STATE/curl.body" "$METRICS_FILE"
    refute grep -q s3cret "$STATE/curl.args"
    refute grep -q s3cret "$STATE"/*.env
    unset METRICS_FILE
    echo 22 >"$STATE/curl.status"
    ends scim-export 0
    sync
    expect 0 'done: '
    [[ $stderr == *'warning: PUSHGATEWAY_URL request failed (curl exit status 22)'* && $stderr != *s3cret* ]]
    grep -q '^pw_scim_sync_last_run_status 0$' "$STATE/curl.body"
    echo 0 >"$STATE/curl.status"
    PUSHGATEWAY_URL=http://pushgateway.monitoring:9091/metrics/job/sync sync
    expect 0
    grep -q '^url = "http://pushgateway.monitoring:9091/metrics/job/sync"$' "$STATE/curl.config"
    local url
    for url in http://u:s3cret@push.example.org/ ftp://push.example.org/ push.example.org $'https://x/\noutput = "/tmp/x"'; do
        PUSHGATEWAY_URL=$url sync
        expect 78 'PUSHGATEWAY_URL is not an https:// address'
        [[ $stderr != *s3cret* ]]
    done
}

@test "each metric has the organizations of the configuration as labels, also if the run fails before it knows a service" {
    CW_SCIM_BASE_URL=' https://api.coreweave.com/scim/acme-1/ ' ACTIVATE_ORG_NAME=acme sync
    expect 0
    well_formed
    refute grep -vE '^#|\{coreweave_org="acme-1",activate_org="acme"[,}]' "$METRICS_FILE"
    CW_SCIM_BASE_URL=https://api.coreweave.com/scim/acme-1 ACTIVATE_ORG_NAME=acme SYNC_MAX_RUN_SECONDS=x sync
    expect 78
    [[ $(value 'last_run_status{coreweave_org="acme-1",activate_org="acme"}') == 78 ]]
    [[ -n $(value 'last_sealed_run_timestamp_seconds{coreweave_org="acme-1",activate_org="acme"}') ]]
    CW_SCIM_ORG_USERID=acme-1 sync
    [[ $(value 'last_run_status{coreweave_org="acme-1"}') == 0 ]]
    CW_SCIM_BASE_URL=https://user:s3cret@scim.example.org sync
    refute grep s3cret "$METRICS_FILE"
}

@test "a credential in the variable of an organization is in no label, no message and no name of a lock file" {
    local token=cwtok_s3cretS3cret
    unset SYNC_LOCK_FILE
    before scim-export <<<'ls /run/lock /var/tmp /tmp "$TMPDIR" >"$STATE/names" 2>/dev/null'
    export CW_SCIM_BASE_URL=$token CW_SCIM_BEARER_TOKEN=https://api.coreweave.com/scim/acme
    sync
    CW_SCIM_BASE_URL="https://api.coreweave.com/scim/acme?token=$token" ACTIVATE_ORG_NAME=pwt_YWJj.s3cretS3cret sync
    [[ -s $STATE/names && -s $METRICS_FILE ]]
    [[ $stderr != *s3cret* ]]
    refute grep -i s3cret "$METRICS_FILE" "$STATE/names"
    unset CW_SCIM_BEARER_TOKEN
    CW_SCIM_BASE_URL=https://api.coreweave.com/scim/acme sync
    [[ $stderr != *s3cret* ]]
}

@test "the time of the last complete run is taken from a file without labels, and not from one of another organization" {
    ends scim-export 77
    echo 'pw_scim_sync_last_sealed_run_timestamp_seconds 1700000000' >"$METRICS_FILE"
    CW_SCIM_ORG_USERID=acme sync
    CW_SCIM_ORG_USERID=acme ACTIVATE_ORG_NAME=acme sync
    [[ $(value 'last_sealed_run_timestamp_seconds{coreweave_org="acme",activate_org="acme"}') == 1700000000 && $stderr != *METRICS_FILE* ]]
    CW_SCIM_ORG_USERID=globex sync
    [[ $stderr == *"warning: METRICS_FILE $METRICS_FILE had the metrics of the organization acme, and now has those of globex; give each organization a file of its own"* ]]
    [[ -z $(value 'last_sealed_run_timestamp_seconds{coreweave_org="globex"}') ]]
}

@test "held changes are counted by limit, and digests in SYNC_APPROVE that approve nothing are counted" {
    plan '{"held":3,"approved":["0123"]}' '{"type":"change","action":"update","held":"missing-group"}' '{"type":"change","action":"update","held":"missing-group"}' \
        '{"type":"change","action":"deactivate","held":"max-deactivations"}'
    ends scim-diff 3
    SYNC_APPROVE='0123, 4567' sync
    expect 3
    well_formed
    [[ $(value 'held_by_limit{limit="missing-group"}') == 2 && $(value 'held_by_limit{limit="max-deactivations"}') == 1 && $(value unused_approvals) == 1 ]]
}

@test "the metrics are those that scim-metrics(7) describes, and README names no other" {
    grep -oE 'metric\("[a-z_]+"' "$SCRIPTS/pw-activate-scim-sync.d/metrics.jq" | sed 's/.*"\(.*\)"/\1/' | sort >written
    sed -n 's/^\.It Li \([a-z_]*\).*/\1/p' "$SOURCE_DIR/tools/scim-metrics.7" | sort >described
    (($(wc -l <written) > 15))
    diff -u written described
}

@test "a METRICS_FILE that is a directory, a pipe or a link to one ends the run before anything is sent, and stays" {
    local name
    for name in 'ln -s .' mkdir mkfifo; do
        $name special
        METRICS_FILE=special sync
        expect 78 'METRICS_FILE is special, which is a device, a pipe or a directory; give the path of a file, which each run replaces'
        [[ ! -e $STATE/called && ! -f special || -L special ]]
        METRICS_FILE=special LOG_LEVEL=odd sync # an error that is found before
        expect 78 'LOG_LEVEL'
        [[ ! -f special || -L special ]]
        rm -rf special
    done
}
