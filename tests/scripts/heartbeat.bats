#!/usr/bin/env bats
# HEARTBEAT_URL: called after a clean run, and only if it is safe to call.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

fake_curl() {
    cat >"$FAKES/curl" <<'FAKE'
#!/bin/bash
printf '%s\n' "$@" >"$STATE/curl.args"
while (($#)); do [[ $1 != --config ]] || cat "$2" >>"$STATE/curl.config"; shift; done
exit "$(cat "$STATE/curl.status")"
FAKE
    chmod +x "$FAKES/curl"
    echo 0 >"$STATE/curl.status"
    export HEARTBEAT_URL=https://beat.example.org/s3cret
}

@test "a clean run calls HEARTBEAT_URL once, without the URL in argv, and with a time limit" {
    fake_curl
    sync
    expect 0
    [[ $(cat "$STATE/curl.config") == 'url = "https://beat.example.org/s3cret"' ]]
    refute grep -q s3cret "$STATE/curl.args"
    grep -qx -- --max-time "$STATE/curl.args"
    [[ $stderr != *s3cret* ]]
    refute grep -q s3cret "$STATE"/*.env
}

@test "only a complete, converged and real run calls it" {
    fake_curl
    sync -n
    SYNC_SHARD=0/4 sync
    expect 0
    sync --apply-plan="$STATE/scim-diff.out"
    expect 0 'done: '
    ends_with 4 activate-export=4
    ends_with 4 scim-diff=4
    ends_with 4 scim-apply=4
    ends_with 2 scim-diff=2
    ends_with 2 activate-export=2
    ends_with 3 scim-diff=3
    ends_with 77 scim-export=77
    ends_with 2 scim-apply=2
    [[ ! -e $STATE/curl.config ]]
}

@test "a heartbeat that fails is only a warning" {
    fake_curl
    echo 22 >"$STATE/curl.status"
    sync
    expect 0 'done: '
    [[ $stderr == *'warning: HEARTBEAT_URL request failed (curl exit status 22)'* ]]
}

@test "HEARTBEAT_URL is https, or http on loopback, and nothing else" {
    fake_curl
    local url
    for url in http://beat.example.org/ http://127.0.0.1.example.org/ http://127.0.0.1@example.org/ http://localhost:80@x/ ftp://x/ \
        file:///etc/passwd 'https://' $'https://x/\noutput = "/tmp/x"' 'https://x/" -o' 'https://x/ y' beat.example.org; do
        rm -f "$STATE/called"
        HEARTBEAT_URL=$url sync
        expect 78 'HEARTBEAT_URL is not an https:// address'
        [[ ! -e $STATE/called ]]
    done
    for url in http://127.0.0.1:8080/x http://localhost/ 'http://[::1]:1/x?y' http://127.0.0.1 https://x.example.org; do
        HEARTBEAT_URL=$url sync
        expect 0
    done
}
