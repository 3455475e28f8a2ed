#!/usr/bin/env bats
# plan-show --format=html in Chromium: with and without script, dark, printed, with hostile names and with 10,000 changes.
# shellcheck disable=SC2154 # bats' variables

bats_require_minimum_version 1.5.0
load plan_show

setup() {
    type -P chromium >/dev/null || {
        [[ ${BROWSER_TESTS:-} != required ]] || { echo 'chromium is not on PATH; apt-get install chromium' && return 1; }
        skip 'needs chromium; BROWSER_TESTS=required makes this a failure'
    }
    setup_plan_show
    SEAL='{"heldDigest":"cffb1d64f61d542287d29b4834626d68"}' plan "$(created ada@acme.org 'Ada Lovelace')" "$(created bob@acme.org Bob)" "$(gone ben@acme.org)" \
        "$(gone dee@acme.org --arg held max-deactivations)" "$(group update staff '{"before":{"members":["pw-activate:user:ben"]},"after":{"members":["pw-activate:user:ada"]}}')"
    "$SHOW" --format=html plan.jsonl >page.html
    hostile_plan
    "$SHOW" --format=html plan.jsonl >hostile.html
    many_creations
    "$SHOW" --format=html plan.jsonl >large.html
    if [[ -n ${SCREENSHOT:-} ]]; then
        capture=$SOURCE_DIR/tests/readme/capture
        SOURCE_DATE_EPOCH=1795456801 "${BIN:?the directory of the tools}/scim-diff" "$capture"/{desired,current,confirmations}.jsonl >shown.jsonl 2>words || true
        "$SHOW" --format=html shown.jsonl "$capture"/{desired,current}.jsonl >shown.html
    fi
}

@test "the page filters and searches, is complete without script, has dark colours, prints, and takes 10,000 changes" {
    HOME=$PWD run node "$SOURCE_DIR/tests/scripts/plan_show_browser.mjs" "$PWD"
    printf '%s\n' "$output"
    [[ $status == 0 ]]
    if [[ -n ${SCREENSHOT:-} ]]; then cp shown.png "$SOURCE_DIR/$SCREENSHOT"; fi
}
