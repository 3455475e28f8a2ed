#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# The sandbox's ACTIVATE side is compared with ACTIVATE's published API. Prism is a proxy between client and sandbox: a request or an answer
# that violates the description is answered 422 or 500 with the header sl-violations instead.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true # the tests share one sandbox and change its settings
    start_sandbox
    start_prism "$SANDBOX_URL"
}

teardown_file() {
    stop_all
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# ask PATH [OPTION]... - through the proxy; sets status, headers and body, and fails on a violation.
ask() {
    local path=$1
    shift
    status=$(curl -sS -o body -D headers -w '%{http_code}' -u "$ACTIVATE_API_KEY:" "$@" "$PRISM_URL$path")
    if grep -i '^sl-violations' headers || grep -q 'stoplight.io/prism/errors' body; then
        cat body
        return 1
    fi
}

@test "the proxy finds violations of the description" {
    run ask '/api/organizations/acme/users?limit=501'
    [ "$status" -ne 0 ]
}

@test "a complete export through the proxy is the same stream as one made directly" {
    export SOURCE_DATE_EPOCH=1795456800
    activate-export >direct.jsonl
    ACTIVATE_API_URL=$PRISM_URL activate-export >proxied.jsonl
    [ "$(seal direct.jsonl .type)" = '"end"' ]
    [ "$(seal direct.jsonl .users)" -gt 100 ]
    same direct.jsonl proxied.jsonl
}

@test "with the SSH keys as a JSON string of text the export is the same" {
    export SOURCE_DATE_EPOCH=1795456800
    activate-export >direct.jsonl
    sandbox PATCH /settings '{"sshKeyBody":"json"}'
    ACTIVATE_API_URL=$PRISM_URL activate-export >proxied.jsonl
    sandbox PATCH /settings '{"sshKeyBody":"base64"}'
    same direct.jsonl proxied.jsonl
}

@test "the session has the organization of the key" {
    ask /api/auth/session
    [ "$status" -eq 200 ]
    jq -e '.organization and .username' body
}

@test "whoami and the name of the organization are as described" {
    ask /api/auth/whoami/organization
    [ "$status" -eq 200 ]
    jq -e 'type == "string"' body
    ask /api/auth/whoami -H 'Accept: application/json'
    [ "$status" -eq 200 ]
}

@test "each page of users is as described, in every order and state" {
    org=$(curl -fsS -u "$ACTIVATE_API_KEY:" "$SANDBOX_URL/api/auth/whoami/organization" | jq -r .)
    for query in '' '?limit=500&sortBy=createdAt&sortDir=asc' '?limit=3&skip=5' '?active=false' '?active=true&sortBy=username' '?sortBy=email&sortDir=desc' \
        '?sortBy=lastLogin' '?search=a' '?skip=100000'; do
        ask "/api/organizations/$org/users$query"
        [ "$status" -eq 200 ]
        jq -e '.total >= 0' body
    done
}

@test "groups, one group and its members are as described" {
    org=$(curl -fsS -u "$ACTIVATE_API_KEY:" "$SANDBOX_URL/api/auth/whoami/organization" | jq -r .)
    ask "/api/organizations/$org/groups"
    [ "$status" -eq 200 ]
    mapfile -t names < <(jq -r '.[].name' body)
    [ "${#names[@]}" -gt 5 ]
    for name in "${names[@]}"; do
        ask "/api/organizations/$org/groups/$name"
        [ "$status" -eq 200 ]
        ask "/api/organizations/$org/groups/$name/members"
        [ "$status" -eq 200 ]
    done
}

@test "profiles, keys and the health of the platform are as described" {
    name=$(sandbox GET /activate | jq -r '[.users[] | select(.active)][0].username')
    for path in /healthzz /api/users "/api/users/$name/profile" "/api/users/$name/ssh-public-keys" "/api/v2/users/$name/sshpublickeys"; do
        ask "$path"
        [ "$status" -eq 200 ]
    done
}

@test "refusals have the described form" {
    for path in /api/users/nobody-at-all/profile /api/organizations/another-organization/users; do
        ask "$path"
        [ "$status" -ge 400 ]
        jq -e '.error == true and (.message | type == "string")' body
    done
    ask /api/auth/session -u "$ACTIVATE_API_KEY"x:
    [ "$status" -eq 401 ]
}
