#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr
#
# Every fault of lists in the sandbox: an export is complete, or it ends without a seal. And the number of requests of a list.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true # the tests share one sandbox and change its faults
    start_sandbox
    export SOURCE_DATE_EPOCH=1795456800
    cd "$BATS_FILE_TMPDIR" || return
    sync_once before
    CW_SCIM_PAGE_SIZE=20
    export CW_SCIM_PAGE_SIZE
    scim-export | lines >whole
    activate-export | lines >desired
    (($(wc -l <whole) > 120))
}

teardown_file() {
    stop_all
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
    sandbox DELETE /faults
    sandbox PATCH /settings '{"pageCap":200,"activatePageCap":200,"usersCap":500}'
    sandbox DELETE /requests
}

# Records in any order, without the counts of requests: a list that was read again may have another order.
lines() { jq -c 'del(.requests, .retries)' | sort; }
fault() { sandbox POST /faults "$1"; }
surprise() { fault "{\"surprise\":\"$1\"${2:+,$2}}"; }
requests() { sandbox GET /requests | jq "$1"; }
# Pages of $1 rows that contain $2.
pages() { echo $((($2 + $1 - 1) / $1)); }

# comes_whole [OPTION]... - the export is the same as without the fault.
comes_whole() {
    scim-export "$@" >out.jsonl
    same whole <(lines <out.jsonl)
}

# ends STATUS [OPTION]... - without a seal, and with one message.
ends() {
    local wanted=$1
    shift
    run --separate-stderr scim-export "$@"
    [ "$status" -eq "$wanted" ] || { echo "status $status: $stderr" && return 1; }
    [[ $output != *'"type":"end"'* ]]
    [[ $stderr == scim-export:* ]]
}

@test "page-short" { surprise page-short && comes_whole; }
@test "page cap" { sandbox PATCH /settings '{"pageCap":7}' && comes_whole; }
@test "items-per-page-lies" { surprise items-per-page-lies && comes_whole; }
@test "first-page-past-end" { surprise first-page-past-end && comes_whole; }
@test "row-repeated" { surprise row-repeated && comes_whole; }
@test "total-as-string" { surprise total-as-string && comes_whole; }
@test "resources-null" { surprise resources-null && comes_whole; }
@test "resources-missing" { surprise resources-missing && comes_whole; }
@test "filter-ignored" { surprise filter-ignored && comes_whole; }
@test "sw-unsupported" { surprise sw-unsupported && comes_whole; }
@test "members-omitted-in-list" { surprise members-omitted-in-list && comes_whole; }
@test "members-empty-in-list" { surprise members-empty-in-list && comes_whole; }
@test "members-omitted-when-empty" { surprise members-omitted-when-empty && comes_whole; }
@test "extension-lowercase" { surprise extension-lowercase && comes_whole; }
@test "schema-keys-string" { surprise schema-keys-string && comes_whole; }
@test "count-refused" { surprise count-refused && comes_whole; }

@test "start-index-ignored: complete if all rows fit into a page, otherwise 75" {
    surprise start-index-ignored
    ends 75
    comes_whole --page-size=200
}

@test "row-missing: once is corrected by a second read, every time is 75" {
    surprise row-missing '"match":"/Users[?]","skip":1,"count":1'
    comes_whole
    sandbox DELETE /faults
    surprise row-missing
    ends 75
}

@test "cursor-forced" {
    surprise cursor-forced
    comes_whole
    sandbox DELETE /faults
    surprise cursor-forced
    surprise total-missing
    comes_whole
}

@test "cursor-expired, cursor-invalid: once begins again, every time is 75" {
    for name in cursor-expired cursor-invalid; do
        sandbox DELETE /faults
        surprise cursor-forced
        surprise "$name" '"match":"/Users[?].*cursor=","skip":1,"count":1'
        comes_whole
        surprise "$name"
        ends 75
    done
}

@test "cursor-repeated" {
    surprise cursor-forced
    surprise cursor-repeated
    ends 75
    surprise total-missing
    ends 75
}

@test "total-missing without cursors is not a list: 69, because another try would not help" {
    surprise total-missing
    ends 69
}

@test "an error body with status 200 is treated as that error" {
    fault '{"match":"/scim/v2/Users","status":200,"body":{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"503","totalResults":0}}'
    ends 75
    sandbox DELETE /faults
    fault '{"match":"/scim/v2/Groups","status":200,"body":{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"403"}}'
    ends 77
}

@test "a filter that is answered with 500, or 400 without a message, is left out" {
    fault '{"match":"filter=","status":500}'
    comes_whole --retry-budget=0
    sandbox DELETE /faults
    fault '{"match":"filter=","status":400,"body":"no"}'
    comes_whole
}

@test "pages that break off, stall or are refused for a while are requested again, and the seal counts it" {
    fault '{"match":"/Users[?]","skip":1,"count":1,"truncate":100}'
    fault '{"match":"/Users[?]","skip":2,"count":1,"reset":true}'
    fault '{"match":"/Groups[?]","count":1,"status":503,"headers":{"Retry-After":"0"}}'
    comes_whole
    [ "$(seal out.jsonl .retries)" -eq 3 ]
    [ "$(seal out.jsonl .requests)" -eq "$(requests .scim)" ]
}

@test "a managed record whose id cannot be part of a path is left out, the others are exported, and the status is 2" {
    fault '{"match":"GET /scim/v2/Groups","status":200,"body":{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"startIndex":1,
        "itemsPerPage":1,"Resources":[{"id":"..","externalId":"pw-activate:group:odd","displayName":"odd","members":[]}]}}'
    run -2 --separate-stderr scim-export
    [[ $stderr == *'record odd (pw-activate:group:odd) has an id that cannot be part of a path; it is left out: delete the record in CoreWeave'* ]]
    [ "$(seal <(echo "$output") '[.users, .groups]')" = "[$(grep -c '"type":"user"' whole),0]" ]
}

@test "the first records are written before the last page is received" {
    fault '{"match":"/Users[?].*startIndex=101","delayMs":3000}'
    scim-export >slow.jsonl &
    for _ in {1..20}; do
        sleep 0.1
        (($(wc -l <slow.jsonl) < 10)) || break
    done
    (($(wc -l <slow.jsonl) >= 10))
    [ "$(grep -c '"type":"end"' slow.jsonl)" -eq 0 ]
    wait $!
    [ "$(seal slow.jsonl .type)" = '"end"' ]
}

@test "a run with nothing to change sends list pages and nothing else" {
    users=$(sandbox GET /scim | jq '[.Users[] | select((.externalId // "") | startswith("pw-activate:"))] | length')
    groups=$(sandbox GET /scim | jq '[.Groups[] | select((.externalId // "") | startswith("pw-activate:"))] | length')
    activate-export >desired.jsonl
    sandbox DELETE /requests
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    scim-apply plan.jsonl >results.jsonl
    [ "$(seal plan.jsonl '.create + .update + .deactivate + .reactivate + .adopt')" -eq 0 ]
    [ "$(requests .total)" -eq $(($(pages 20 "$users") + $(pages 20 "$groups"))) ]
    [ "$(requests '.byMethod | keys[]')" = '"GET"' ]
}

@test "a run with --unmanaged sends list pages of all records, and nothing else" {
    users=$(sandbox GET /scim | jq '.Users | length')
    groups=$(sandbox GET /scim | jq '.Groups | length')
    activate-export >desired.jsonl
    sandbox DELETE /requests
    scim-export --unmanaged >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    scim-apply plan.jsonl >results.jsonl
    [ "$(seal plan.jsonl '.create + .update + .deactivate + .reactivate + .adopt')" -eq 0 ]
    [ "$(requests .total)" -eq $(($(pages 20 "$users") + $(pages 20 "$groups"))) ]
    [ "$(requests .writes)" -eq 0 ]
}

@test "ACTIVATE's lists are checked as strictly: short pages, repeated rows, a temporary hole" {
    sandbox PATCH /settings '{"usersCap":500}'
    for rule in '"surprise":"page-short"' '"surprise":"row-repeated"' '"surprise":"row-missing","count":1'; do
        sandbox DELETE /faults
        fault "{$rule,\"match\":\"/organizations/acme/users\"}"
        activate-export >out.jsonl
        same desired <(lines <out.jsonl)
    done
    sandbox DELETE /faults
    fault '{"surprise":"row-missing","match":"/organizations/acme/users"}'
    run --separate-stderr activate-export
    [ "$status" -eq 75 ]
    [[ $output != *'"type":"end"'* ]]
}
