#!/usr/bin/env bats
# plan-show: a plan for people. What it says, what it refuses, and what must never reach a terminal or a ticket.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; backticks of markdown; each test is a subshell

bats_require_minimum_version 1.5.0

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
    SHOW=${SCRIPTS:-$SOURCE_DIR/scripts}/plan-show
    unset NO_COLOR
    export TERM=xterm
    cd "$BATS_TEST_TMPDIR" || return 1
}

# plan RECORD...: plan.jsonl of these records, with a header and a seal that adds up. $SEAL is merged into the seal.
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

# says LINE: exactly that line is there. silent_about TEXT: nowhere.
says() { grep -Fxq -- "$1" <<<"$output" || { printf 'not said: %s\nbut:\n%.3000s\n' "$1" "$output" && return 1; }; }
silent_about() { [[ $output != *"$1"* ]] || { printf 'said: %s\nin:\n%.3000s\n' "$1" "$output" && return 1; }; }
# before FIRST SECOND: lines that hold these, in this order.
before() { [[ $output == *"$1"*"$2"* ]] || { printf 'not in this order: %s, %s\nbut:\n%.3000s\n' "$1" "$2" "$output" && return 1; }; }

# --- what it says ---

@test "a plan without changes says that there is nothing to do" {
    SEAL='{"unchanged":210}' plan
    show plan.jsonl
    expect 0
    [[ $output == $'Plan for acme, made 2026-11-23T18:00:00Z\n\nNothing to do.\n\nTotal: 0 held, 0 skipped, 210 unchanged' ]]
}

@test "users come before groups, each change is one line with its sign and its reasons" {
    plan "$(created ada@acme.org 'Ada Lovelace')" \
        "$(user update ben@acme.org '{"before":{"displayName":"Ben"},"after":{"displayName":"Benjamin"},"why":["displayName \"Ben\" -> \"Benjamin\""]}')" \
        "$(user reactivate cyd@acme.org '{"before":{"active":false},"after":{"active":true},"why":["active in ACTIVATE, inactive in SCIM"]}')" \
        "$(gone dee@acme.org)" \
        "$(group create new '{"before":null,"after":{"members":["pw-activate:user:ada"]},"why":["absent in SCIM"]}')" \
        "$(group update old '{"before":{"displayName":"old"},"after":{"displayName":"staff"},"why":["displayName \"old\" -> \"staff\""]}')"
    show plan.jsonl
    expect 0
    says '  + create      ada@acme.org "Ada Lovelace": absent in SCIM'
    says '  ~ update      ben@acme.org: displayName "Ben" -> "Benjamin"'
    says '  + reactivate  cyd@acme.org: active in ACTIVATE, inactive in SCIM'
    says '  - deactivate  dee@acme.org: absent in ACTIVATE'
    says '  + create      new: +1 -0 members: + ada@acme.org; absent in SCIM'
    says '  ~ update      old: displayName "old" -> "staff"'
    says 'Total: users: 1 created, 1 updated, 1 deactivated, 1 reactivated; groups: 1 created, 1 updated; 0 held, 0 skipped, 0 unchanged'
    before 'Users' 'Groups'
    before 'deactivate' '+ create      new'
}

@test "a group that loses members is marked as a removal, and says whom, with what this line does and no more" {
    plan "$(gone ben@acme.org)" "$(group update staff '{"before":{"members":["pw-activate:user:ben","pw-activate:user:x"],"foreignMembers":["u-9"]},
        "after":{"members":["pw-activate:user:cyd","pw-activate:user:x"],"foreignMembers":[]},"why":["2 left out: inactive","members +7 -9","members that are not ours -1"]}')"
    show plan.jsonl
    says '  - update      staff: +1 -2 members: - ben@acme.org, - u-9, + pw-activate:user:cyd; 2 left out: inactive'
    says '  group staff: ben@acme.org, u-9'
}

@test "who gains access and who loses it: people, memberships, keys" {
    plan "$(created ada@acme.org Ada 'sshKeys + SHA256:aaa' 'sshKeys + SHA256:bbb')" \
        "$(user update ben@acme.org '{"after":{"sshKeys":[]},"why":["sshKeys + SHA256:ccc","sshKeys - SHA256:ddd"]}')" \
        "$(gone cyd@acme.org)" \
        "$(group update staff '{"before":{"members":["pw-activate:user:cyd"]},"after":{"members":["pw-activate:user:ada"]}}')"
    show plan.jsonl
    says 'Gains access: 1 user, 1 membership, 3 SSH keys'
    says '  users: ada@acme.org'
    says '  group staff: ada@acme.org'
    says '  SSH keys of ada@acme.org: SHA256:aaa, SHA256:bbb'
    says '  SSH keys of ben@acme.org: SHA256:ccc'
    says 'Loses access: 1 user, 1 membership, 1 SSH key'
    says '  users: cyd@acme.org'
    says '  group staff: cyd@acme.org'
    says '  SSH keys of ben@acme.org: SHA256:ddd'
    before 'Gains access' 'Loses access'
}

@test "a rename brings nobody in or out" {
    plan "$(user update ada@acme.org '{"before":{"displayName":"a","active":true},"after":{"displayName":"b","active":true}}')"
    show plan.jsonl
    says 'Gains access: nobody'
    says 'Loses access: nobody'
}

@test "an adopted record that was inactive gains access" {
    plan "$(user adopt ada@acme.org '{"before":{"externalId":null,"active":false},"after":{"externalId":"x","active":true}}')"
    show plan.jsonl
    says 'Gains access: 1 user'
    says '  + adopt       ada@acme.org'
}

@test "what is held comes last, loses nothing, names its rail, and says how to let it through" {
    local digest=cffb1d64f61d542287d29b4834626d68
    SEAL="{\"heldDigest\":\"$digest\"}" plan "$(gone ben@acme.org --arg held max-deactivations)" "$(created dee@acme.org Dee)" \
        "$(group update staff '{"held":"max-member-removals","before":{"members":["pw-activate:user:ben"]},"after":{"members":[]},"why":["members +0 -1"]}')" \
        '{"type":"skip","resource":"User","externalId":"pw-activate:user:x","userName":"x@acme.org","reason":"protected","detail":"stays"}'
    show plan.jsonl
    says 'Held back: 2 changes, not carried out'
    says '  ! deactivate  ben@acme.org: absent in ACTIVATE; held by max-deactivations'
    says '  ! update      staff: +0 -1 members: - ben@acme.org; held by max-member-removals'
    says "    SYNC_APPROVE=$digest           for the next run, or"
    says "    scim-diff --approve $digest"
    says 'Loses access: nobody'
    says 'Total: users: 1 created; 2 held, 1 skipped, 0 unchanged'
    before 'Skipped' 'Held back'
    before 'Loses access' 'Held back'
}

@test "what a change does not send, and what is unresolved, is said with the reason" {
    plan "$(user update ben@acme.org '{"withheld":"user-name-taken","detail":"ben@acme.org is u-7; rename one of them","exitStatus":4,"before":{"sshKeys":["k"]},"after":{"sshKeys":[]},"why":["sshKeys - SHA256:x"]}')"
    show plan.jsonl
    says '  ~ update      ben@acme.org: sshKeys - SHA256:x; not sent: user-name-taken, ben@acme.org is u-7; rename one of them'
    says 'Total: users: 1 updated; 0 held, 0 skipped, 0 unchanged, 1 unresolved'
    plan '{"type":"skip","resource":"User","userName":"x@acme.org","reason":"posix-collision","detail":"rename one","exitStatus":4}' \
        '{"type":"skip","resource":"User","userName":"y@acme.org","reason":"posix-collision","detail":"rename one","exitStatus":0,"acknowledged":true}'
    show plan.jsonl
    says 'No change is planned, but access differs.'
    says '    User x@acme.org: rename one'
    says '    User y@acme.org: rename one (acknowledged)'
    says 'Total: 0 held, 2 skipped, 0 unchanged, 1 unresolved'
}

@test "of several limits, each has its digest" {
    SEAL='{"heldDigest":"00112233445566778899aabbccddeeff","heldDigests":{"max-deactivations":"a1a2a3a4a5a6a7a8","max-takeovers":"b1b2b3b4b5b6b7b8","x":"$(reboot)"}}' \
        plan "$(gone ben@acme.org --arg held max-deactivations)" "$(user update cyd@acme.org '{"held":"max-takeovers"}')"
    show plan.jsonl
    says '  A digest for each limit; SYNC_APPROVE takes several, separated by commas:'
    says '    a1a2a3a4a5a6a7a8  max-deactivations'
    says '    b1b2b3b4b5b6b7b8  max-takeovers'
    silent_about reboot
    show --format=markdown plan.jsonl
    says 'A digest for each limit: max-deactivations `a1a2a3a4a5a6a7a8`, max-takeovers `b1b2b3b4b5b6b7b8`.'
}

@test "a digest that is none is not offered for copying" {
    SEAL='{"heldDigest":"$(reboot)"}' plan "$(gone ben@acme.org --arg held max-deactivations)"
    show plan.jsonl
    expect 0
    silent_about reboot
    silent_about approve
}

@test "a plan that was edited says so, and that its digest is of what was held before" {
    SEAL='{"resealed":true,"heldDigest":"cffb1d64f61d542287d29b4834626d68"}' plan "$(gone ben@acme.org --arg held max-deactivations)"
    show plan.jsonl
    says 'Plan for acme, made 2026-11-23T18:00:00Z, edited since'
    says '  To let through exactly what scim-diff held, once, when you know why they are gone:'
}

@test "the two lines of a split change each tell their own part" {
    local why='"why":["displayName \"A\" -> \"B\"","sshKeys - SHA256:aaa"]'
    plan "$(user update ada@acme.org "{\"before\":{\"displayName\":\"A\"},\"after\":{\"displayName\":\"B\"},$why}")" \
        "$(user update ada@acme.org "{\"held\":\"max-keyless-users\",\"before\":{\"sshKeys\":[\"k\"]},\"after\":{\"sshKeys\":[]},$why}")"
    show plan.jsonl
    says '  ~ update      ada@acme.org: displayName "A" -> "B"'
    says '  ! update      ada@acme.org: sshKeys - SHA256:aaa; held by max-keyless-users'
    says 'Loses access: nobody'
}

@test "skips are grouped by reason, with detail, after the changes" {
    skip_line() { printf '{"type":"skip","resource":"%s","externalId":"pw-activate:x","%s":"%s","reason":"%s","detail":"%s"}' "$@"; }
    plan "$(created ada@acme.org Ada)" "$(skip_line User userName b@acme.org bad-name 'holds a colon')" \
        "$(skip_line Group displayName sudo powerful-group 'may give root')" "$(skip_line User userName c@acme.org bad-name 'is too long')"
    show plan.jsonl
    says '  bad-name: 2'
    says '    User b@acme.org: holds a colon'
    says '    User c@acme.org: is too long'
    says '  powerful-group: 1'
    says '    Group sudo: may give root'
    before 'create' 'Skipped'
    before 'bad-name: 2' 'powerful-group'
}

@test "what is unchanged is listed when the plan lists it" {
    plan '{"type":"unchanged","resource":"User","externalId":"pw-activate:user:ada","path":"/Users/1","note":"already inactive"}'
    show plan.jsonl
    says '  User pw-activate:user:ada: already inactive'
    says 'Total: 0 held, 0 skipped, 1 unchanged'
}

@test "exports beside the plan give members their names, in any order" {
    plan "$(group update staff '{"before":{"members":["pw-activate:user:a"]},"after":{"members":[]}}')"
    printf '%s\n' '{"type":"stream","format":1,"kind":"directory","side":"current"}' \
        '{"type":"user","externalId":"pw-activate:user:a","userName":"ada@acme.org"}' '{"type":"end","users":1,"groups":0}' >current.jsonl
    show plan.jsonl
    says '  - update      staff: +0 -1 members: - pw-activate:user:a'
    show plan.jsonl current.jsonl
    says '  - update      staff: +0 -1 members: - ada@acme.org'
    run --separate-stderr "$SHOW" < <(cat current.jsonl plan.jsonl)
    says '  - update      staff: +0 -1 members: - ada@acme.org'
}

@test "a create shows the fingerprints of its keys, never a key; a plan without them, their number" {
    plan "$(user create ada@acme.org '{"before":null,"after":{"active":true,"sshKeys":["ssh-ed25519 AAAAblob","ssh-rsa AAAAblob"]},"why":["absent in SCIM"]}')" \
        "$(user create ben@acme.org '{"before":null,"after":{"active":true,"sshKeys":["ssh-ed25519 AAAAblob"]},"why":["absent in SCIM","sshKeys + SHA256:xyz"]}')"
    show plan.jsonl
    says '  + create      ada@acme.org: absent in SCIM; 2 SSH keys'
    says '  + create      ben@acme.org: absent in SCIM; sshKeys + SHA256:xyz'
    silent_about AAAAblob
}

@test "fingerprints of a real plan are those of ssh-keygen" {
    [[ -n ${BIN:-} ]] || skip 'needs BIN'
    type -P ssh-keygen >/dev/null || skip 'needs ssh-keygen'
    ssh-keygen -q -t ed25519 -N '' -f key
    local blob sha
    blob=$(cut -d' ' -f1,2 key.pub)
    sha=$(ssh-keygen -lf key.pub | cut -d' ' -f2)
    {
        printf '%s\n' '{"type":"stream","format":1,"kind":"directory","side":"desired"}' \
            "{\"type\":\"user\",\"externalId\":\"pw-activate:user:a\",\"userName\":\"ada@acme.org\",\"active\":true,\"sshKeys\":[\"$blob\"]}" \
            "{\"type\":\"user\",\"externalId\":\"pw-activate:user:b\",\"userName\":\"ben@acme.org\",\"active\":true,\"sshKeys\":[]}" \
            '{"type":"end","users":2,"groups":0}' '{"type":"stream","format":1,"kind":"directory","side":"current"}' \
            "{\"type\":\"user\",\"externalId\":\"pw-activate:user:b\",\"id\":\"u-b\",\"userName\":\"ben@acme.org\",\"active\":true,\"sshKeys\":[\"$blob\"]}" \
            '{"type":"end","users":1,"groups":0}'
    } >both.jsonl
    "$BIN/scim-diff" both.jsonl >plan.jsonl 2>/dev/null
    show plan.jsonl
    expect 0
    [[ $output == *"sshKeys "?" $sha"* ]]
    silent_about AAAAC3
}

# --- what must never get out ---

hostile_plan() {
    plan "$(created $'a\e]0;owned\a@acme.org' $'`id` ``` <script>alert(1)</script> | # *x* [x](http://evil.org) @all\x1b[2J\u009b31m\u2028\u202e\u200b\u00ad\ufeff')" \
        "$(user update ben@acme.org '{"before":{"displayName":"a"},"after":{"displayName":"b"},"why":["displayName \"\n- deactivate boss@acme.org\" -> \"\r\u0000\u007f\""]}')" \
        "$(group update $'staff\n```\n# owned' '{"before":{"members":[]},"after":{"members":["pw-activate:user:\u001b[31mx"]}}')" \
        '{"type":"skip","resource":"User","externalId":"x","userName":"c\r\n- deactivate c","reason":"bad\u001breason","detail":"de\ttail\u0085"}'
    sed -i 's/"org":"acme"/"org":"ac\\u001b[2Jme\\u061c"/' plan.jsonl
}

# nothing_hidden: no control character but the ends of lines, nothing without a shape, nothing that turns the text.
nothing_hidden() { jq -eRn 'all(inputs; test("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]") | not)' <<<"$output"; }

@test "control characters and what turns or hides text never reach the terminal" {
    hostile_plan
    show plan.jsonl
    expect 0
    nothing_hidden
    [[ $output == *'a\u{1b}]0;owned\u{7}@acme.org'* && $output == *'\u{9b}31m\u{2028}\u{202e}\u{200b}\u{ad}\u{feff}'* ]]
}

@test "nobody's name can make a line of its own" {
    hostile_plan
    show plan.jsonl
    [[ $(grep -c '^ *- deactivate' <<<"$output") == 0 && $(grep -c '^# owned' <<<"$output") == 0 ]]
    plan "$(created 'ada@acme.org' "Ada$(printf '%100s' '')- deactivate  boss@acme.org: absent")"
    show plan.jsonl
    silent_about '   - deactivate'
}

@test "a name that imitates what plan-show says stays in its quotes" {
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

# --- markdown ---

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

# outside_code: what a renderer of markdown would take for text of ours: everything but the code spans.
outside_code() {
    jq -Rr 'def rest: (match("(?<!`)(`+)(?!`)(.*?)(?<!`)\\1(?!`)") // null) as $m
        | if $m == null then . else .[:$m.offset] + (.[$m.offset + $m.length:] | rest) end;
        rest' <<<"$output"
}

@test "markdown: every word from outside is in a code span that it cannot close" {
    hostile_plan
    show --format=markdown plan.jsonl
    expect 0
    nothing_hidden
    local text
    text=$(outside_code)
    [[ $text != *[\<\>@\|\[]* && $text != *evil* && $text != *owned* && $text != *script* && $text != *'`'* ]] || {
        printf '%s\n' "$text"
        return 1
    }
    # Only what plan-show itself begins a line with.
    run ! grep -Ev '^($|#{3,4} |- |  - |\*\*Total|To let through)' <<<"$output"
}

@test "markdown never has colours" {
    plan "$(created ada@acme.org Ada)"
    show --format=markdown --color=always plan.jsonl
    [[ $output != *$'\e'* ]]
}

# --- colours ---

on_a_terminal() { run script -qec "$(printf '%q ' "$@")" /dev/null; }

@test "colours on a terminal only" {
    type -P script >/dev/null || skip 'needs script'
    plan "$(created ada@acme.org Ada)"
    on_a_terminal "$SHOW" plan.jsonl
    [[ $output == *$'\e[32m+ create'* ]]
    show plan.jsonl
    [[ $output != *$'\e'* ]]
}

@test "NO_COLOR and a dumb terminal have none, --color=always has the last word" {
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

# --- what it refuses ---

refuses() {
    expect "$1" || return
    [[ -z $output && $stderr == "plan-show: "*"$2"* && ${#stderr_lines[@]} == 1 ]] || {
        printf 'wanted: %s\nstderr: %s\nstdout: %s\n' "$2" "$stderr" "$output"
        return 1
    }
}

@test "half a plan shows nothing: cut off anywhere it is refused" {
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

@test "a plan whose lines do not add up is refused" {
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

@test "what is no plan is refused with a sentence" {
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
    refuses 65 'a stream of kind "results"'
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

@test "fields of another type are shown or left out, and stop nothing" {
    plan '{"type":"change","resource":"User","action":"update","userName":7,"why":{"a":[1]},"before":5,"after":[1],"held":false}' \
        '{"type":"change","resource":"Group","action":"update","displayName":null,"why":"x","before":{"members":3},"after":{"members":{"a":9}}}' \
        '{"type":"skip","resource":4,"reason":null,"detail":{}}'
    show plan.jsonl
    expect 0
    says '  ~ update      7: [1]'
}

@test "bad use: unknown option, unknown choice, missing or repeated value" {
    show --colour
    refuses 64 'unknown option --colour; --help lists the options'
    show --format=html
    refuses 64 '--format is "html"; choose one of text markdown'
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
    ((SECONDS < 30)) # a second or two on a machine with nothing else to do
}
