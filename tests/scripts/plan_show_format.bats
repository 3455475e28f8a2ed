#!/usr/bin/env bats
# plan-show: markdown and colours.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; backticks of markdown; each test is a subshell

bats_require_minimum_version 1.5.0
load plan_show

setup() { setup_plan_show; }

@test "markdown: headings, lists, and the same facts" {
    plan "$(created ada@acme.org 'Ada Lovelace' 'sshKeys + SHA256:aaa')" "$(gone ben@acme.org)"
    show --format=markdown plan.jsonl
    expect 0
    says '### Plan for `acme`, made `2026-11-23T18:00:00Z`'
    says '#### Users'
    says '- `+` **create** `ada@acme.org` `Ada Lovelace`: `absent in SCIM`; `sshKeys + SHA256:aaa`'
    says '- `-` **deactivate** `ben@acme.org`: `absent in ACTIVATE`'
    says '- SSH keys of `ada@acme.org`: `SHA256:aaa`'
    says '**Total: users: 1 created, 1 deactivated; 0 held, 0 skipped, 0 unchanged**'
}

@test "markdown never has colours" {
    plan "$(created ada@acme.org Ada)"
    show --format=markdown --color=always plan.jsonl
    [[ $output != *$'\e'* ]]
}

on_a_terminal() { run script -qec "$(printf '%q ' "$@")" /dev/null; }

@test "colours on a terminal only" {
    type -P script >/dev/null || skip 'needs script'
    plan "$(created ada@acme.org Ada)"
    on_a_terminal "$SHOW" plan.jsonl
    [[ $output == *$'\e[32m+ create'* ]]
    show plan.jsonl
    [[ $output != *$'\e'* ]]
}

@test "NO_COLOR and a dumb terminal disable colours, --color=always overrides both" {
    type -P script >/dev/null || skip 'needs script'
    plan "$(created ada@acme.org Ada)"
    NO_COLOR=1 on_a_terminal "$SHOW" plan.jsonl
    [[ $output != *$'\e'* && $output == *'+ create'* ]]
    TERM=dumb on_a_terminal "$SHOW" plan.jsonl
    [[ $output != *$'\e'* ]]
    on_a_terminal "$SHOW" --color=never plan.jsonl
    [[ $output != *$'\e'* ]]
    NO_COLOR=1 show --color=always plan.jsonl
    [[ $output == *$'\e[32m+ create'* ]]
}

@test "each sign has its colour" {
    plan "$(created a@acme.org A)" "$(user update b@acme.org)" "$(gone c@acme.org)" "$(gone d@acme.org --arg held max-deactivations)"
    show --color always plan.jsonl
    [[ $output == *$'\e[32m+ create'* && $output == *$'\e[33m~ update'* && $output == *$'\e[31m- deactivate'* && $output == *$'\e[35m! deactivate'* ]]
}
