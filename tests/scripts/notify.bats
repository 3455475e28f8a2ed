#!/usr/bin/env bats
# SYNC_NOTIFY_URL and SYNC_NOTIFY_COMMAND: a report when something changed, failed, is held or is unresolved.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() {
    setup_fakes
    cat >"$FAKES/curl" <<'FAKE'
#!/bin/bash
printf '%s\n' "$@" >"$STATE/curl.args"
while (($#)); do
    [[ $1 != --config ]] || cat "$2" >>"$STATE/curl.config"
    [[ $1 != --data-binary ]] || cat "${2#@}" >"$STATE/curl.data"
    shift
done
cat "$STATE/curl.code"
exit "$(cat "$STATE/curl.status")"
FAKE
    chmod +x "$FAKES/curl"
    echo 0 >"$STATE/curl.status"
    echo 200 >"$STATE/curl.code"
    export SYNC_NOTIFY_URL=https://hooks.example.org/s3cret HOSTNAME=host1 RUN_ID=run-7
}

teardown() { nothing_left; }

text() { jq -er .text "$STATE/curl.data"; }
forget() { rm -f "$STATE"/curl.{args,config,data}; }

@test "a run that changed something sends its counts as JSON with a text field, and nothing else" {
    sed -i '1s/"kind"/"org":"acme","kind"/' "$STATE/scim-diff.out"
    sync
    expect 0
    [[ $(jq -r keys[] "$STATE/curl.data") == text ]]
    [[ $(text) == 'pw-activate-scim-sync for acme: changes were made (status 0)'$'\n''1 created; run run-7 on host1, '*' s' ]]
    grep -qx 'Content-Type: application/json' "$STATE/curl.args"
}

@test "a run with nothing to do, a dry run, a check and a replay send nothing" {
    sync -n
    sync --check
    mkdir old
    cp "$STATE/activate-export.out" old/desired.jsonl
    cp "$STATE/scim-export.out" old/current.jsonl
    sync --replay=old
    plan '{"unchanged":9}'
    results '{}'
    sync
    expect 0 'nothing to do'
    [[ ! -e $STATE/curl.data ]]
}

@test "what failed, is held or unresolved is reported with stages and statuses, and without the name in a message" {
    ends scim-export 77 'scim-export: SCIM rejected the token of ada@acme.org'
    sync
    expect 77
    [[ $(text) == *'the run failed (status 77, denied)'*'nothing changed; '*'scim-export ended with status 77'*'The log of the run has the reasons'* && $(text) != *ada* ]]
    ends scim-export 0
    plan '{"create":1,"held":2}' '{"type":"change","action":"deactivate","held":"max-deactivations","userName":"ben@acme.org"}'
    results '{"applied":1,"held":2}' '{"type":"outcome","action":"create","outcome":"applied","resource":"User","userName":"ada@acme.org"}'
    ends scim-diff 3
    ends scim-apply 3
    sync
    expect 3
    [[ $(text) == *'changes are held, or the plan was rejected (status 3'*'1 created, 2 held; '* && $(text) != *@* ]]
    ends scim-diff 4
    ends scim-apply 4
    results '{"unresolved":1,"skipped":1}' '{"type":"outcome","outcome":"skipped","reason":"posix-collision","exitStatus":4,"resource":"User","externalId":"x","userName":"ada@acme.org"}'
    sync
    expect 4
    [[ $(text) == *'access differs until an operator acts (status 4'*'1 unresolved'*'reasons: posix-collision 1'* && $(text) != *ada* ]]
}

@test "SYNC_NOTIFY_NAMES=true adds the last line and the names of applied and held changes" {
    export SYNC_NOTIFY_NAMES=True
    plan '{"create":1,"held":1}' '{"type":"change","action":"deactivate","held":"max-deactivations","userName":"ben@acme.org"}'
    results '{"applied":1,"held":1}' '{"type":"outcome","action":"create","outcome":"applied","resource":"User","userName":"ada@acme.org"}'
    ends scim-diff 3
    sync
    [[ $(text) == *$'\n''done except for held changes: '*$'\n''users created: ada@acme.org'$'\n''held by max-deactivations: ben@acme.org' ]]
    SYNC_NOTIFY_NAMES=perhaps sync
    expect 78 'SYNC_NOTIFY_NAMES is "perhaps"; choose one of true 1 yes'
}

@test "the command gets the same report as standard input, without credentials, and its failure is a warning" {
    export ACTIVATE_API_KEY=s3cret-key CW_SCIM_BEARER_TOKEN=s3cret-token
    export SYNC_NOTIFY_COMMAND='cat >"$STATE/mail"; env >"$STATE/mail.env"; [[ ! -e $STATE/broken ]] || { echo "no route to ops" >&2; exit 5; }'
    sync
    expect 0
    [[ $(<"$STATE/mail") == "$(text)" ]]
    refute grep -q s3cret "$STATE/mail.env"
    touch "$STATE/broken"
    sync
    expect 0 'done: '
    [[ $stderr == *'warning: SYNC_NOTIFY_COMMAND exited with status 5: no route to ops; the run itself is done'* ]]
    unset SYNC_NOTIFY_URL
    forget
    sync
    [[ ! -e $STATE/curl.data ]]
}

@test "the output of a command does not fill TMPDIR, and a process that it leaves does not hold up the run" {
    SYNC_NOTIFY_COMMAND='yes | head -c 9000000; echo "no route"; du -sb "$TMPDIR" >"$STATE/size"; exit 3' sync
    [ "$(cut -f 1 "$STATE/size")" -lt 1000000 ]
    [[ $stderr == *'SYNC_NOTIFY_COMMAND exited with status 3: no route; '* ]]
    SECONDS=0
    SYNC_NOTIFY_COMMAND='sleep 8 & exit 5' sync
    ((SECONDS < 6))
    [[ $stderr == *'SYNC_NOTIFY_COMMAND exited with status 5: '* ]]
}

@test "a command that does not end is stopped" {
    unset SYNC_NOTIFY_URL
    printf '#!/bin/bash\nshift\n[[ $1 == 30 ]] || exit 99\nexec /usr/bin/timeout --kill-after=1 1 "${@:2}"\n' >"$FAKES/timeout"
    chmod +x "$FAKES/timeout"
    SYNC_NOTIFY_COMMAND='sleep 60' sync
    expect 0 'done: '
    [[ $stderr == *'warning: SYNC_NOTIFY_COMMAND exited with status 124: '* ]]
}

@test "a report that cannot be sent is a warning that does not show the URL; no tool gets the settings" {
    echo 22 >"$STATE/curl.status"
    SYNC_NOTIFY_COMMAND=true LOG_LEVEL=debug sync
    expect 0 'done: '
    [[ $stderr == *'warning: SYNC_NOTIFY_URL request failed (curl exit status 22)'* && $stderr$output != *s3cret* ]]
    refute grep -q s3cret "$STATE/curl.args"
    [[ $(<"$STATE/curl.config") == 'url = "https://hooks.example.org/s3cret"' ]]
    refute grep -q SYNC_NOTIFY "$STATE"/*.env
    local option
    for option in --max-time --connect-timeout --max-redirs; do grep -qx -- "$option" "$STATE/curl.args"; done
    refute grep -q -- --location "$STATE/curl.args"
}

@test "an answer that redirects is a warning, because the report did not arrive" {
    echo 302 >"$STATE/curl.code"
    sync
    expect 0 'done: '
    [[ $stderr == *'warning: SYNC_NOTIFY_URL request failed: HTTP 302, and no redirect is followed; give the final address; the run itself is done'* ]]
}

@test "the metrics are written before the report is sent" {
    unset SYNC_NOTIFY_URL
    METRICS_FILE=$BATS_TEST_TMPDIR/metrics SYNC_NOTIFY_COMMAND='cp "$METRICS_FILE" "$STATE/metrics"' sync
    expect 0 'done: '
    grep -q '^pw_scim_sync_last_run_status 0$' "$STATE/metrics"
}

@test "SYNC_NOTIFY_URL is https, or http on loopback; a .env cannot set the command, and --env-file can" {
    SYNC_NOTIFY_URL=http://hooks.example.org/s3cret sync
    expect 78 'SYNC_NOTIFY_URL is not an https:// address'
    [[ ! -e $STATE/called && ! -e $STATE/curl.data ]]
    SYNC_NOTIFY_URL=http://127.0.0.1:9/x sync
    expect 0
    unset SYNC_NOTIFY_URL
    (umask 077 && echo "SYNC_NOTIFY_COMMAND=touch $STATE/ran" >.env)
    sync
    expect 78 '.env:1: SYNC_NOTIFY_COMMAND is a program to run, so a .env cannot set it'
    [[ ! -e $STATE/ran ]]
    sync --env-file=.env
    expect 0
    [[ -e $STATE/ran ]]
}

@test "a run that a signal stopped sends nothing" {
    before scim-apply <<<'trap "" TERM; kill -TERM $PPID'
    sync
    expect 143
    [[ ! -e $STATE/curl.data ]]
}

@test "changes that jq cannot count are reported with the number in the seal of scim-apply" {
    fail_jq 'tally('
    results '{"applied":8,"failed":0}' '{"type":"outcome","action":"create","outcome":"applied"}'
    SYNC_NOTIFY_COMMAND="cat >'$STATE/notice'" sync
    expect 0 'done: 8 changed, 0 held, 0 failed'
    [[ $stderr == *'warning: the applied changes cannot be counted by action and named: grep or jq ended with status 137'* ]]
    grep -q '8 changed' "$STATE/notice"
    ends scim-apply 69
    sync
    expect 69 '8 changes were applied and stand'
    cut_short scim-apply
    sync
    expect 69 'the results list the changes that were made'
}
