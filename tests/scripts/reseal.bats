#!/usr/bin/env bats
# reseal: writes a new seal for an edited stream.
# shellcheck disable=SC2154,SC2016,SC2094 # bats' variables; dollars that must stay; nothing is written where it is read

bats_require_minimum_version 1.5.0
load fakes

setup() {
    setup_fakes
    RESEAL=$SCRIPTS/reseal
    cat >plan.jsonl <<'STREAM'
{"type":"stream","format":1,"kind":"plan","at":"2026-11-23T18:00:00Z"}
{"type":"change","id":"c-1","action":"create","n":12345678901234567890123,"name":"Zoë"}
{"type":"change","id":"c-2","action":"update"}
{"type":"change","id":"c-3","action":"deactivate","held":"max-deactivations"}
{"type":"change","id":"c-4","action":"deactivate"}
{"type":"skip","reason":"x"}
{"type":"end","desired":{"users":3,"groups":0},"current":{"users":4,"groups":0},"matched":2,"create":1,"update":1,"deactivate":2,"reactivate":0,"adopt":0,"unchanged":7,"skipped":1,"held":1,"later":"kept"}
STREAM
    cat >export.jsonl <<'STREAM'
{"type":"stream","format":1,"kind":"directory","side":"desired"}
{"type":"user","externalId":"pw-activate:user:1"}
{"type":"user","externalId":"pw-activate:user:2"}
{"type":"group","externalId":"pw-activate:group:1","members":[]}
{"type":"end","users":2,"groups":1}
STREAM
}

teardown() { nothing_left; }

reseal() { run --separate-stderr "$RESEAL" "$@"; }

seal() { jq -cS . <<<"${lines[-1]}"; }

# is JSON: the seal printed is that object.
is() {
    [[ $status == 0 && $(seal) == $(jq -cS . <<<"$1") ]] || {
        echo "status $status, seal $(seal), wanted $1; $stderr"
        return 1
    }
}

# refused PLACE PART: 65, nothing on stdout, one line with the place and the fault.
refused() {
    [[ $status == 65 && -z $output && $stderr == "reseal: $1: "*"$2"* && ${#stderr_lines[@]} == 1 ]] || {
        echo "status $status, stdout: $output, stderr: $stderr"
        return 1
    }
}

@test "the example of --help works: a plan without its deactivations" {
    jq -c 'select(.action != "deactivate")' plan.jsonl >edited.jsonl
    run --separate-stderr "$RESEAL" <edited.jsonl
    is '{"type":"end","desired":{"users":3,"groups":0},"current":{"users":4,"groups":0},"matched":2,"create":1,"update":1,"deactivate":0,
        "reactivate":0,"adopt":0,"unchanged":0,"skipped":1,"held":0,"later":"kept","withheld":0,"unresolved":0,"partial":0,"acknowledged":0,"resealed":true}'
    [[ -z $stderr ]]
}

@test "the lines before the seal stay unchanged, byte for byte" {
    "$RESEAL" plan.jsonl | sed '$d' | cmp - <(sed '$d' plan.jsonl)
}

@test "the left-out changes of a plan are counted by the exit status that they ask for" {
    sed -i '2a {"type":"change","action":"update","withheld":"bad-name","exitStatus":4}\n{"type":"skip","exitStatus":4}\n{"type":"skip","exitStatus":2}\n{"type":"skip","exitStatus":0,"acknowledged":true}\n{"type":"change","action":"update","withheld":"bad-name","exitStatus":0,"acknowledged":true}' plan.jsonl
    "$SCRIPTS/reseal" plan.jsonl >resealed.jsonl
    tail -n 1 resealed.jsonl | jq -e '.withheld == 2 and .unresolved == 2 and .partial == 1 and .acknowledged == 2 and .skipped == 4'
}

@test "every count of a plan is that of its lines; held counts the held changes" {
    sed -i '2a {"type":"change","action":"reactivate"}\n{"type":"change","action":"adopt"}\n{"type":"change","action":"adopt","held":"x"}\n{"type":"change","action":"create","held":""}\n{"type":"unchanged"}\n{"type":"skip"}' plan.jsonl
    reseal plan.jsonl
    is '{"type":"end","desired":{"users":3,"groups":0},"current":{"users":4,"groups":0},"matched":2,"create":2,"update":1,"deactivate":2,
        "reactivate":1,"adopt":2,"unchanged":1,"skipped":2,"held":2,"later":"kept","withheld":0,"unresolved":0,"partial":0,"acknowledged":0,"resealed":true}'
}

@test "users and groups of an export are counted" {
    grep -v 'user:2' export.jsonl >edited.jsonl
    reseal edited.jsonl
    is '{"type":"end","users":1,"groups":1,"resealed":true}'
}

@test "the old seal may be missing" {
    grep -v '"end"' export.jsonl >edited.jsonl
    reseal edited.jsonl
    is '{"type":"end","users":2,"groups":1,"resealed":true}'
    [[ ${#lines[@]} == 5 ]]
    grep -v '"end"' plan.jsonl >edited.jsonl
    reseal edited.jsonl
    is '{"type":"end","create":1,"update":1,"deactivate":2,"reactivate":0,"adopt":0,"unchanged":0,"skipped":1,"held":1,"withheld":0,"unresolved":0,"partial":0,"acknowledged":0,"resealed":true}'
}

@test "resealing twice has no further effect" {
    "$RESEAL" plan.jsonl >once.jsonl
    "$RESEAL" - <once.jsonl | cmp - once.jsonl
}

@test "a last line without its newline gets one" {
    printf '%s' "$(grep -v '"end"' export.jsonl)" >edited.jsonl
    "$RESEAL" edited.jsonl >out.jsonl
    [[ $(wc -l <out.jsonl) == 5 && $(jq -s length out.jsonl) == 5 ]]
    printf '%s' "$(cat export.jsonl)" >edited.jsonl
    "$RESEAL" edited.jsonl >out.jsonl
    [[ $(wc -l <out.jsonl) == 5 && $(jq -s length out.jsonl) == 5 ]]
}

@test "lines that end in CR LF are accepted" {
    sed -i 's/$/\r/' export.jsonl
    reseal export.jsonl
    is '{"type":"end","users":2,"groups":1,"resealed":true}'
}

@test "a stream without its header is rejected, with advice to keep it" {
    jq -c 'select(.type == "user")' export.jsonl >edited.jsonl
    reseal edited.jsonl
    refused edited.jsonl:1 "keep it, as in jq -c 'select(.type != \"change\" or .action != \"deactivate\")' plan.jsonl | reseal"
    run --separate-stderr "$RESEAL" </dev/null
    refused 'standard input:1' 'the header'
}

@test "input that is not JSON Lines is rejected with its line" {
    local bad
    for bad in '{"type":"user"' '' '[]' '"user"' '{"type":"user"}{"type":"user"}' '{"type":"user"} x' 'null'; do
        sed "3c\\$bad" export.jsonl >edited.jsonl
        [[ -n $bad ]] || sed '3s/.*//' export.jsonl >edited.jsonl
        reseal edited.jsonl
        refused edited.jsonl:3 'this is not one JSON object on one line'
    done
    jq . export.jsonl >edited.jsonl
    reseal edited.jsonl
    refused edited.jsonl:1 'jq needs -c'
    sed $'3s/.*/{"type":"user","name":"\xff"}/' export.jsonl >edited.jsonl
    reseal edited.jsonl
    refused edited.jsonl:3 'this is not UTF-8'
}

@test "a line that does not belong to the stream is rejected with its place" {
    sed '3s/user/person/' export.jsonl >edited.jsonl
    reseal edited.jsonl
    refused edited.jsonl:3 'unknown record type "person" in a stream of kind "directory"'
    sed '3s/change/user/' plan.jsonl >edited.jsonl
    reseal edited.jsonl
    refused edited.jsonl:3 'unknown record type "user" in a stream of kind "plan"'
    sed '3s/update/delete/' plan.jsonl >edited.jsonl
    reseal edited.jsonl
    refused edited.jsonl:3 'unknown action "delete"'
    cat export.jsonl export.jsonl >edited.jsonl
    reseal edited.jsonl
    refused edited.jsonl:6 'one stream at a time'
    sed '1s/"format":1/"format":2/' export.jsonl >edited.jsonl
    reseal edited.jsonl
    refused edited.jsonl:1 'format 2 is unknown'
    sed '1s/directory/results/' export.jsonl >edited.jsonl
    reseal edited.jsonl
    refused edited.jsonl:1 'a stream of kind "results"'
}

@test "a wrong command line ends with 64, a file that cannot be read or written with 74" {
    reseal --replan
    [[ $status == 64 ]]
    reseal plan.jsonl export.jsonl
    [[ $status == 64 ]]
    reseal missing.jsonl
    [[ $status == 74 ]]
    run --separate-stderr bash -c '"$0" plan.jsonl >/dev/full' "$RESEAL"
    [[ $status == 74 ]]
    reseal --help
    [[ $status == 0 && $output == Example:* ]]
}

@test "if the reader closes the pipe, reseal ends quietly" {
    run --separate-stderr bash -c '"$0" <export.jsonl | :; exit "${PIPESTATUS[0]}"' "$RESEAL"
    [[ ($status == 141 || $status == 0) && -z $stderr ]]
}

@test "memory does not grow with the stream" {
    {
        head -n 1 export.jsonl
        jq -nc 'range(60000) | {type: "user", externalId: "pw-activate:user:\(.)", pad: "0123456789012345678901234567890123456789"}'
    } >big.jsonl
    # A limit on address space, not memory: enough for the programs, not for the 6 MB as jq values next to them.
    run bash -c 'ulimit -v 40000; "$0" big.jsonl | tail -n 1' "$RESEAL"
    [[ $status == 0 && $output == '{"type":"end","users":60000,"groups":0,"resealed":true}' ]]
}
