#!/usr/bin/env bats
# plan-show: what became of a plan, from the results of scim-apply.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; each test is a subshell

bats_require_minimum_version 1.5.0
load plan_show

setup() { setup_plan_show; }

# results RECORD...: results.jsonl of these outcomes, with a header and a seal that adds up.
results() {
    {
        echo '{"type":"stream","format":1,"kind":"results","source":"scim-apply","at":"2026-11-23T18:00:05Z"}'
        printf '%s\n' "$@"
    } >results.jsonl
    jq -cn '[inputs] as $lines | def count($o): $lines | map(select(.outcome == $o)) | length;
        {type: "end", applied: count("applied"), failed: count("failed"), skipped: count("skipped"), held: count("held")}' results.jsonl >seal
    cat seal >>results.jsonl
}

# outcome ID WORD NAME [JSON]: JSON is merged into it.
outcome() {
    jq -cn --arg id "$1" --arg outcome "$2" --arg name "$3" --argjson rest "${4:-{\}}" \
        '{type: "outcome", $id, action: "update", resource: "User", externalId: "pw-activate:user:\($name)", userName: $name, $outcome} + $rest'
}

@test "with results, what failed comes first with its reason, and what was applied is what was gained and lost" {
    plan "$(created ada@acme.org Ada | jq -c '.id = "c-1"')" "$(gone ben@acme.org | jq -c '.id = "c-2"')" "$(gone cyd@acme.org | jq -c '.id = "c-3"')" \
        "$(gone dee@acme.org --arg held max-deactivations | jq -c '.id = "c-4"')" "$(gone eva@acme.org --arg held max-takeovers | jq -c '.id = "c-5"')"
    results "$(outcome c-1 applied ada@acme.org)" "$(outcome c-2 failed ben@acme.org '{"reason":"rejected","status":409,"detail":"no","exitStatus":4}')" \
        "$(outcome c-3 skipped cyd@acme.org '{"reason":"moved"}')" "$(outcome c-4 held dee@acme.org)" "$(outcome c-5 applied eva@acme.org)"
    local order
    for order in 'plan.jsonl results.jsonl' 'results.jsonl plan.jsonl'; do
        # shellcheck disable=SC2086 # two files
        show $order
        expect 0
        says 'Results for acme, of the plan made 2026-11-23T18:00:00Z'
        says 'Total: users: 1 created, 1 deactivated; 1 failed, 1 not sent, 1 held, 0 skipped, 0 unchanged, 1 unresolved'
        says '  x deactivate  ben@acme.org: absent in ACTIVATE; failed: rejected, HTTP status 409, no'
        says '  x deactivate  cyd@acme.org: absent in ACTIVATE; skipped: moved'
        says '  ! deactivate  dee@acme.org: absent in ACTIVATE; held by max-deactivations'
        says '  - deactivate  eva@acme.org: absent in ACTIVATE'
        says 'Lost access: 1 user'
        says '  users: eva@acme.org'
        before 'Failed: 1 change' 'Not sent: 1 change'
        before 'Not sent: 1 change' 'Held: 1 change'
    done
    show --format=markdown plan.jsonl results.jsonl
    says '- `x` **deactivate** `ben@acme.org`: `absent in ACTIVATE`; failed: `rejected, HTTP status 409, no`'
    show --format=html plan.jsonl results.jsonl
    says '<tr class="x"><td>x<td>deactivate<td><b>ben@acme.org</b><td>absent in ACTIVATE; failed: rejected, HTTP status 409, no'
}

@test "results without their plan show each outcome by name" {
    results "$(outcome c-1 applied ada@acme.org '{"action":"create"}')" "$(outcome c-2 failed $'ben\e[2J' '{"reason":"rejected"}')" "$(outcome c-3 held staff '{"resource":"Group"}')"
    show results.jsonl
    expect 0
    says 'Results, made 2026-11-23T18:00:05Z'
    says '  + create      ada@acme.org'
    says '  x update      ben\u{1b}[2J: failed: rejected'
    says '  ! update      staff: held by a limit'
    says 'Total: users: 1 created; 1 failed, 0 not sent, 1 held'
}

@test "results that are cut off, do not add up or have unknown lines are refused" {
    results "$(outcome c-1 applied ada@acme.org)"
    head -n -1 results.jsonl >cut.jsonl
    show cut.jsonl
    expect 65
    [[ $stderr == *'the results end without their seal'* ]]
    sed 2d results.jsonl >edited.jsonl
    show edited.jsonl
    expect 65
    [[ $stderr == *'the seal says applied 1, but there are 0'* ]]
    results '{"type":"outcome","id":"c-1","action":"update","resource":"User","outcome":"lost"}'
    show results.jsonl
    expect 65
    [[ $stderr == *'results.jsonl:2: unknown outcome'* ]]
    show results.jsonl results.jsonl
    expect 65
}
