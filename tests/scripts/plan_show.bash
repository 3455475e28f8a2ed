# Plans for the tests of plan-show, and checks of its output. Sourced by the plan_show*.bats files.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats' variables

setup_plan_show() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
    SHOW=${SCRIPTS:-$SOURCE_DIR/scripts}/plan-show
    unset NO_COLOR
    export TERM=xterm
    cd "$BATS_TEST_TMPDIR" || return 1
}

# plan RECORD...: plan.jsonl of these records, with a header and a seal with correct counts. $SEAL is merged into the seal.
plan() {
    {
        echo '{"type":"stream","format":1,"kind":"plan","source":"scim-diff","org":"acme","at":"2026-11-23T18:00:00Z"}'
        ((!$#)) || printf '%s\n' "$@"
    } >plan.jsonl
    jq -cn --argjson extra "${SEAL:-{\}}" '[inputs] | def count(f): map(select(f)) | length;
        reduce ("create", "update", "deactivate", "reactivate", "adopt") as $action ({type: "end"} as $seal | [$seal, .];
            .[0][$action] = (.[1] | count(.action == $action)))
        | .[0] + {unchanged: (.[1] | count(.type == "unchanged")), skipped: (.[1] | count(.type == "skip")),
            held: (.[1] | count(.held))} + $extra' plan.jsonl >seal
    cat seal >>plan.jsonl
}

# user ACTION NAME JSON, group ACTION NAME JSON: one change; JSON is merged into it.
user() { change User "user:${2%%@*}" userName "$@"; }
group() { change Group "group:$2" displayName "$@"; }
change() {
    jq -cn --arg kind "$1" --arg id "pw-activate:$2" --arg field "$3" --arg action "$4" --arg name "$5" --argjson rest "${6:-{\}}" \
        '{type: "change", id: "c-1", action: $action, resource: $kind, externalId: $id, ($field): $name, before: {}, after: {}, why: []} + $rest'
}
created() {
    user create "$1" "$(jq -cn --arg name "$2" '{before: null, after: {displayName: $name, active: true, sshKeys: $ARGS.positional},
        why: (["absent in SCIM"] + $ARGS.positional)}' --args -- "${@:3}")"
}
gone() { user deactivate "$1" "$(jq -cn '{before: {active: true}, after: {active: false}, why: ["absent in ACTIVATE"]} + $ARGS.named' "${@:2}")"; }

show() { run --separate-stderr "$SHOW" "$@"; }

expect() {
    [[ $status == "$1" ]] && return
    printf 'status %s, wanted %s\n%s\n%s\n' "$status" "$1" "$output" "$stderr"
    return 1
}

# says LINE: the output has exactly that line. silent_about TEXT: the output does not contain it.
says() { grep -Fxq -- "$1" <<<"$output" || { printf 'not said: %s\nbut:\n%.3000s\n' "$1" "$output" && return 1; }; }
silent_about() { [[ $output != *"$1"* ]] || { printf 'said: %s\nin:\n%.3000s\n' "$1" "$output" && return 1; }; }
# before FIRST SECOND: the output has lines with these, in this order.
before() { [[ $output == *"$1"*"$2"* ]] || { printf 'not in this order: %s, %s\nbut:\n%.3000s\n' "$1" "$2" "$output" && return 1; }; }

many_creations() {
    jq -cn 'range(10000) | {type: "change", id: "c-\(.)", action: "create", resource: "User", externalId: "pw-activate:user:\(.)", userName: "user-\(.)@some.example.org",
        before: null, after: {active: true, displayName: "Firstname Lastname \(.)"}, why: ["absent in SCIM", "sshKeys + SHA256:CNEpz2bKpNxO0+4ePClK7wk2kbKdmtQqyXTTxMEPgnc"]}' >changes
    plan "$(<changes)"
}

hostile_plan() {
    plan "$(created $'a\e]0;owned\a@acme.org' $'`id` ``` <script>alert(1)</script> | # *x* [x](http://evil.org) @all\x1b[2J\u009b31m\u2028\u202e\u200b\u00ad\ufeff')" \
        "$(user update ben@acme.org '{"before":{"displayName":"a"},"after":{"displayName":"b"},"why":["displayName \"\n- deactivate boss@acme.org\" -> \"\r\u0000\u007f\""]}')" \
        "$(group update $'staff\n```\n# owned' '{"before":{"members":[]},"after":{"members":["pw-activate:user:\u001b[31mx"]}}')" \
        '{"type":"skip","resource":"User","externalId":"x","userName":"c\r\n- deactivate c","reason":"bad\u001breason","detail":"de\ttail\u0085"}'
    sed -i 's/"org":"acme"/"org":"ac\\u001b[2Jme\\u061c"/' plan.jsonl
}

# nothing_hidden: the output has no control character except line ends, no invisible character, and none that changes the direction of text.
nothing_hidden() { jq -eRn 'all(inputs; test("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]") | not)' <<<"$output"; }
