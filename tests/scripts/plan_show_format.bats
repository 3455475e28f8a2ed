#!/usr/bin/env bats
# plan-show: markdown, its size, and colours.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; backticks of markdown; each test is a subshell

bats_require_minimum_version 1.5.0
load plan_show

setup() { setup_plan_show; }

@test "markdown: headings, lists, and the same facts" {
    plan "$(created ada@acme.org 'Ada Lovelace' 'sshKeys + SHA256:aaa')" "$(gone ben@acme.org)"
    show --format=markdown plan.jsonl
    expect 0
    says '### Plan for `acme`, made `2026-11-23T18:00:00Z`'
    says '<details open><summary>Users</summary>'
    says '<details><summary>Gains access: 1 user, 1 SSH key</summary>'
    [[ $(grep -c '^<details' <<<"$output") == $(grep -c '^</details>$' <<<"$output") ]]
    before '**Total' '<details'
    says '- `+` **create** `ada@acme.org` `Ada Lovelace`: `absent in SCIM`; `sshKeys + SHA256:aaa`'
    says '- `-` **deactivate** `ben@acme.org`: `absent in ACTIVATE`'
    says '- SSH keys of `ada@acme.org`: `SHA256:aaa`'
    says '**Total: users: 1 created, 1 deactivated; 0 held, 0 skipped, 0 unchanged**'
}

# many_changes: 400 deactivations, of which 100 are held, and 2000 creations, with long names.
many_changes() {
    local number
    plan "$(for number in {1..300}; do gone "leaver-$number@acme.org"; done | head -c -1)" \
        "$(for number in {1..100}; do echo; done | jq -Rc '{type: "change", id: "h-\(input_line_number)", action: "deactivate", resource: "User", externalId: "pw-activate:user:h\(input_line_number)",
            userName: "held-\(input_line_number)@acme.org", held: "max-deactivations", before: {active: true}, after: {active: false}, why: ["absent in ACTIVATE"]}')" \
        "$(for number in {1..2000}; do echo; done | jq -Rc --arg long "$(printf '%0100d' 0)" '{type: "change", id: "c-\(input_line_number)", action: "create", resource: "User",
            externalId: "pw-activate:user:\(input_line_number)", userName: "é\(input_line_number)@acme.org", before: null, after: {active: true, displayName: $long}, why: ["absent in SCIM"]}')"
}

@test "markdown: a page of thousands of changes has at most 60,000 bytes, what is held is complete, and the rest is counted" {
    many_changes
    show --format=markdown plan.jsonl
    expect 0
    (($(wc -c <<<"$output") <= 60000 && $(wc -c <<<"$output") > 50000))
    [[ $(grep -c '`!` \*\*deactivate' <<<"$output") == 100 ]]
    local shown rest
    shown=$(grep -cE '^- `[-+]` ' <<<"$output")
    rest=$(sed -nE 's/^- and ([0-9]+) lines more, for which.*/\1/p' <<<"$output")
    ((shown + rest == 2300))
    says '**Total: users: 2000 created, 300 deactivated; 100 held, 0 skipped, 0 unchanged**'
    [[ $(grep -c '^<details' <<<"$output") == $(grep -c '^</details>$' <<<"$output") ]]
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
