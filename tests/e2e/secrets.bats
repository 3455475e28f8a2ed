#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# No secret appears in a stream, a log line, an error message, a captured file or an argument list: canaries are searched for.

bats_require_minimum_version 1.5.0
load servers.bash

# Parts of the canaries that do not occur elsewhere. The first half of the key is the host, which is not secret.
key_canary=e2e-api-key-secret-4711
token_canary=e2e-coreweave-scim-token

setup_file() {
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true # one test looks for secrets in the arguments of every process, others pass some to curl
}

setup() {
    fixture_once --users 40 --groups 5
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
    [[ $ACTIVATE_API_KEY == *"$key_canary" && $CW_SCIM_BEARER_TOKEN == "$token_canary" ]]
    encoded=$(printf '%s:' "$ACTIVATE_API_KEY" | base64 -w 0) # as HTTP Basic sends it
    watcher=
}

teardown() {
    [[ -z $watcher ]] || stop_watching
    stop_all
}

# nothing_leaked FILE... - none of them, nor a file below, contains a canary.
nothing_leaked() {
    local canary
    for canary in "$key_canary" "$token_canary" "$encoded"; do
        if grep -rFl -- "$canary" "$@"; then
            echo "there is \"$canary\" in what is listed above"
            return 1
        fi
    done
}

# Reads the arguments of every process, again and again, and records each line with a canary.
watch_arguments() {
    : >seen
    (
        exec 3>&- 4>&-
        while [[ -e seen ]]; do
            for file in /proc/[0-9]*/cmdline; do
                { tr '\0' ' ' <"$file"; } 2>/dev/null || true
                echo
            done
        done | grep --line-buffered -F -e "$key_canary" -e "$token_canary" -e "$encoded" | grep --line-buffered -v '^grep ' >>seen.canaries
    ) &
    watcher=$!
}
stop_watching() {
    rm -f seen
    wait "$watcher" || true
    watcher=
}

@test "the watcher of this file sees the arguments of a process" {
    watch_arguments
    (exec -a "$token_canary" sleep 60) 3>&- 4>&- &
    local shown=$!
    for _ in {1..600}; do
        ! grep -qF "$token_canary" seen.canaries || break
        sleep 0.05
    done
    kill "$shown"
    wait "$shown" || true
    stop_watching
    grep -qF "$token_canary" seen.canaries
}

@test "no stream, no log and no argument list of a complete run shows a secret, at the level debug, in text and in JSON" {
    watch_arguments
    for format in text json; do
        mkdir "$format"
        export LOG_LEVEL=debug LOG_FORMAT=$format
        activate-export >"$format/desired.jsonl" 2>"$format/desired.log"
        scim-export >"$format/current.jsonl" 2>"$format/current.log"
        scim-diff "$format/desired.jsonl" "$format/current.jsonl" >"$format/plan.jsonl" 2>"$format/plan.log"
        scim-apply "$format/plan.jsonl" >"$format/results.jsonl" 2>"$format/results.log"
        [ -s "$format/desired.log" ]
    done
    stop_watching
    nothing_leaked text json
    [ ! -s seen.canaries ]
}

@test "the entrypoint, its captured files and the pw program it starts show no secret" {
    mkdir bin
    cat >bin/pw <<PW
#!/bin/bash
[[ \$1 != version ]] || { echo 'pw version 7.1.0' && exit; }
[[ \$PW_API_KEY == pwt_* ]] || exit 9
printf 'user = "%s:"\n' "\$PW_API_KEY" | curl -fsS -K - "$SANDBOX_URL/api/users/\$2/ssh-public-keys"
PW
    chmod +x bin/pw
    sandbox PATCH /settings '{"sshKeyBody":"text"}'
    watch_arguments
    PATH=$PWD/bin:$PATH ACTIVATE_SSH_KEYS=pw CAPTURE_DIR=$PWD/captured LOG_LEVEL=debug "$SCRIPTS/pw-activate-scim-sync" >out 2>err
    stop_watching
    find captured -name '*.gz' -exec gzip -d {} +
    [ -n "$(find captured -name results.jsonl)" ]
    nothing_leaked out err captured
    [ ! -s seen.canaries ]
}

@test "a dry run of the entrypoint prints no secret" {
    LOG_LEVEL=debug "$SCRIPTS/pw-activate-scim-sync" --dry-run --plan=plan.jsonl >out 2>err
    nothing_leaked out err plan.jsonl
}

@test "a key from a file is trimmed and not shown" {
    mkdir mount
    printf '%s\n' "$ACTIVATE_API_KEY" >mount/key
    printf '\n%s\r\n' "$CW_SCIM_BEARER_TOKEN" >mount/token
    unset ACTIVATE_API_KEY CW_SCIM_BEARER_TOKEN
    export ACTIVATE_API_KEY_FILE=$PWD/mount/key ACTIVATE_API_URL=$SANDBOX_URL LOG_LEVEL=debug
    activate-export >desired.jsonl 2>desired.log
    scim-export --token-file="$PWD/mount/token" >current.jsonl 2>current.log
    [ "$(seal desired.jsonl .type)" = '"end"' ]
    [ "$(seal current.jsonl .type)" = '"end"' ]
    nothing_leaked desired.* current.*
}

@test "refusals of the services do not bring a secret into the log, even if a service echoes it" {
    sandbox POST /faults "{\"match\":\"/api/\",\"status\":403,\"body\":{\"error\":true,\"message\":\"key $ACTIVATE_API_KEY may not do this\"}}"
    sandbox POST /faults "{\"match\":\"/scim/v2\",\"status\":403,\"body\":{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"status\":\"403\",\"detail\":\"Bearer $CW_SCIM_BEARER_TOKEN is read-only\"}}"
    for tool in activate-export scim-export; do
        run --separate-stderr "$tool" --log-level=debug
        [ "$status" -eq 77 ]
        printf '%s\n%s\n' "$output" "$stderr" >"$tool.words"
    done
    nothing_leaked ./*.words
}

@test "an outcome does not repeat a secret that the service put into its answer" {
    activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    sandbox POST /faults "{\"match\":\"(POST|PATCH) /scim/v2\",\"status\":400,\"body\":{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"status\":\"400\",\"detail\":\"you sent Authorization: Bearer $CW_SCIM_BEARER_TOKEN\"}}"
    status=0
    scim-apply --log-level=debug plan.jsonl >results.jsonl 2>results.log || status=$?
    [ "$status" -eq 4 ]
    nothing_leaked results.jsonl results.log
}

@test "a mistyped word after an option is not repeated" {
    for tool in activate-export scim-export scim-diff scim-apply "$SCRIPTS/pw-activate-scim-sync"; do
        run --separate-stderr "$tool" --tokn="$token_canary"
        [ "$status" -eq 64 ]
        [[ $stderr != *"$token_canary"* ]]
    done
}

@test "a wrong key that is close to a secret is not shown" {
    run --separate-stderr env ACTIVATE_API_KEY="$key_canary" activate-export --log-level=debug
    [ "$status" -eq 78 ]
    [[ $stderr != *"$key_canary"* && $output != *"$key_canary"* ]]
}
