#!/usr/bin/env bats
# plan-show --format=html: one page that needs nothing else, and that no name in a plan can change.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; dollars that must stay; each test is a subshell

bats_require_minimum_version 1.5.0
load plan_show

setup() { setup_plan_show; }

@test "the page has the same facts: title, totals, held changes first, each change with its sign" {
    SEAL='{"heldDigest":"cffb1d64f61d542287d29b4834626d68"}' plan "$(created ada@acme.org 'Ada Lovelace')" "$(gone ben@acme.org --arg held max-deactivations)"
    show --format=html plan.jsonl
    expect 0
    says '<title>Plan for acme, made 2026-11-23T18:00:00Z</title>'
    says '<h1>Plan for <b>acme</b>, made <b>2026-11-23T18:00:00Z</b></h1><p class="total">Total: users: 1 created; 1 held, 0 skipped, 0 unchanged</p>'
    says '<tr class="h"><td>!<td>deactivate<td><b>ben@acme.org</b><td>absent in ACTIVATE; held by max-deactivations'
    says '<tr class="p"><td>+<td>create<td><b>ada@acme.org</b> <b>Ada Lovelace</b><td>absent in SCIM'
    before 'class="total"' '<h2>Held: 1 change, not applied</h2>'
    before '<h2>Held' '<h2>Users</h2>'
    before '<code>SYNC_APPROVE=cffb1d64f61d542287d29b4834626d68</code>' '<h2>Users</h2>'
}

@test "the page needs no other file and no network, and permits only its own style and script" {
    plan "$(created ada@acme.org Ada)"
    show --format=html plan.jsonl
    local name hash
    for name in style script; do
        hash=$(jq -Rrsj --arg name "$name" 'capture("<\($name)>(?<text>.*)</\($name)>"; "m").text' <<<"$output" | openssl dgst -sha256 -binary | base64)
        [[ $output == *"default-src 'none';"*"$name-src 'sha256-$hash'"* ]] || { echo "$name: $hash" && return 1; }
    done
    run ! grep -E 'src="|href=|url\(|@import|https?:|style="| on[a-z]+="' <<<"$output"
}

@test "no word from outside is markup" {
    hostile_plan
    show --format=html plan.jsonl
    expect 0
    # Our own tags, style and script are taken away; what is left has none.
    sed -e '/<style>/,/<\/style>/d' -e '/^<script>/,/<\/script>/d' <<<"$output" >rest
    [[ -s rest && $(grep -c '&lt;script&gt;' rest) -gt 0 ]]
    sed -E 's/<(!doctype html|\/?(html|head|body|title|h1|h2|p|b|ul|section|table|thead|tbody|th|td|div|code|output)|li class="d[12]"|\/li|tr class="[a-z]"|tr|(html lang|meta|p class|div id|input type|button type)[^<>]*|\/button)>//g' rest >words
    run ! grep -n '[<>]' words
    run ! jq -eRn 'any(inputs; test("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]"))' words
}

@test "the page of 10,000 creations has at most 5 MB" {
    many_creations
    "$SHOW" --format=html plan.jsonl >page.html
    [[ $(grep -c '^<tr class="p">' page.html) == 10000 ]]
    (($(wc -c <page.html) <= 5000000))
}
