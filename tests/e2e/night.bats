#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# A bad night: ten faults, each with a real run. The last line of the run has the cause, and the metrics of that run, if they stay so,
# make the alert fire that an operator needs.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true # the last test reads what the others have written
    export FAULTS=$BATS_FILE_TMPDIR/faults
    mkdir -p "$FAULTS"
}

setup() {
    fixture_once --users 20 --groups 3
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
    export METRICS_FILE=$PWD/sync.prom TMPDIR=$BATS_TEST_TMPDIR/tmp LOG_LEVEL=warning
    # The same messages without the pauses before requests are sent again.
    mkdir bin tmp
    for tool in activate-export scim-export scim-apply; do
        # shellcheck disable=SC2016 # the dollar is the wrapper's
        printf '#!/bin/bash\nexec "%s" "$@" --retry-budget=0\n' "$BIN/$tool" >"bin/$tool"
    done
    ln -s "$BIN/scim-diff" bin/
    chmod +x bin/*
    night
    [ "$status" -eq 0 ]
}

teardown() { stop_all; }

# night [NAME=VALUE]...: one run.
night() { run --separate-stderr env "$@" "$SCRIPTS/pw-activate-scim-sync" --bin=bin; }

# shows STATUS CAUSE ALERT...: the last run ended with STATUS, its last line has CAUSE, and with its metrics these alerts fire. The alert
# PwScimSyncNoCompleteRun, for a run that was not complete, is not among them.
shows() {
    local wanted=$1 cause=$2 name=fault-$BATS_TEST_NUMBER
    shift 2
    [[ $status == "$wanted" && ${stderr_lines[-1]} == *"$cause"* ]] || {
        printf 'status %s\n%s\n' "$status" "$stderr"
        return 1
    }
    series "$name" <sync.prom >>"$FAULTS/series"
    [[ $wanted == [0234] ]] || set -- "$@" PwScimSyncNoCompleteRun
    printf "          - {labels: '{coreweave_org=\"$name\", alertname=\"%s\"}', value: 1}\n" "$@" >>"$FAULTS/alerts"
}

# series NAME: the metrics on standard input as series of three hours. The end of each new run is a time that advances.
series() {
    local line value fresh=0x180
    while read -r line; do
        [[ $line != \#* ]] || continue
        value=${line##* }
        [[ $line != *_last_run_timestamp_seconds* || -n ${stale:-} ]] || fresh=0+60x180
        case $line in
            *_last_run_timestamp_seconds*) value=$fresh ;;
            *_last_sealed_run_timestamp_seconds*) [[ $wanted == [0234] && $fresh != 0x180 ]] && value=0+60x180 || value=0x180 ;;
            *) value+=x180 ;;
        esac
        line=${line% *}
        # shellcheck disable=SC2001 # a class that does not end at the first quote
        printf "      - {series: '%s', values: '%s'}\n" "$(sed "s/coreweave_org=\"[^\"]*\"/coreweave_org=\"$1\"/" <<<"$line")" "$value"
    done
}

@test "1: the token is not valid" {
    night ACTIVATE_API_KEY="${ACTIVATE_API_KEY%?}x"
    shows 77 ACTIVATE_API_KEY PwScimSyncDenied
}

@test "2: the certificate of the service has expired" {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out csr.pem -subj /CN=127.0.0.1 2>/dev/null
    openssl x509 -req -in csr.pem -signkey key.pem -days -1 -extfile <(echo subjectAltName=IP:127.0.0.1) -out cert.pem 2>/dev/null
    start_scimpatch --tls key.pem cert.pem
    night CW_SCIM_BASE_URL="${CW_SCIM_BASE_URL/#*:\/\//https:\/\/}" SYNC_CA_FILE="$PWD/cert.pem"
    shows 69 'certificate has expired' PwScimSyncRejected
}

@test "3: ACTIVATE answers with 500" {
    sandbox POST /faults '{"match":"GET /api/","status":500}'
    night
    shows 75 'HTTP 500' PwScimSyncUnavailable
}

@test "4: a list changes while it is read" {
    sandbox POST /faults '{"surprise":"row-missing"}'
    night
    shows 75 'totalResults is 19, but 18 different records came' PwScimSyncUnavailable
}

@test "5: a limit holds removals" {
    leaver=$(sandbox GET /scim | jq -c '[.Users[] | select(.active) | .externalId | strings | ltrimstr("pw-activate:user:")]')
    leaver=$(sandbox GET /activate | jq -r --argjson ids "$leaver" '[.users[] | select(.id | IN($ids[]))][0].username | @uri')
    sandbox DELETE "/activate/users/$leaver" >/dev/null
    night SYNC_MAX_DEACTIVATIONS=0
    shows 3 '3 held' PwScimSyncHeld
}

@test "6a: the disk of TMPDIR is full" {
    unshare -rm true 2>/dev/null || skip 'this machine does not let a test mount a file system of its own'
    rm bin/scim-diff
    # shellcheck disable=SC2016 # the dollars are the wrapper's
    printf '#!/bin/bash\nhead -c 2M /dev/zero >"$TMPDIR/filler"\nexec "%s" "$@"\n' "$BIN/scim-diff" >bin/scim-diff
    chmod +x bin/scim-diff
    # shellcheck disable=SC2016 # the dollars are those of the shell in the namespace
    run --separate-stderr unshare -rm bash -c 'mount -t tmpfs -o size=1m none "$TMPDIR" && exec "$@"' bash "$SCRIPTS/pw-activate-scim-sync" --bin=bin
    shows 74 "(its output is $TMPDIR/pw-activate-scim-sync." PwScimSyncDisk
}

@test "6b: the disk of CAPTURE_DIR is full" {
    night CAPTURE_DIR=/dev/full
    [[ $stderr == *'warning: cannot write to the capture directory /dev/full; '* ]]
    shows 0 'done: ' PwScimSyncCaptureFailed
}

@test "7: the name of the service is not resolved" {
    night CW_SCIM_BASE_URL=https://no-such-host.invalid/scim/v2 HTTPS_PROXY= https_proxy=
    shows 75 'no-such-host.invalid' PwScimSyncUnavailable
}

@test "8: a run hangs and holds the lock, so that the next one does nothing" {
    exec {held}>"$SYNC_LOCK_FILE"
    flock "$held"
    night
    stale=true
    shows 75 'another run holds the lock' PwScimSyncNoRun
}

@test "9: the credential is of another organization" {
    night ACTIVATE_ORG_NAME=globex
    shows 78 'globex' PwScimSyncMisconfigured
}

@test "10: a variable is misspelt" {
    sandbox DELETE /requests
    for variable in SYNC_MAX_DEACTIVATION=1 DRYRUN=true ACTIVATE_SYNC_GROUP=hpc; do
        night "$variable"
        [[ $status == 78 && ${stderr_lines[-1]} == *"${variable%%=*} is not a variable of this program; did you mean "* ]]
    done
    [ "$(sandbox GET /requests | jq .total)" -eq 0 ]
    shows 78 'did you mean ACTIVATE_SYNC_GROUPS' PwScimSyncMisconfigured
}

@test "each fault makes its alert fire, and no other" {
    type -P promtool >/dev/null || skip 'promtool is missing: apt-get install --no-install-recommends prometheus'
    cp "$SOURCE_DIR/k8s/monitoring/alerts.yaml" .
    {
        printf '%s\n' 'rule_files: [alerts.yaml]' 'evaluation_interval: 1m' 'tests:' '  - interval: 1m' '    input_series:'
        cat "$FAULTS/series"
        printf '%s\n' '    promql_expr_test:' '      - expr: count by (coreweave_org, alertname) (ALERTS{alertstate="firing"})' '        eval_time: 150m' '        exp_samples:'
        cat "$FAULTS/alerts"
    } >night.test.yaml
    (($(wc -l <"$FAULTS/alerts") > 15))
    promtool test rules night.test.yaml
}
