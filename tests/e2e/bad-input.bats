#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# Invalid input is rejected with the right status and one sentence with the fault, its place and the remedy. Nothing is sent.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true # the tests share one sandbox and change its faults
    start_sandbox
    cd "$BATS_FILE_TMPDIR" || return
    activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
}

teardown_file() {
    stop_all
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
    sandbox DELETE /faults
    sandbox DELETE /requests
}

requests() { sandbox GET /requests | jq .total; }
writes() { sandbox GET /requests | jq .writes; }

# refused STATUS PATTERN COMMAND... - COMMAND ends with STATUS and prints nothing on stdout. Its one line on stderr begins with its name and
# matches PATTERN (of bash, anywhere in the line).
refused() {
    local wanted=$1 pattern=$2
    shift 2
    run --separate-stderr "$@" </dev/null
    [ "$status" -eq "$wanted" ] || { echo "status $status, not $wanted: $stderr" && return 1; }
    [ -z "$output" ] || { echo "it printed: $output" && return 1; }
    says "$pattern"
}

# says PATTERN - standard error of the last run is one line of the program that matches.
says() {
    [ "${#stderr_lines[@]}" -eq 1 ] || { echo "not one line: $stderr" && return 1; }
    # shellcheck disable=SC2053 # it is a pattern
    [[ $stderr == $1 ]] || { echo "does not match $1: $stderr" && return 1; }
    [[ $stderr =~ ^[a-z-]+:\ [^\ ] ]] || { echo "does not begin with the program's name: $stderr" && return 1; }
}

without_scim() { env -u CW_SCIM_BASE_URL -u CW_SCIM_BEARER_TOKEN "$@"; }

@test "without a credential nothing starts, and the message lists every missing variable" {
    refused 78 'activate-export: *ACTIVATE_API_KEY*ACTIVATE_API_KEY_FILE*' env -u ACTIVATE_API_KEY activate-export
    refused 78 'scim-export: *CW_SCIM_BASE_URL*CW_SCIM_ORG_USERID*CW_SCIM_BEARER_TOKEN*' without_scim scim-export
    refused 78 'scim-apply: *CW_SCIM_BASE_URL*CW_SCIM_ORG_USERID*CW_SCIM_BEARER_TOKEN*' without_scim scim-apply plan.jsonl
    refused 78 'scim-export: *CW_SCIM_BEARER_TOKEN*' env CW_SCIM_BEARER_TOKEN= scim-export
    [ "$(requests)" -eq 0 ]
}

@test "a directory in place of a file is not treated as an empty file" {
    refused 64 'scim-diff: --protect names /*, which is not a file*' scim-diff --protect=/ desired.jsonl current.jsonl
    refused 78 'scim-diff: SYNC_PROTECT_FILE names /*, which is not a file*' env SYNC_PROTECT_FILE=/ scim-diff desired.jsonl current.jsonl
    refused 78 'activate-export: ACTIVATE_API_KEY_FILE names /, which is not a file that can be read' env ACTIVATE_API_KEY_FILE=/ activate-export
    refused 78 'scim-export: CW_SCIM_BEARER_TOKEN_FILE names /dev/null, which holds nothing*' env CW_SCIM_BEARER_TOKEN_FILE=/dev/null scim-export
}

@test "a scope without a name is not treated as every user" {
    refused 78 'activate-export: ACTIVATE_SYNC_GROUPS holds no entry*' env ACTIVATE_SYNC_GROUPS=' , ' activate-export
    refused 64 'activate-export: --groups holds no entry*' activate-export --groups=,
    [ "$(requests)" -eq 0 ]
}

@test "without a directory for temporary files a pipe cannot be read twice" {
    # shellcheck disable=SC2016 # the inner shell's
    refused 74 '*/nothere is not a directory for temporary files; set TMPDIR*' env TMPDIR=/nothere bash -c 'cat desired.jsonl current.jsonl | scim-diff'
    # shellcheck disable=SC2016
    refused 74 '*/nothere is not a directory for temporary files; set TMPDIR*' env TMPDIR=/nothere bash -c 'cat plan.jsonl | scim-apply --dry-run'
}

@test "a plan that was edited to contain an operation that no plan has is rejected completely" {
    jq -c 'if .method == "POST" and .resource == "User" then .data.roles = [{value: "admin"}] else . end' plan.jsonl >edited.jsonl
    refused 65 'scim-apply: edited.jsonl:2: the line was edited: "check" is not that of change c-*' scim-apply edited.jsonl
    node "$BATS_TEST_DIRNAME/../support/check-lines.mjs" <edited.jsonl >forged.jsonl
    refused 65 'scim-apply: forged.jsonl:*: "data" sets "roles"*' scim-apply forged.jsonl
    [ "$(writes)" -eq 0 ]
}

@test "the entrypoint without a credential ends with 78 and sends nothing" {
    run --separate-stderr env -u ACTIVATE_API_KEY -u CW_SCIM_BASE_URL -u CW_SCIM_BEARER_TOKEN "$SCRIPTS/pw-activate-scim-sync"
    [ "$status" -eq 78 ]
    [ -z "$output" ]
    [[ $stderr == *ACTIVATE_API_KEY* && $stderr == *CW_SCIM_BASE_URL* && $stderr == *CW_SCIM_BEARER_TOKEN* ]]
    [ "$(requests)" -eq 0 ]
}

@test "a credential file that is missing or empty is named" {
    refused 78 'activate-export: *ACTIVATE_API_KEY_FILE*/no/such/file*' env -u ACTIVATE_API_KEY ACTIVATE_API_KEY_FILE=/no/such/file activate-export
    : >empty-file
    refused 78 'scim-export: *CW_SCIM_BEARER_TOKEN*' env -u CW_SCIM_BEARER_TOKEN CW_SCIM_BEARER_TOKEN_FILE=empty-file scim-export
    [ "$(requests)" -eq 0 ]
}

@test "an invalid key is rejected without being shown" {
    for key in hunter2-is-no-key pwt_ 'pwt_!!!.hunter2' pwt_nodothunter2 a.b; do
        refused 78 'activate-export: *ACTIVATE_API_KEY*' env ACTIVATE_API_KEY="$key" activate-export
        [[ $stderr != *hunter2* ]]
    done
    refused 78 'scim-export: *CW_SCIM_BEARER_TOKEN*' env CW_SCIM_BEARER_TOKEN='hunter2 in two words' scim-export
    [[ $stderr != *hunter2* ]]
    [ "$(requests)" -eq 0 ]
}

@test "an unknown option is rejected, and the nearest name is suggested" {
    refused 64 '*--dry-rum*did you mean --dry-run?' scim-apply --dry-rum plan.jsonl
    refused 64 '*--exit-cod*did you mean --exit-code?' scim-diff --exit-cod desired.jsonl current.jsonl
    refused 64 '*--dry-rum*did you mean --dry-run?' "$SCRIPTS/pw-activate-scim-sync" --dry-rum
    for tool in activate-export scim-export scim-diff scim-apply; do
        refused 64 "$tool: *--log-levle*did you mean --log-level?" "$tool" --log-levle=debug
        refused 64 "$tool: *--frobnicate*--help*" "$tool" --frobnicate
        refused 78 "$tool: *LOG_FORMAT*xml*json*" env LOG_FORMAT=xml "$tool"
    done
    refused 64 'activate-export: *operand*surplus*' activate-export surplus
    [ "$(requests)" -eq 0 ]
}

@test "a second plan, --shard with --restore, and a reserved namespace are rejected" {
    refused 64 'scim-apply: more than one plan; give one file, or none for standard input' scim-apply plan.jsonl plan.jsonl
    refused 64 'scim-diff: --shard does not go with --restore*' scim-diff --restore=current.jsonl --shard=0/2 current.jsonl
    refused 64 'scim-diff: --migrate-namespace is "group", which cannot be a namespace' scim-diff --migrate-namespace=group current.jsonl
    [ "$(requests)" -eq 0 ]
}

@test "an input without exactly the stream that --restore or --migrate-namespace reads is rejected" {
    cat current.jsonl desired.jsonl >both.jsonl
    for file in desired.jsonl both.jsonl; do
        refused 65 "scim-diff: $file: a capture to restore is one stream of the current side, written by scim-export" scim-diff --restore="$file" current.jsonl
        refused 65 'scim-diff: --migrate-namespace reads one stream of the current side*' scim-diff --migrate-namespace=acme "$file"
    done
    refused 65 'scim-diff: there is no stream of the current side in the input*' scim-diff --restore=current.jsonl desired.jsonl
}

@test "an option that another output than a plan would ignore is rejected, a variable is not" {
    local mode option
    head -c 32 /dev/urandom >secret
    for mode in --redact=secret --list-keys; do
        for option in --only=ada --shard=0/2 --restore=x --approve=x --all --exit-code --max-deactivations=3; do
            refused 64 "scim-diff: ${option%=*} does not go with ${mode%=*}" scim-diff "$mode" "$option" desired.jsonl
        done
        SYNC_SHARD=0/2 SYNC_MAX_DEACTIVATIONS=3 scim-diff "$mode" --threads=1 desired.jsonl >/dev/null
    done
    refused 64 'scim-diff: --strict does not go with --migrate-namespace' scim-diff --migrate-namespace=acme --strict current.jsonl
    refused 64 'scim-diff: --list-keys does not go with --redact' scim-diff --redact=secret --list-keys current.jsonl
}

@test "a secret of --redact needs 16 bytes" {
    echo 'fifteen bytes.!' >secret
    refused 64 'scim-diff: --redact names a file with a secret of fewer than 16 bytes' scim-diff --redact=secret desired.jsonl
    echo 'sixteen bytes..!' >secret
    scim-diff --redact=secret desired.jsonl >redacted.jsonl
    [ "$(jq -r .type redacted.jsonl | sort | uniq -c)" = "$(jq -r .type desired.jsonl | sort | uniq -c)" ]
    run -1 grep -Ff <(jq -r 'select(.type == "user") | .userName // empty' desired.jsonl) redacted.jsonl
}

@test "plain http to another host is rejected" {
    refused 78 'activate-export: *ACTIVATE_API_URL*http://activate.example.org*https://*' env ACTIVATE_API_URL=http://activate.example.org activate-export
    refused 78 'scim-export: *CW_SCIM_BASE_URL*http://scim.example.org*https://*' env CW_SCIM_BASE_URL=http://scim.example.org/scim/v2 scim-export
    refused 78 'scim-apply: *CW_SCIM_BASE_URL*https://*' env CW_SCIM_BASE_URL=http://scim.example.org/scim/v2 scim-apply plan.jsonl
    refused 78 'activate-export: the host that ACTIVATE_API_KEY names *http://activate.example.org*https://*' \
        env -u ACTIVATE_API_URL ACTIVATE_API_KEY="pwt_$(printf http://activate.example.org | base64 | tr -d =).secret" activate-export
    # Names that only look like loopback.
    for host in localhost.example.org 127.0.0.1.example.org 127.example.org 127.0.0.1@example.org; do
        refused 78 'scim-export: *CW_SCIM_BASE_URL*' env CW_SCIM_BASE_URL="http://$host/scim/v2" scim-export
    done
    [ "$(requests)" -eq 0 ]
}

@test "both ways to give the SCIM service at once are rejected" {
    refused 78 'scim-export: *CW_SCIM_BASE_URL*CW_SCIM_ORG_USERID*' env CW_SCIM_ORG_USERID=ab1cd2 scim-export
    [ "$(requests)" -eq 0 ]
}

@test "a wrong key ends the export with 77, and a wrong token ends export and apply with 77; nothing is written" {
    refused 77 'activate-export: *401*ACTIVATE_API_KEY*' env ACTIVATE_API_KEY="${ACTIVATE_API_KEY}x" activate-export
    run --separate-stderr env CW_SCIM_BEARER_TOKEN=wrong-token scim-export
    [ "$status" -eq 77 ]
    says 'scim-export: *401*CW_SCIM_BEARER_TOKEN*'
    [ "$(jq -s '[.[] | select(.type != "stream")] | length' <<<"$output")" -eq 0 ] # a header at most: no record, no seal
    sandbox GET /scim >before
    run --separate-stderr env CW_SCIM_BEARER_TOKEN=wrong-token scim-apply plan.jsonl
    [ "$status" -eq 77 ]
    [[ $stderr == *401*CW_SCIM_BEARER_TOKEN* ]]
    [ "$(jq -s '[.[] | select(.outcome == "applied")] | length' <<<"$output")" -eq 0 ]
    # Immediately: these requests at most were in flight when the first answer arrived.
    [ "$(writes)" -le 16 ]
    sandbox DELETE /requests
    run --separate-stderr env CW_SCIM_BEARER_TOKEN=wrong-token scim-apply --bulk plan.jsonl
    [ "$status" -eq 77 ]
    says 'scim-apply: SCIM /ServiceProviderConfig: *401*CW_SCIM_BEARER_TOKEN*'
    [ "$(seal <(echo "$output") .notSent)" -gt 100 ]
    [ "$(writes)" -eq 0 ]
    sandbox GET /scim >after
    same before after
}

@test "HTML instead of JSON is reported, and never read as an empty directory" {
    sandbox POST /faults '{"match":"GET /","status":200,"headers":{"Content-Type":"text/html"},"body":"<!DOCTYPE html><html><body>Sign in</body></html>"}'
    refused 69 'activate-export: *HTML page*right host*' activate-export
    run --separate-stderr scim-export
    [ "$status" -eq 69 ]
    says 'scim-export: *not JSON*HTML page*'
    [ "$(jq -s '[.[] | select(.type != "stream")] | length' <<<"$output")" -eq 0 ]
}

@test "HTML in answer to a write is a failure, not a success" {
    sandbox GET /scim >before
    sandbox POST /faults '{"match":"(POST|PATCH) /","status":200,"headers":{"Content-Type":"text/html"},"body":"<!DOCTYPE html><html><body>Sign in</body></html>"}'
    run --separate-stderr scim-apply plan.jsonl
    [ "$status" -ne 0 ]
    [ "$(jq -s '[.[] | select(.outcome == "applied")] | length' <<<"$output")" -eq 0 ]
    sandbox GET /scim >after
    same before after
}

@test "an export that is cut off at any line gives no plan" {
    local kept
    for kept in 0 1 2 20 $(($(wc -l <desired.jsonl) - 1)); do
        head -n "$kept" desired.jsonl >cut.jsonl
        refused 65 'scim-diff: *' scim-diff cut.jsonl current.jsonl
    done
    for kept in 0 $(($(wc -l <current.jsonl) - 1)); do
        head -n "$kept" current.jsonl >cut.jsonl
        refused 65 'scim-diff: *' scim-diff desired.jsonl cut.jsonl
    done
    head -n 20 desired.jsonl >cut.jsonl
    refused 65 'scim-diff: cut.jsonl:20: *seal*cut off*' scim-diff cut.jsonl current.jsonl
    head -c -1 desired.jsonl >cut.jsonl
    refused 65 'scim-diff: cut.jsonl:*newline*' scim-diff cut.jsonl current.jsonl
    head -c 5000 desired.jsonl >cut.jsonl
    refused 65 'scim-diff: cut.jsonl:*' scim-diff cut.jsonl current.jsonl
}

@test "a record of an unknown type, or a line that is not JSON, is rejected with its place" {
    sed '3s/"type":"user"/"type":"device"/' desired.jsonl >odd.jsonl
    refused 65 'scim-diff: odd.jsonl:3: *device*' scim-diff odd.jsonl current.jsonl
    sed '2s/.*/<html>/' desired.jsonl >odd.jsonl
    refused 65 'scim-diff: odd.jsonl:2: *JSON*' scim-diff odd.jsonl current.jsonl
    sed '1s/"format":1/"format":2/' desired.jsonl >odd.jsonl
    refused 65 'scim-diff: odd.jsonl:1: *format 2*version*' scim-diff odd.jsonl current.jsonl
    sed '3s/"type":"change"/"type":"wish"/' plan.jsonl >odd.jsonl
    refused 65 'scim-apply: odd.jsonl:3: *wish*' scim-apply odd.jsonl
    [ "$(requests)" -eq 0 ]
}

@test "a plan with wrong counts is rejected completely, and nothing is sent" {
    sed 3d plan.jsonl >odd.jsonl
    refused 65 'scim-apply: odd.jsonl:*seal*' scim-apply odd.jsonl
    sed 3p plan.jsonl >odd.jsonl
    refused 65 'scim-apply: odd.jsonl:*' scim-apply odd.jsonl
    sed '$d' plan.jsonl >odd.jsonl
    refused 65 'scim-apply: odd.jsonl:*seal*cut off*' scim-apply odd.jsonl
    # The counts of the seal agree with the lines, but not with the number of compared records.
    jq -c 'if .type == "end" then .matched += 1 else . end' plan.jsonl >odd.jsonl
    refused 65 'scim-apply: odd.jsonl:*add up*' scim-apply odd.jsonl
    refused 65 'scim-apply: desired.jsonl:1: *plan*scim-diff*' scim-apply desired.jsonl
    refused 65 'scim-apply: *plan*scim-diff*' scim-apply
    [ "$(requests)" -eq 0 ]
}

@test "a plan that would change an unmanaged record, or another path, is rejected completely" {
    local change='select(.type == "change" and .resource == "User")'
    jq -c "if ([.] | map($change) | length) == 1 then .externalId = \"okta:1\" else . end" plan.jsonl | node "$BATS_TEST_DIRNAME/../support/check-lines.mjs" >odd.jsonl
    refused 65 'scim-apply: odd.jsonl:*okta:1*' scim-apply odd.jsonl
    jq -c "if ([.] | map($change) | length) == 1 then .method = \"DELETE\" else . end" plan.jsonl | node "$BATS_TEST_DIRNAME/../support/check-lines.mjs" >odd.jsonl
    refused 65 'scim-apply: odd.jsonl:*DELETE*' scim-apply odd.jsonl
    jq -c "if ([.] | map($change) | length) == 1 then .path = \"/Users/../../admin\" else . end" plan.jsonl | node "$BATS_TEST_DIRNAME/../support/check-lines.mjs" >odd.jsonl
    refused 65 'scim-apply: odd.jsonl:*path*' scim-apply odd.jsonl
    [ "$(requests)" -eq 0 ]
}

@test "a dry run rejects a plan for another service than the configured one, and needs no token" {
    local bare=(env -u CW_SCIM_BEARER_TOKEN -u CW_SCIM_BASE_URL) other
    for other in CW_SCIM_BASE_URL=https://scim.example/v2 CW_SCIM_ORG_USERID=acme; do
        refused 78 'scim-apply: the plan is for http://*, and the SCIM base URL is https://*' "${bare[@]}" "$other" scim-apply --dry-run plan.jsonl
    done
    refused 78 'scim-apply: CW_SCIM_BASE_URL *' "${bare[@]}" CW_SCIM_BASE_URL=garbage scim-apply --dry-run plan.jsonl
    run -0 env -u CW_SCIM_BEARER_TOKEN scim-apply --dry-run plan.jsonl
    run -0 "${bare[@]}" scim-apply --dry-run plan.jsonl
    [ "$(requests)" -eq 0 ]
}

@test "a plan that was resealed after an edit is accepted" {
    jq -c 'select(.type != "change" or .resource == "User")' plan.jsonl | "$SCRIPTS/reseal" >edited.jsonl
    run --separate-stderr scim-apply --dry-run edited.jsonl
    [ "$status" -eq 0 ]
    [ "$(jq -s '[.[] | select(.outcome)] | length' <<<"$output")" -gt 100 ]
    [ "$(requests)" -eq 0 ]
}

@test "a closed port is reported with its address, and the status permits another try" {
    local port
    port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
    refused 75 "activate-export: *127.0.0.1*$port*" env ACTIVATE_API_URL="http://127.0.0.1:$port" activate-export --retry-budget=1
    run --separate-stderr env CW_SCIM_BASE_URL="http://127.0.0.1:$port/scim/v2" scim-export --retry-budget=1
    [ "$status" -eq 75 ]
    says "scim-export: *127.0.0.1*$port*"
    [ "$(jq -s '[.[] | select(.type != "stream")] | length' <<<"$output")" -eq 0 ]
}

@test "an organization that the key does not belong to is rejected" {
    refused 78 'activate-export: *ACTIVATE_ORG_NAME*belongs to "acme"*' env ACTIVATE_ORG_NAME=somebody-else activate-export
    run --separate-stderr env ACTIVATE_ORG_ID=000000000000000000000000 activate-export
    [ "$status" -eq 78 ]
    [[ $stderr == *ACTIVATE_ORG_ID* ]]
    [[ $output != *'"type":"end"'* ]]
}

@test "a scope whose groups are all missing is rejected" {
    run --separate-stderr env ACTIVATE_SYNC_GROUPS=no-such-group,nor-this activate-export
    [ "$status" -eq 78 ]
    [ -z "$output" ]
    [[ $stderr == *ACTIVATE_SYNC_GROUPS* ]]
}

@test "a full disk and a closed pipe do not end as success" {
    [ -w /dev/full ] || skip "there is no /dev/full"
    for command in activate-export scim-export 'scim-diff desired.jsonl current.jsonl' 'scim-apply --dry-run plan.jsonl' 'scim-diff --help'; do
        status=0
        $command >/dev/full 2>words || status=$?
        [ "$status" -eq 74 ] || { echo "$command: $status" && cat words && return 1; }
        grep -q 'No space left\|cannot write' words
    done
    local command
    # The number of a closed standard output is not used for the next socket.
    for command in activate-export scim-export 'scim-diff desired.jsonl current.jsonl' 'scim-diff --help'; do
        run --separate-stderr bash -c "$command >&- <&-"
        [[ $status == 74 && $stderr == *'Bad file descriptor'* ]] || { echo "$command: $status, $stderr" && return 1; }
    done
    for command in activate-export scim-export 'scim-diff desired.jsonl current.jsonl' 'scim-apply --dry-run plan.jsonl' 'scim-diff --help' \
        'scim-apply --version' 'scim-export --check'; do
        run --separate-stderr bash -c "exec 3> >(:); wait \$!; $command >&3"
        [[ $status == 141 && $stderr != *write* && $stderr != *ipe* ]] || { echo "$command: $status, $stderr" && return 1; }
    done
}

@test "the script shows an error of the configuration once, with the status and the work done so far" {
    local setting
    for setting in SYNC_RATE=fast SYNC_MAX_IN_FLIGHT=0 CW_SCIM_BASE_URL=nowhere SYNC_MAX_DEACTIVATIONS=many SYNC_HTTP2=perhaps; do
        run --separate-stderr env DRY_RUN=true "$setting" "$SCRIPTS/pw-activate-scim-sync"
        [ "$status" -eq 78 ]
        [[ $(grep -c "${setting%%=*} is" <<<"$stderr") == 1 && $(tail -n 1 <<<"$stderr") == *"${setting%%=*} is"*'nothing was changed' ]] || {
            echo "$setting: $stderr"
            return 1
        }
    done
}
