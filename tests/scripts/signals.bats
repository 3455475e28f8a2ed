#!/usr/bin/env bats
# pw-activate-scim-sync: signals, and one run at a time.
# shellcheck disable=SC2154,SC2034,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() {
    nothing_left
    still_running
}

# Fails if a fake still runs.
still_running() {
    local left
    left=$(pgrep --full --list-full "^/bin/bash $FAKES/") || return 0
    echo "still running: $left"
    pkill -KILL --full "^/bin/bash $FAKES/"
    return 1
}

# A fake that reports its begin, waits, and on TERM reports that and ends by it.
lingering='trap "touch \"\$STATE/\$name.told\"; [[ -z \$! ]] || kill \$!; trap - TERM; kill -TERM \$\$" TERM
sleep 30 &
touch "$STATE/$name.begun"
wait $!'

# launch COMMAND...: in the background, its output in files; sets job.
launch() {
    touch "$STATE/out" "$STATE/words" # a signal can end the job before it opens its files
    "$@" >"$STATE/out" 2>"$STATE/words" 3>&- &
    job=$!
}

# ended: waits for the job; sets status and stderr as run does.
ended() {
    status=0
    wait "$job" || status=$?
    stderr=$(<"$STATE/words")
    output=$(<"$STATE/out")
    mapfile -t stderr_lines <"$STATE/words"
}

@test "TERM during the exports reaches both, and nothing is changed" {
    before activate-export <<<"$lingering"
    before scim-export <<<"$lingering"
    launch "$SYNC"
    wait_for "$STATE/activate-export.begun"
    wait_for "$STATE/scim-export.begun"
    SECONDS=0
    kill -TERM "$job"
    ended
    expect 143 'stopped by SIGTERM while activate-export and scim-export ran; nothing was changed'
    [[ -e $STATE/activate-export.told && -e $STATE/scim-export.told ]]
    refute called scim-diff
    ((SECONDS < 15)) # not the 20 s of its grace
}

@test "TERM during the planning stops it" {
    before scim-diff <<<"$lingering"
    launch "$SYNC"
    wait_for "$STATE/scim-diff.begun"
    kill -TERM "$job"
    ended
    expect 143 'stopped by SIGTERM while scim-diff ran; nothing was changed'
    refute called scim-apply
}

@test "TERM during the apply lets it write its outcomes, and they are counted and captured" {
    before scim-apply <<'HOOK'
sleep 30 &
trap 'sed "\$d" "$STATE/scim-apply.out"; echo "{\"type\":\"end\",\"applied\":1,\"failed\":0,\"skipped\":0,\"held\":0}"; kill $!; touch "$STATE/told"; trap - TERM; kill -TERM $$' TERM
touch "$STATE/begun"
wait $!
HOOK
    launch env CAPTURE_DIR="$BATS_TEST_TMPDIR/captures" "$SYNC"
    wait_for "$STATE/begun"
    kill -TERM "$job"
    ended
    expect 143 'stopped by SIGTERM while scim-apply ran; 1 change was applied and stands; the next run continues from there'
    [[ -e $STATE/told ]]
    grep -q '"type":"end"' "$BATS_TEST_TMPDIR"/captures/*/results.jsonl
    jq -e '.status == 143' "$BATS_TEST_TMPDIR"/captures/*/run.json
}

@test "INT ends the run with 130 and HUP with 129" {
    before scim-diff <<<"$lingering"
    # A background job of a script ignores INT, unless it has its own job control.
    launch setsid bash -c 'trap - INT; exec "$0"' "$SYNC"
    wait_for "$STATE/scim-diff.begun"
    kill -HUP "$job"
    ended
    expect 129 'stopped by SIGHUP while scim-diff ran; nothing was changed'
    rm "$STATE/scim-diff.begun"
    set -m
    launch "$SYNC"
    set +m
    wait_for "$STATE/scim-diff.begun"
    kill -INT "$job"
    ended
    expect 130 'stopped by SIGINT while scim-diff ran; nothing was changed'
}

@test "a tool that does not stop is killed after the grace period" {
    before scim-export <<<'trap "" TERM; touch "$STATE/begun"; exec sleep 30'
    launch env SYNC_GRACE_SECONDS=1 "$SYNC"
    wait_for "$STATE/begun"
    SECONDS=0
    kill -TERM "$job"
    ended
    expect 143 'scim-export ran, and had to be killed after 1 s; nothing was changed'
    [[ ${stderr_lines[*]} != *Killed* ]] # no line of bash about the killed process; activate-export may print its own
    ((SECONDS < 15))
    SYNC_GRACE_SECONDS=soon sync
    expect 78 'SYNC_GRACE_SECONDS is "soon"'
}

@test "as PID 1 it stops on TERM, too" {
    unshare --pid --fork --kill-child true 2>/dev/null || skip 'no PID namespaces here'
    before scim-apply <<<"$lingering"
    launch unshare --pid --fork --kill-child bash -c 'echo $$ >"$STATE/pid"; exec "$0"' "$SYNC"
    wait_for "$STATE/scim-apply.begun"
    [[ $(<"$STATE/pid") == 1 ]]
    SECONDS=0
    pkill -TERM --parent "$job" # unshare's child is the PID 1
    ended
    [[ $status == 143 ]]
    [[ $(last_line) == *'stopped by SIGTERM while scim-apply ran'* ]]
    [[ -e $STATE/scim-apply.told ]]
    ((SECONDS < 15)) # not the 20 s of its grace
}

@test "in a session of its own only the run gets the signal, and it passes it on" {
    before scim-apply <<<"$lingering"
    launch setsid --wait "$SYNC"
    wait_for "$STATE/scim-apply.begun"
    pkill -TERM --parent "$job" || kill -TERM "$job"
    ended
    [[ $status == 143 && -e $STATE/scim-apply.told ]]
}

# Between its fork and the reset of its traps, a child of the script that gets a signal runs the trap of the run.
@test "a forked process does not end the run of its parent: no metrics, no report, and the lock stays" {
    run bash -c 'source "$0.d/finish.bash"
        for step in stop_progress stop_timer stop_children write_metrics notify remove_lock; do eval "$step() { echo $step; }"; done
        tmp= measured=true METRICS_FILE=m conclusion=x conclusion_level=info
        (trap finish EXIT; exit 143)' "$SYNC"
    [[ $status == 143 && -z $output ]]
}

@test "TERM at any moment leaves no files and processes" {
    local step start=${EPOCHREALTIME/./} whole
    before activate-export <<<'sleep 0.05'
    sync
    whole=$((${EPOCHREALTIME/./} - start)) # on this machine, at this moment
    for step in {0..19}; do
        launch "$SYNC"
        sleep "$((step * whole / 20))e-6"
        kill -TERM "$job" 2>/dev/null || true
        ended
        [[ $status == 143 || $status == 0 ]] || {
            echo "status $status after $step of 20 parts of $whole us: $stderr"
            return 1
        }
        # If TERM arrives before the shell has read its trap, it removes nothing, and it has made nothing yet.
        nothing_left
        still_running
    done
}

@test "a run longer than SYNC_MAX_RUN_SECONDS is stopped, reports its changes, and ends with 75" {
    local shard
    before scim-apply <<<'head -n 2 "$STATE/scim-apply.out"; for i in {1..500}; do sleep 0.02; done'
    cut_short scim-apply
    SYNC_MAX_RUN_SECONDS=6 METRICS_FILE=$PWD/metrics sync # on a busy machine, the stages before take seconds
    expect 75 'stopped after 6 s (SYNC_MAX_RUN_SECONDS) while scim-apply ran; at least 1 change was applied'
    grep -qx 'pw_scim_sync_last_run_status 75' metrics
    [[ ! -e $SYNC_LOCK_FILE ]]
    for shard in 0 -1 1.5 '' many 1000000; do
        SYNC_MAX_RUN_SECONDS=$shard sync --dry-run
        [[ -z $shard ]] || expect 78 "SYNC_MAX_RUN_SECONDS is \"$shard\"; write an integer from 1 to 999999"
    done
}

@test "the timer of a run that is killed ends with it" {
    before scim-diff <<<'touch "$STATE/begun"; sleep 0.5'
    ln -s "$SYNC" "$STATE/this-run" # other tests run the script at the same time
    launch "$STATE/this-run"
    wait_for "$STATE/begun"
    kill -KILL "$job"
    wait "$job" || true
    local deadline=$((SECONDS + 20))
    while pgrep -f "^/bin/bash (-p )?($STATE/this-run|$FAKES)" >/dev/null && ((SECONDS < deadline)); do sleep 0.05; done
    refute pgrep -f "^/bin/bash -p $STATE/this-run"
    rm -rf "$SYNC_LOCK_FILE" "$TMPDIR"/pw-activate-scim-sync.*
}

# --- one at a time ---

@test "a second run reports the first, ends with 75 and starts nothing" {
    before scim-diff <<<'touch "$STATE/begun"; for i in {1..500}; do [[ ! -e $STATE/go ]] || break; sleep 0.02; done'
    launch "$SYNC"
    wait_for "$STATE/begun"
    rm "$STATE/called"
    sync
    expect 75 "another run holds the lock $SYNC_LOCK_FILE (process $job on $HOSTNAME since 20"
    [[ $(last_line) == *'Z); this run did nothing; run again when that run has ended' ]]
    [[ -z $output && ! -e $STATE/called ]]
    touch "$STATE/go"
    ended
    expect 0 'done: '
    sync
    expect 0 'done: '
}

@test "the lock is a private file at the configured path, and removed afterwards" {
    before scim-diff <<<'stat -c "%a %n" "$BATS_TEST_TMPDIR"/run/* >"$STATE/locks"'
    mkdir "$BATS_TEST_TMPDIR/run"
    SYNC_LOCK_FILE=$BATS_TEST_TMPDIR/run/mine sync
    [[ $(<"$STATE/locks") == "600 $BATS_TEST_TMPDIR/run/mine" ]]
    [[ -z $(ls -A "$BATS_TEST_TMPDIR/run") ]]
}

@test "without SYNC_LOCK_FILE, the lock depends on the service, not on HOME, TMPDIR and XDG_RUNTIME_DIR" {
    local place=/run/lock name=pw-activate-scim-sync-scim.test-v2-Acme-$BASHPID.lock url
    [[ -w $place ]] || place=/var/tmp
    unset SYNC_LOCK_FILE
    exec {held}>"$place/$name"
    flock "$held"
    mkdir "$BATS_TEST_TMPDIR/other"
    for url in "https://scim.test/v2/Acme-$BASHPID" "HTTPS://scim.test:443/v2/Acme-$BASHPID/ "; do
        CW_SCIM_BASE_URL=$url XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/other HOME=$BATS_TEST_TMPDIR/other TMPDIR=$BATS_TEST_TMPDIR/other sync
        expect 75 "another run holds the lock $place/$name; this run did nothing"
    done
    CW_SCIM_BASE_URL=https://scim.test/v2/other-$BASHPID sync
    expect 0
    rm "$place/$name"
    exec {held}>&-
}

@test "the lock file of a killed run does not stop a run" {
    SYNC_LOCK_FILE=$BATS_TEST_TMPDIR/lock
    export SYNC_LOCK_FILE
    printf '%s\n' '123456 a-host-of-before 2026-01-02T03:04:05Z' >"$SYNC_LOCK_FILE"
    sync
    expect 0 'done: '
}

@test "a lock file with contents of another program is rejected, and stays as it is" {
    export SYNC_LOCK_FILE=$BATS_TEST_TMPDIR/protected
    printf '%s\n' ada@acme.org ben@acme.org >"$SYNC_LOCK_FILE"
    sync
    expect 78 "the lock file $SYNC_LOCK_FILE has contents of another program; set SYNC_LOCK_FILE to a path that nothing else uses"
    [[ $(<"$SYNC_LOCK_FILE") == $'ada@acme.org\nben@acme.org' && ! -e $STATE/called ]]
}

@test "a lock file that is a link, a directory or a pipe is rejected, and its target stays unchanged" {
    export SYNC_LOCK_FILE=$BATS_TEST_TMPDIR/lock
    echo precious >"$BATS_TEST_TMPDIR/precious"
    ln -s "$BATS_TEST_TMPDIR/precious" "$SYNC_LOCK_FILE"
    sync
    expect 78 "the lock file $SYNC_LOCK_FILE is a symbolic link, a directory or another user's file"
    [[ $(<"$BATS_TEST_TMPDIR/precious") == precious && -L $SYNC_LOCK_FILE ]]
    ln -sf "$BATS_TEST_TMPDIR/dangling" "$SYNC_LOCK_FILE"
    sync
    expect 78
    [[ ! -e $BATS_TEST_TMPDIR/dangling ]]
    rm "$SYNC_LOCK_FILE"
    mkfifo "$SYNC_LOCK_FILE"
    sync
    expect 78
    SYNC_LOCK_FILE=$BATS_TEST_TMPDIR sync
    expect 78
    SYNC_LOCK_FILE=$BATS_TEST_TMPDIR/no/such/folder sync
    expect 74 'cannot create the lock file'
    [[ ! -e $STATE/called ]]
}

@test "a lock file of another user is refused" {
    ((EUID == 0)) || skip 'only root can give a file away'
    export SYNC_LOCK_FILE=$BATS_TEST_TMPDIR/lock
    touch "$SYNC_LOCK_FILE"
    chown 65534 "$SYNC_LOCK_FILE"
    sync
    expect 78 "is a symbolic link, a directory or another user's file"
}

@test "a replay needs no lock" {
    mkdir old
    cp "$STATE/activate-export.out" old/desired.jsonl
    cp "$STATE/scim-export.out" old/current.jsonl
    exec {held}>"$SYNC_LOCK_FILE"
    flock "$held"
    sync --replay=old
    expect 0 'dry run: '
    rm "$SYNC_LOCK_FILE"
    exec {held}>&-
}

@test "a lock on a file that was removed in the meantime is not a lock" {
    export SYNC_LOCK_FILE=$BATS_TEST_TMPDIR/lock
    # The run that held it ends between the opening and the locking of the file here.
    cat >"$FAKES/flock" <<'FAKE'
#!/bin/bash
[[ -e $STATE/raced ]] || { touch "$STATE/raced" && rm "$SYNC_LOCK_FILE"; }
exec /usr/bin/flock "$@"
FAKE
    chmod +x "$FAKES/flock"
    before scim-diff <<<'! /usr/bin/flock --nonblock "$SYNC_LOCK_FILE" true || touch "$STATE/unlocked"'
    sync
    expect 0 'done: '
    [[ -e $STATE/raced && ! -e $STATE/unlocked && ! -e $SYNC_LOCK_FILE ]]
}

@test "of many runs at once exactly one works at a time" {
    before activate-export <<<'mkdir "$STATE/alone" || touch "$STATE/crowd"; sleep 0.05; rmdir "$STATE/alone"'
    local i jobs=()
    for i in {1..12}; do
        "$SYNC" >/dev/null 2>"$STATE/words.$i" &
        jobs+=($!)
        sleep 0.05
    done
    for i in "${jobs[@]}"; do wait "$i" || (($? == 75)); done
    [[ ! -e $STATE/crowd ]]
    (($(grep -l 'another run' "$STATE"/words.* | wc -l) > 0))
    (($(grep -l 'done: ' "$STATE"/words.* | wc -l) > 0))
}

@test "KILL between the start of a tool and that of its log leaves no process that holds the lock" {
    launch bash -c 'library=$0 && for part in log lock stages; do source "$library/$part.bash"; done
        me=x tmp=$TMPDIR work=$TMPDIR SYNC_LOCK_FILE=$STATE/lock && program[scim-diff]=scim-diff && take_lock
        set -T && trap "[[ \$BASH_COMMAND != began* ]] || kill -KILL \$\$" DEBUG
        start scim-diff plan.jsonl scim-diff' "$SYNC.d"
    ended
    [[ $status == 137 ]]
    flock --timeout 10 "$STATE/lock" true
    rm "$STATE/lock" "$TMPDIR"/scim-diff.*
}

@test "a child whose end bash has lost, and a process of another parent, are not waited for and not killed" {
    sleep 30 3>&- &
    local other=$!
    run bash -c '
        LC_ALL=C.UTF-8 other=$1; source "$0/stages.bash"
        sleep 30 3>&- & own=$!
        tee_pid=() grace=1
        jobs() { printf "%s\n" 4194303 "$other" "$own"; } # as if bash had lost two ends
        running && [[ $REPLY == " $own" ]] || echo "runs: $REPLY"
        kill "$own"; wait "$own"
        SECONDS=0
        stop_children || echo killed
        ((SECONDS < 2)) || echo "took $SECONDS s"' "$SYNC.d" "$other"
    kill -0 "$other"
    kill "$other"
    [[ $output == '' ]]
}
