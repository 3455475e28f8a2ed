#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr
#
# --check of both exports, which an operator runs on the first day: against every fault of the sandbox, and two third-party servers.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true # the tests share one sandbox and change its faults
    need_node_modules
    start_sandbox
    cd "$BATS_FILE_TMPDIR" || return
    sync_once before
    {
        sandbox GET /scim | jq -r '.Users[] | .id, .userName, .externalId // empty, .displayName // empty'
        sandbox GET /activate | jq -r '.users[] | .id, .username, .email // empty, .name // empty'
    } | awk 'length($0) > 4' >identities
    (($(wc -l <identities) > 300))
}

teardown_file() {
    stop_all
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
    sandbox DELETE /faults
    sandbox DELETE /requests
}

teardown() {
    stop_all
}

# check COMMAND... - runs it; its output is lines of findings, which name no user.
check() {
    run --separate-stderr "$@" --check
    echo "$output"
    echo "$stderr"
    [ "$(grep -cv -e '^ok    ' -e '^warn  ' -e '^fail  ' <<<"$output")" -eq 0 ]
    [ "$(grep -cF -f identities <<<"$output$stderr")" -eq 0 ]
    if ((status == 0)); then
        [[ $output != *$'\n'fail* && $output != fail* ]]
    else
        grep -q '^fail  ' <<<"$output"
    fi
}
says() { grep -q "^$1  *.*$2" <<<"$output"; }

@test "both services without faults: no failure, and nothing is written" {
    check scim-export
    [ "$status" -eq 0 ]
    says ok 'token accepted'
    says ok 'ServiceProviderConfig: patch yes'
    says ok 'paged by index'
    says ok 'cursors (RFC 9865) are offered'
    says ok '[0-9]* managed ([0-9]* inactive), [0-9]* unmanaged'
    says ok 'filter sw returns managed records'
    says ok 'ETags'
    check activate-export
    [ "$status" -eq 0 ]
    says ok 'key accepted, organization acme'
    says ok 'roles: '
    says ok 'users: [0-9]* visible'
    says ok 'SSH keys: readable by rest'
    check scim-export --side=desired
    [ "$status" -eq 0 ]
    says ok 'users: [0-9]* visible'
    says ok 'SSH keys: readable by SCIM'
    [ "$(sandbox GET /requests | jq .writes)" -eq 0 ]
    [ "$(sandbox GET /requests | jq -c '.byMethod | keys')" = '["GET"]' ]
}

@test "every surprise of the sandbox is reported, and those that end an export end the check with its status" {
    export CW_SCIM_PAGE_SIZE=50
    local name wanted
    while read -r name wanted; do
        sandbox DELETE /faults
        sandbox POST /faults "{\"surprise\":\"$name\"}"
        check scim-export || { echo "$name" && return 1; }
        scim-export >out.jsonl 2>/dev/null && exported=0 || exported=$?
        [ "$status" -eq "$exported" ] || { echo "$name: check $status, export $exported" && return 1; }
        [ -z "$wanted" ] || says "${wanted%% *}" "${wanted#* }" || { echo "$name does not say: $wanted" && return 1; }
    done <<'SURPRISES'
page-short ok a page holds 25 of the 50
items-per-page-lies
start-index-ignored fail startIndex is ignored
first-page-past-end
row-repeated
row-missing fail different records came
total-as-string
total-missing fail totalResults
resources-null
resources-missing
filter-ignored warn filter sw brings
sw-unsupported warn filter sw is refused
members-omitted-in-list warn listed without their members
members-omitted-when-empty
members-empty-in-list warn listed with an empty list of members
schema-keys-string
extension-lowercase
cursor-forced ok paged by cursors
count-refused warn a count of 50 is refused
SURPRISES
}

@test "a list that expires in the middle is reported" {
    export CW_SCIM_PAGE_SIZE=20
    sandbox POST /faults '{"surprise":"cursor-forced"}'
    sandbox POST /faults '{"surprise":"cursor-expired"}'
    check scim-export
    [ "$status" -eq 75 ]
    says fail expiredCursor
}

@test "a fault that keeps a service unavailable is reported with the remedy" {
    check env CW_SCIM_BEARER_TOKEN=wrong-token scim-export
    [ "$status" -eq 77 ]
    says fail CW_SCIM_BEARER_TOKEN
    check env CW_SCIM_BASE_URL=http://127.0.0.1:9/scim/v2 scim-export --retry-budget=0
    [ "$status" -eq 75 ]
    check env -u HTTPS_PROXY -u https_proxy -u ALL_PROXY -u all_proxy CW_SCIM_BASE_URL=https://no-such-host.invalid/scim/v2 scim-export --retry-budget=0
    [ "$status" -eq 75 ]
    check env CW_SCIM_BASE_URL="$SANDBOX_URL/nowhere" scim-export
    [ "$status" -ne 0 ]
    check env ACTIVATE_API_KEY="${ACTIVATE_API_KEY}x" activate-export
    [ "$status" -eq 77 ]
    says fail ACTIVATE_API_KEY
    sandbox POST /faults '{"match":"GET /","status":200,"headers":{"Content-Type":"text/html"},"body":"<!DOCTYPE html><html><body>Sign in</body></html>"}'
    check scim-export
    [ "$status" -eq 69 ]
    says fail 'HTML page'
    check activate-export
    [ "$status" -eq 69 ]
    sandbox DELETE /faults
    sandbox POST /faults '{"match":"/ServiceProviderConfig","status":404}'
    check scim-export
    [ "$status" -eq 0 ]
    says warn 'ServiceProviderConfig: HTTP 404'
}

@test "a scope is checked: names without a group, and no group at all" {
    check env ACTIVATE_SYNC_GROUPS=platform-team,no-such-group activate-export
    [ "$status" -eq 0 ]
    says warn no-such-group
    says ok 'active users in scope'
    check env ACTIVATE_SYNC_GROUPS=no-such-group activate-export
    [ "$status" -eq 78 ]
}

@test "keys that cannot be read are a failure without the name of a user" {
    sandbox POST /faults '{"match":"ssh-public-keys","status":404}'
    check activate-export
    [ "$status" -eq 2 ]
    says fail 'SSH keys'
    sandbox DELETE /faults
    sandbox POST /faults '{"match":"ssh-public-keys","status":403}'
    check activate-export
    [ "$status" -eq 77 ]
}

@test "a page cap, no ETags, a server that ignores paging: scimmy and scimpatch are distinguished" {
    start_scimpatch --seed 120 --max-page 50
    check scim-export
    [ "$status" -eq 0 ]
    says ok 'a page holds 50 of the 100'
    says ok 'paged by index'
    says ok '120 managed'
    says warn 'ServiceProviderConfig'
    start_scimmy --seed 30 --fast-list
    check scim-export
    [ "$status" -eq 0 ]
    says ok 'paged by index'
    says ok '30 managed'
    stop scimmy
    start_scimmy --seed 45 --express 5
    check scim-export
    [ "$status" -eq 75 ]
    says fail 'startIndex is ignored'
}
