#!/usr/bin/env bats
# pw-activate-scim-sync: the lines of a run on standard error, as text and as JSON.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

@test "JSON lines have time, level, message, tool and run, with values as fields" {
    LOG_FORMAT=json sync
    expect 0
    [[ $(jq -s 'all(.[]; (.time | test("^[0-9-]+T[0-9:]+\\.[0-9]{3}Z$")) and .level == "info" and .tool == "pw-activate-scim-sync"
        and (.run | length) == 8 and (.msg | length) > 0) and length == 7' <<<"$stderr") == true ]]
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

@test "the last line of a run reads the JSON lines of a tool" {
    ends scim-export 69 '{"time":"t","level":"error","msg":"the server said no","tool":"scim-export"}'
    LOG_FORMAT=json sync
    expect 69
    jq -e '.msg == "failed: scim-export ended with status 69 (unavailable): the server said no; nothing was changed"' <<<"$(last_line)"
}

@test "LOG_FORMAT=timestamped puts the time before each line, and not into the message of a failed stage" {
    local line
    LOG_FORMAT=timestamped sync
    expect 0 'pw-activate-scim-sync: done: '
    for line in "${stderr_lines[@]}"; do [[ $line =~ ^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z\ pw- ]]; done
    grep -qx LOG_FORMAT=timestamped "$STATE/scim-diff.env"
    ends scim-export 69 '2026-11-23T18:00:00.123Z scim-export: SCIM answered 501'
    LOG_FORMAT=timestamped sync
    expect 69 'failed: scim-export ended with status 69 (unavailable): SCIM answered 501; nothing was changed'
}

@test "on a terminal, warnings are yellow and the last line of a failure is red, but not with NO_COLOR or in JSON; files have no colours" {
    local warning='activate-export: warning: no key for ada' shown=$STATE/typescript
    on_terminal() { env TERM=xterm "$@" script --quiet --return --command "'$SYNC' --capture='$BATS_TEST_TMPDIR/captures'" /dev/null >"$shown" </dev/null || true; }
    ends activate-export 2 "$warning"
    ends scim-apply 70 'scim-apply: broken'
    on_terminal
    grep -qF $'\e[33m'"$warning"$'\e[0m' "$shown"
    grep -qF $'\e[31mpw-activate-scim-sync: failed: scim-apply' "$shown"
    grep -qF "$warning" "$(captured activate-export.log)"
    refute grep -rqF $'\e' --include='*.log' --include=run.json "$BATS_TEST_TMPDIR/captures"
    on_terminal NO_COLOR=1
    grep -qF "$warning" "$shown"
    refute grep -qF $'\e[3' "$shown"
    on_terminal LOG_FORMAT=json
    refute grep -qF $'\e' "$shown"
}

# as_a_slow_service: scim-export reports its progress every 0.2 s, as the tools do, for 3 s; activate-export has one line.
as_a_slow_service() {
    before scim-export <<<'for i in {1..15}; do echo "SCIM Users: $i of 15" >"$PW_SCIM_SYNC_PROGRESS"; sleep 0.2; done'
    before activate-export <<<'echo "waiting for 1 response" >"$PW_SCIM_SYNC_PROGRESS"; sleep 1.5; echo "activate-export: warning: slow" >&2; sleep 1'
}

@test "on a terminal, one line shows the progress of the running stages, and log lines replace it" {
    local shown=$STATE/typescript
    as_a_slow_service
    TERM=xterm NO_COLOR=1 script --quiet --return --command "'$SYNC'" /dev/null >"$shown" </dev/null
    grep -q $'\r\e\\[K\e\\[?7lactivate-export: waiting for 1 response | scim-export: SCIM Users: [0-9]* of 15\e\\[?7h' "$shown"
    grep -q $'\r\e\\[Kactivate-export: warning: slow' "$shown"
    # The last of the exports clears the line, and nothing is drawn after it.
    refute grep -q 'SCIM Users' <(sed '1,/scim-export: users/d' "$shown")
    TERM=xterm script --quiet --return --command "'$SYNC' -q" /dev/null >"$shown" </dev/null
    refute grep -q 'SCIM Users' "$shown"
    [[ -z $(jobs -p) ]]
}

@test "without a terminal, the tools write log lines about the progress, but not with -q" {
    sync
    grep -qx PW_SCIM_SYNC_PROGRESS=log "$STATE/scim-export.env"
    sync -q
    grep -qx PW_SCIM_SYNC_PROGRESS= "$STATE/scim-export.env"
}

@test "the tools get log level, log format and run id in their environment" {
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
    expect 64 '--log-format is "xml"; choose one of text timestamped json'
    RUN_ID='a b' sync
    expect 78 'RUN_ID may hold'
    RUN_ID=../x sync
    expect 78 'RUN_ID may hold'
}

@test "a run that writes names those whose changes were applied, at most 20 of an action; other runs and -q name none" {
    local number changes=()
    for number in {1..23}; do
        changes+=("{\"type\":\"outcome\",\"action\":\"create\",\"resource\":\"User\",\"userName\":\"u$number@acme.org\",\"outcome\":\"applied\"}")
    done
    results '{"applied":25,"failed":1}' "${changes[@]}" '{"type":"outcome","action":"deactivate","resource":"User","userName":"ben\u001b\u202e@acme.org","outcome":"applied"}' \
        '{"type":"outcome","action":"update","resource":"Group","displayName":"staff","outcome":"applied"}' '{"type":"outcome","action":"update","resource":"User","userName":"cyd@acme.org","outcome":"failed"}'
    sync
    [[ $stderr == *$'\n'"pw-activate-scim-sync: users created: u1@acme.org, u2@acme.org, "*"u20@acme.org, and 3 more"$'\n'* ]]
    [[ $stderr == *$'\n'"pw-activate-scim-sync: users deactivated: ben��@acme.org"$'\n'* && $stderr == *'groups updated: staff'* && $stderr != *cyd* ]]
    sync -q
    [[ $stderr != *acme.org* ]]
    sync -n
    [[ $stderr != *acme.org* ]]
}

@test "with --quiet, warnings, lines of the tools and the last line of a status that is not 0 remain" {
    sync -q --capture="$BATS_TEST_TMPDIR/captures"
    [[ $status == 0 && -z $stderr && -z $output ]]
    [[ $(tail -n 1 "$(captured run.log)") == *'done: 1 created'* ]]
    sync -q -n --exit-code
    [[ $status == 1 && -z $stderr && -z $output ]]
    ends activate-export 2 'activate-export: warning: no key for ada'
    sync --quiet
    [[ ${#stderr_lines[@]} == 3 && ${stderr_lines[0]} == *'no key for ada' && ${stderr_lines[1]} == *'status 2' ]]
}

@test "a line of a tool appears while the tool runs, before its stage line" {
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

@test "a run without a reader of its output still ends well, and its capture is complete" {
    before scim-apply <<<'echo "scim-apply: first" >&2; sleep 0.2; echo "scim-apply: second" >&2'
    run bash -c '"$1" --capture="$2" 2>&1 >/dev/null | true; exit "${PIPESTATUS[0]}"' bash "$SYNC" "$BATS_TEST_TMPDIR/captures"
    [[ $status == 0 ]]
    called scim-apply
    [[ $(cat "$(captured scim-apply.log)") == $'scim-apply: first\nscim-apply: second' ]]
    jq -e '.conclusion | startswith("done: ")' "$(captured run.json)"
}

@test "a child of a tool that keeps standard error open does not delay the run" {
    before activate-export <<<'setsid sleep 60 & echo $! >"$STATE/sleeper"'
    SECONDS=0
    sync
    kill "$(<"$STATE/sleeper")"
    expect 0 'done: '
    ((SECONDS < 45))
}

@test "a clock that is set back does not end a run: the duration is then 0.0 s" {
    run --separate-stderr bash -c 'source "$0/report.bash"
        for ahead in 200000 1000000 3600000000; do since $((${EPOCHREALTIME//[!0-9]/} + ahead)); echo "$REPLY"; done' "$SYNC.d"
    [[ $status == 0 && $output == $'0.0\n0.0\n0.0' ]]
}

@test "every field that a program logs is in scim-log(7)" {
    local field count=0
    while read -r field; do
        count=$((count + 1))
        grep -qE "^\.It Va (.* , )?$field( ,|$)" "$SOURCE_DIR/tools/scim-log.7" || {
            echo "$field is not in scim-log(7)"
            return 1
        }
    done < <(grep -rhoE '\{"[a-z_]+", ?(static_cast<std::int64_t>|job\.request\.method)|"(wait_ms)"' "$SOURCE_DIR/common" | grep -oE '"[a-z_]+"' | tr -d '"' | sort -u)
    ((count > 5))
}

# fill_pipe: a pipe that is full and is not read, as descriptor 7.
fill_pipe() {
    mkfifo full
    exec 7<>full
    timeout 1 dd if=/dev/zero bs=4096 status=none >&7 || true
}

@test "a line that the reader of standard error does not take is in the capture" {
    fill_pipe
    : >run.log
    timeout 2 bash -c 'source "$0/log.bash"; run_log=run.log; exec {words}>&7; write_line info "a line"' "$SYNC.d" || true
    grep -q 'a line' run.log
}

@test "a run whose standard error is full and not read ends after its time and leaves no lock" {
    local rc=0
    fill_pipe
    SYNC_MAX_RUN_SECONDS=1 SYNC_GRACE_SECONDS=1 timeout --signal=KILL 40 "$SYNC" 2>&7 7>&- || rc=$?
    [[ $rc == 75 && ! -e $SYNC_LOCK_FILE ]]
}
