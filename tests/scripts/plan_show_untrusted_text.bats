#!/usr/bin/env bats
# plan-show: text from outside cannot control a terminal, begin a line, or leave its code span in markdown.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; backticks of markdown; each test is a subshell

bats_require_minimum_version 1.5.0
load plan_show

setup() { setup_plan_show; }

@test "control characters, and characters that turn or hide text, never reach the terminal" {
    hostile_plan
    show plan.jsonl
    expect 0
    nothing_hidden
    [[ $output == *'a\u{1b}]0;owned\u{7}@acme.org'* && $output == *'\u{9b}31m\u{2028}\u{202e}\u{200b}\u{ad}\u{feff}'* ]]
}

@test "the name of a user cannot begin a new line" {
    hostile_plan
    show plan.jsonl
    [[ $(grep -c '^ *- deactivate' <<<"$output") == 0 && $(grep -c '^# owned' <<<"$output") == 0 ]]
    plan "$(created 'ada@acme.org' "Ada$(printf '%100s' '')- deactivate  boss@acme.org: absent")"
    show plan.jsonl
    silent_about '   - deactivate'
}

@test "a name that imitates text of plan-show stays in its quotes" {
    plan "$(created ada@acme.org 'Ada": absent in SCIM; sshKeys + "SHA256:fake')"
    show plan.jsonl
    says '  + create      ada@acme.org "Ada\": absent in SCIM; sshKeys + \"SHA256:fake": absent in SCIM'
}

@test "a name of a megabyte is cut" {
    plan "$(created ada@acme.org Ada)"
    jq -c --arg x "$(printf '%0100000d' 0)" 'if .userName then .userName += $x * 10 | .why += [$x] else . end' plan.jsonl >long.jsonl
    show long.jsonl
    expect 0
    ((${#output} < 3000))
}

@test "messages about bad input are cleaned, too" {
    printf '%s\n' '{"type":"stream","format":1,"kind":"pl\u001b[2Jan"}' >plan.jsonl
    show plan.jsonl
    expect 65
    [[ $stderr != *$'\e'* ]]
}

# outside_code: the text that markdown would render as ours: everything except the code spans.
outside_code() {
    jq -Rr 'def rest: (match("(?<!`)(`+)(?!`)(.*?)(?<!`)\\1(?!`)") // null) as $m
        | if $m == null then . else .[:$m.offset] + (.[$m.offset + $m.length:] | rest) end;
        rest' <<<"$output"
}

@test "markdown: every text from outside is in a code span that it cannot close" {
    hostile_plan
    show --format=markdown plan.jsonl
    expect 0
    nothing_hidden
    local text
    text=$(outside_code | sed -E '/^(<details( open)?><summary>[A-Za-z0-9 ,:]*<\/summary>|<\/details>)$/d')
    [[ $text != *[\<\>@\|\[]* && $text != *evil* && $text != *owned* && $text != *script* && $text != *'`'* ]] || {
        printf '%s\n' "$text"
        return 1
    }
    # Only the beginnings of lines that plan-show itself writes.
    run ! grep -Ev '^($|### |<details( open)?><summary>|</details>$|- |  - |\*\*Total|To approve)' <<<"$output"
}
