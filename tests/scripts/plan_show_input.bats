#!/usr/bin/env bats
# plan-show: plans and options that it rejects, closed pipes, full disks, and large plans.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; backticks of markdown; each test is a subshell

bats_require_minimum_version 1.5.0
load plan_show

setup() { setup_plan_show; }

refuses() {
    expect "$1" || return
    [[ -z $output && $stderr == "plan-show: "*"$2"* && ${#stderr_lines[@]} == 1 ]] || {
        printf 'wanted: %s\nstderr: %s\nstdout: %s\n' "$2" "$stderr" "$output"
        return 1
    }
}

@test "a plan that is cut off anywhere is rejected, and nothing is shown" {
    plan "$(created ada@acme.org Ada)" "$(gone ben@acme.org)"
    local count size
    for count in 1 2 3; do
        head -n "$count" plan.jsonl >cut.jsonl
        show cut.jsonl
        refuses 65 'the plan ends without its seal'
    done
    size=$(stat -c %s plan.jsonl)
    head -c $((size - 5)) plan.jsonl >cut.jsonl
    show cut.jsonl
    refuses 65 'not one JSON object'
}

@test "a plan whose counts are wrong is rejected" {
    plan "$(created ada@acme.org Ada)" "$(gone ben@acme.org --arg held max-deactivations)" '{"type":"skip","resource":"User","reason":"x"}'
    local line field=(create deactivate skipped)
    for line in 2 3 4; do
        sed "${line}d" plan.jsonl >less.jsonl
        show less.jsonl
        refuses 65 "the seal says ${field[line - 2]} 1, but there are 0"
    done
    sed 's/"held":"max[^"]*",\{0,1\}//; s/,}/}/' plan.jsonl >less.jsonl
    show less.jsonl
    refuses 65 'the seal says held 1, but there are 0'
}

@test "an input that is not a plan is rejected with a sentence" {
    show /dev/null
    refuses 65 'there is no plan in the input'
    echo hello >x
    show x
    refuses 65 'x:1: this is not one JSON object'
    echo '{"type":"change"}' >x
    show x
    refuses 65 'x:1: the header'
    echo '{"type":"stream","format":1,"kind":"results"}' >x
    show x
    refuses 65 'the results end without their seal'
    echo '{"type":"stream","format":1,"kind":"confirmations"}' >x
    show x
    refuses 65 'a stream of kind "confirmations"'
    echo '{"type":"stream","format":2,"kind":"plan"}' >x
    show x
    refuses 65 'format 2 is unknown'
    plan
    show plan.jsonl plan.jsonl
    refuses 65 'a second plan'
    { cat plan.jsonl && echo '{"type":"skip"}'; } >x
    show x
    refuses 65 'x:3: a line after the seal'
    plan '{"type":"change","resource":"User","action":"delete"}'
    show plan.jsonl
    refuses 65 'plan.jsonl:2: unknown action "delete"'
    plan '{"type":"change","resource":"Device","action":"update"}'
    show plan.jsonl
    refuses 65 'neither a User nor a Group'
    plan '{"type":"surprise"}'
    show plan.jsonl
    refuses 65 'unknown record type "surprise"'
}

@test "fields of another type are shown or left out, and do not stop the output" {
    plan '{"type":"change","resource":"User","action":"update","userName":7,"why":{"a":[1]},"before":5,"after":[1],"held":false}' \
        '{"type":"change","resource":"Group","action":"update","displayName":null,"why":"x","before":{"members":3},"after":{"members":{"a":9}}}' \
        '{"type":"skip","resource":4,"reason":null,"detail":{}}'
    show plan.jsonl
    expect 0
    says '  ~ update      7: [1]'
}

@test "wrong usage: unknown option, unknown choice, missing or repeated value" {
    show --colour
    refuses 64 'unknown option --colour; --help lists the options'
    show --format=pdf
    refuses 64 '--format is "pdf"; choose one of text markdown html'
    show '--format=text markdown'
    refuses 64 'choose one of'
    show --color
    refuses 64 '--color needs a value'
    show --color=never --color never
    refuses 64 '--color is given twice'
    show no-such-file
    refuses 74 'cannot read no-such-file'
}

@test "help, files that look like options, a full disk, a closed pipe" {
    show --help
    expect 0
    [[ $output == Example:* ]]
    SEAL='{"unchanged":3}' plan
    cp plan.jsonl ./--plan
    show -- --plan
    expect 0
    run bash -c "'$SHOW' plan.jsonl >/dev/full"
    [[ $status == 74 ]]
    run bash -c "set -o pipefail; '$SHOW' plan.jsonl | true; exit 0"
    expect 0
    [[ -z $output ]]
}

@test "ten thousand changes take seconds" {
    jq -cn '{type: "stream", format: 1, kind: "plan"},
        (range(10000) | {type: "change", action: "create", resource: "User", externalId: "pw-activate:user:\(.)", userName: "user\(.)@acme.org", before: null,
            after: {displayName: "User \(.)", active: true}, why: ["absent in SCIM", "sshKeys + SHA256:\(.)"]}),
        {type: "end", create: 10000, update: 0, deactivate: 0, reactivate: 0, adopt: 0, unchanged: 0, skipped: 0, held: 0}' >plan.jsonl
    SECONDS=0
    show plan.jsonl
    expect 0
    says 'Gains access: 10000 users, 10000 SSH keys'
    [[ $(grep -c '+ create' <<<"$output") == 10000 ]]
    ((SECONDS < 30)) # a second or two on an idle machine
}
