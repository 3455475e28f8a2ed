#!/usr/bin/env bats
# plan-show: changes, gained and lost access, held and skipped changes.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; backticks of markdown; each test is a subshell

bats_require_minimum_version 1.5.0
load plan_show

setup() { setup_plan_show; }

@test "a plan without changes is reported as nothing to do" {
    SEAL='{"unchanged":210}' plan
    show plan.jsonl
    expect 0
    [[ $output == $'Plan for acme, made 2026-11-23T18:00:00Z\nTotal: 0 held, 0 skipped, 210 unchanged\n\nNothing to do.' ]]
}

@test "a plan without changes whose exports lack records does not say that there is nothing to do" {
    SEAL='{"unchanged":210,"exports":{"unresolved":1,"partial":2}}' plan
    show plan.jsonl
    expect 0
    says 'Total: 0 held, 0 skipped, 210 unchanged, 3 missing in the exports'
    says 'No change is planned, but the exports lack records, so access may differ.'
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

@test "a group that loses members is marked as a removal, with the members that this line removes" {
    plan "$(gone ben@acme.org)" "$(group update staff '{"before":{"members":["pw-activate:user:ben","pw-activate:user:x"],"foreignMembers":["u-9"]},
        "after":{"members":["pw-activate:user:cyd","pw-activate:user:x"],"foreignMembers":[]},"why":["2 left out: inactive","members +7 -9","unmanaged members -1"]}')"
    show plan.jsonl
    says '  - update      staff: +1 -2 members: - ben@acme.org, - u-9, + pw-activate:user:cyd; 2 left out: inactive'
    says '  group staff: ben@acme.org, u-9'
}

@test "an account that passes to another user is gained by one and lost by the other, and so is the name of a group" {
    plan "$(user adopt ada@acme.org '{"before":{"externalId":"pw-activate:user:old"},"after":{"externalId":"pw-activate:user:ada"}}')" \
        "$(user adopt ben@acme.org '{"before":{"externalId":"pw-activate:user:off","active":false},"after":{"externalId":"pw-activate:user:ben","active":true}}')" \
        "$(user adopt cyd@acme.org '{"before":{"externalId":""},"after":{"externalId":"pw-activate:user:cyd"}}')" \
        "$(group update hpc '{"before":{"displayName":"hpc"},"after":{"displayName":"gpu"}}')" \
        "$(group update low '{"before":{"displayName":"low"},"after":{"displayName":"high"},"held":"max-renamed-groups"}')"
    show plan.jsonl
    expect 0
    says 'Gains access: 2 users, 1 renamed group'
    says '  users: ada@acme.org (pw-activate:user:ada), ben@acme.org (pw-activate:user:ben)'
    says '  group gpu: the members of hpc'
    says 'Loses access: 1 user, 1 renamed group'
    says '  users: ada@acme.org (pw-activate:user:old)'
    says '  group hpc: its members, who are in gpu instead'
}

@test "gained and lost access is listed: users, memberships, keys" {
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

@test "a rename gives no user access and removes none" {
    plan "$(user update ada@acme.org '{"before":{"displayName":"a","active":true},"after":{"displayName":"b","active":true}}')"
    show plan.jsonl
    says 'Gains access: no user'
    says 'Loses access: no user'
}

@test "an adopted record that was inactive gains access" {
    plan "$(user adopt ada@acme.org '{"before":{"externalId":null,"active":false},"after":{"externalId":"x","active":true}}')"
    show plan.jsonl
    says 'Gains access: 1 user'
    says '  + adopt       ada@acme.org'
}

@test "held changes come first, lose nothing, and have their limit and the approval" {
    local digest=cffb1d64f61d542287d29b4834626d68
    SEAL="{\"heldDigest\":\"$digest\"}" plan "$(gone ben@acme.org --arg held max-deactivations)" "$(created dee@acme.org Dee)" \
        "$(group update staff '{"held":"max-member-removals","before":{"members":["pw-activate:user:ben"]},"after":{"members":[]},"why":["members +0 -1"]}')" \
        '{"type":"skip","resource":"User","externalId":"pw-activate:user:x","userName":"x@acme.org","reason":"protected","detail":"stays"}'
    show plan.jsonl
    says 'Held: 2 changes, not applied'
    says '  ! deactivate  ben@acme.org: absent in ACTIVATE; held by max-deactivations'
    says '  ! update      staff: +0 -1 members: - ben@acme.org; held by max-member-removals'
    says "    SYNC_APPROVE=$digest           for the next run, or"
    says "    scim-diff --approve $digest"
    says 'Loses access: no user'
    says 'Total: users: 1 created; 2 held, 1 skipped, 0 unchanged'
    before 'Held:' 'Users'
    before 'Held:' 'Loses access'
}

@test "changes that are not sent, and unresolved records, are reported with the reason" {
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

@test "each of several limits has its digest" {
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

@test "an invalid digest is not offered for copying" {
    SEAL='{"heldDigest":"$(reboot)"}' plan "$(gone ben@acme.org --arg held max-deactivations)"
    show plan.jsonl
    expect 0
    silent_about reboot
    silent_about approve
}

@test "an edited plan is reported as such, with a digest of the changes that were held before" {
    SEAL='{"resealed":true,"heldDigest":"cffb1d64f61d542287d29b4834626d68"}' plan "$(gone ben@acme.org --arg held max-deactivations)"
    show plan.jsonl
    says 'Plan for acme, made 2026-11-23T18:00:00Z, edited since'
    says '  To approve exactly what scim-diff held, once, when you know the reason:'
}

@test "the title of a plan of a shard names the shard" {
    SEAL='{"shard":"0/2"}' plan "$(gone ben@acme.org)"
    show plan.jsonl
    says 'Plan for acme, shard 0/2, made 2026-11-23T18:00:00Z'
}

@test "each of the two lines of a split change shows its own part" {
    local why='"why":["displayName \"A\" -> \"B\"","sshKeys - SHA256:aaa"]'
    plan "$(user update ada@acme.org "{\"before\":{\"displayName\":\"A\"},\"after\":{\"displayName\":\"B\"},$why}")" \
        "$(user update ada@acme.org "{\"held\":\"max-keyless-users\",\"before\":{\"sshKeys\":[\"k\"]},\"after\":{\"sshKeys\":[]},$why}")"
    show plan.jsonl
    says '  ~ update      ada@acme.org: displayName "A" -> "B"'
    says '  ! update      ada@acme.org: sshKeys - SHA256:aaa; held by max-keyless-users'
    says 'Loses access: no user'
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

@test "unchanged records are listed if the plan has them" {
    plan '{"type":"unchanged","resource":"User","externalId":"pw-activate:user:ada","path":"/Users/1","note":"already inactive"}'
    show plan.jsonl
    says '  User pw-activate:user:ada: already inactive'
    says 'Total: 0 held, 0 skipped, 1 unchanged'
}

@test "exports given with the plan provide names of members, in any order" {
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

@test "a create shows the fingerprints of its keys, never a key; without fingerprints, their number" {
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
    "$BIN/scim-diff" both.jsonl >plan.jsonl 2>/dev/null || (($? == 2)) # the key moves in the next run
    show plan.jsonl
    expect 0
    [[ $output == *"sshKeys "?" $sha"* ]]
    silent_about AAAAC3
}
