#!/usr/bin/env bats
# The examples of the manual pages: each command runs, and each line of JSON is written by the programs.
# shellcheck disable=SC2154,SC2016,SC2094 # bats' variables; awk's dollars; files named as functions are

bats_require_minimum_version 1.5.0
load manual

# examples PAGE: the commands in DESCRIPTION and EXAMPLES, one a line; those of several lines are joined by newlines written as \n. Lines of
# JSON are examples of records, which another test reads.
examples() {
    { section DESCRIPTION "$1" && section EXAMPLES "$1"; } | awk '
        /^\.Dl / { sub(/^\.Dl /, ""); print; next }
        /^\.Bd -literal/ { block = 1; text = ""; next }
        /^\.Ed/ { if (block && text !~ /^\{"/) print text; block = 0; next }
        block { text = text (text == "" ? "" : "\\n") $0 }' | sed -e 's/\\(dq/"/g' -e 's/\\-/-/g' -e 's/\\e/\\/g'
}

# The directory in which the examples run: our tools on PATH, with exports that print local files, and without any request.
stage() {
    local name now
    now=$(date -u +%FT%TZ) # scim-apply --max-age rejects old exports
    mkdir -p bin here/capture here/captures/20261123T180000Z-1a2b3c4d
    printf '%s\n' '{"type":"stream","format":1,"kind":"directory","side":"desired","at":"'"$now"'"}' \
        '{"type":"user","externalId":"pw-activate:user:ada","userName":"ada@acme.org","displayName":"Ada","active":true,"sshKeys":[]}' \
        '{"type":"user","externalId":"pw-activate:user:cyd","userName":"cyd@acme.org","active":true,"sshKeys":[]}' \
        '{"type":"end","users":2,"groups":0}' >desired.jsonl
    printf '%s\n' '{"type":"stream","format":1,"kind":"directory","side":"current","at":"'"$now"'"}' \
        '{"type":"user","externalId":"pw-activate:user:ada","id":"u-1","userName":"ada@acme.org","displayName":"A","active":true,"sshKeys":[]}' \
        '{"type":"user","externalId":"pw-activate:user:ben","id":"u-2","userName":"ben@acme.org","active":true,"sshKeys":[]}' \
        '{"type":"end","users":2,"groups":0}' >current.jsonl
    cp current.jsonl here/capture/
    echo 'ada@acme.org' >here/adopt.txt
    echo 'select(.action != "create")' >here/policy.jq
    cp desired.jsonl current.jsonl here/captures/20261123T180000Z-1a2b3c4d/
    printf '%s\n' '{"type":"stream","format":1,"kind":"confirmations"}' '{"type":"confirmation","externalId":"pw-activate:user:ben","userName":"ben@acme.org","answer":"gone"}' \
        '{"type":"end","confirmations":1}' >here/captures/20261123T180000Z-1a2b3c4d/confirmations.jsonl
    mkdir -p here/captures/20260101T180000Z-5e6f7a8b
    printf '%s\n' '{"type":"stream","format":1,"kind":"directory","side":"current"}' '{"type":"user","externalId":"e","userName":"ada@acme.org","active":true}' \
        '{"type":"group","externalId":"g","displayName":"gpu-users","members":["e"]}' '{"type":"end","users":1,"groups":1}' >here/captures/20260101T180000Z-5e6f7a8b/current.jsonl
    printf '%s\n' '{"type":"change","begin":"2026-01-01T18:00:00.000Z","run":"5e6f7a8b","resource":"User","action":"create","externalId":"e","name":"ada@acme.org","outcome":"applied","keysAdded":["SHA256:DVAArV3UiyuE5rjJF2edRnBTVXKDO99wyYMYI+J7E70"]}' \
        '{"type":"run","begin":"2026-01-01T18:00:00.000Z","end":"2026-01-01T18:00:01.000Z","run":"5e6f7a8b","status":0,"capture":"20260101T180000Z-5e6f7a8b","current":{"digest":"d"},"conclusion":"done"}' >here/captures/index.jsonl
    for name in scim-diff scim-apply; do ln -sf "$BIN/$name" bin/; done
    for name in "${scripts[@]}"; do ln -sf "$SCRIPTS/$name" bin/; done
    cat >bin/activate-export <<FAKE
#!/bin/bash
"$BIN/activate-export" --help "\$@" >/dev/null || exit
[[ \$* != *--confirm* ]] || exec printf '%s\n' '{"type":"stream","format":1,"kind":"confirmations"}' '{"type":"confirmation","externalId":"pw-activate:user:ben","userName":"ben@acme.org","answer":"gone"}' '{"type":"end","confirmations":1}'
exec cat "$PWD/desired.jsonl"
FAKE
    cat >bin/scim-export <<FAKE
#!/bin/bash
"$BIN/scim-export" --help "\$@" >/dev/null || exit
[[ \$* != *--confirm* ]] || exec printf '%s\n' '{"type":"stream","format":1,"kind":"confirmations","side":"current"}' '{"type":"end","asked":0,"users":0,"groups":0}'
exec cat "$PWD/current.jsonl"
FAKE
    printf '#!/bin/bash\nexec cat\n' >bin/less
    chmod +x bin/*
    "$BIN/scim-diff" desired.jsonl current.jsonl >plan.jsonl
    export PATH=$PWD/bin:$PATH DRY_RUN=true SYNC_LOCK_FILE=$PWD/lock
}

@test "every example runs" {
    local page example count=0
    stage
    for page in "${pages[@]}" "${shared[@]}"; do
        examples "$page" >list
        [[ -s list ]]
        while IFS= read -r example; do
            count=$((count + 1))
            cp -- *.jsonl here/
            run --separate-stderr bash -euo pipefail -c "cd here && ${example//\\n/$'\n'}" </dev/null
            # With limits that allow half of the users to be deactivated, rehearse may complain. A policy that drops a change ends with 2.
            [[ $status == 0 || $status == 70 && $example == *rehearse*--max-deactivations* || $status == 2 && $example == *SYNC_POLICY=* ]] || {
                printf '%s\n%s: status %s\n%s\n%s\n' "$page" "$example" "$status" "$stderr" "$output"
                return 1
            }
        done <list
    done
    ((count > 20))
}

@test "the lines in scim-streams(5) and scim-plan(5) are written by the programs" {
    local kind
    cat "$TOOLS"/scim-{streams,plan}.5 | awk '/^\.Bd -literal/ { block = 1; text = ""; next } /^\.Ed/ { block = 0; if (text ~ /^{/) print text } block { sub(/^ +/, ""); text = text $0 }' |
        sed 's/\\e/\\/g' >lines
    [[ $(jq -r .type lines | paste -sd' ') == 'stream user group confirmation end change skip unchanged outcome end end' ]]
    # The programs read them as an export and a plan.
    {
        jq -c 'select(.type == "stream")' lines
        jq -c 'select(.type == "user") | .sshKeys = []' lines
        jq -c 'select(.type == "group")' lines
        echo '{"type":"end","users":1,"groups":1}'
    } >desired.jsonl
    {
        echo '{"type":"stream","format":1,"kind":"directory","side":"current"}'
        jq -c 'select(.type == "user")' lines
        echo '{"type":"user","externalId":"pw-activate:user:ben","id":"u-ben","userName":"ben@acme.org","active":true}'
        jq -c 'select(.type == "group")' lines
        echo '{"type":"end","users":2,"groups":1}'
    } >current.jsonl
    {
        echo '{"type":"stream","format":1,"kind":"confirmations","scope":["hpc-users"]}'
        jq -c 'select(.type == "confirmation")' lines
        echo '{"type":"end","confirmations":1}'
    } >confirmations.jsonl
    "$BIN/scim-diff" --max-member-removals=1 desired.jsonl current.jsonl confirmations.jsonl >plan.jsonl
    grep -q '"confirmed":"gone"' plan.jsonl
    {
        echo '{"type":"stream","format":1,"kind":"plan"}'
        jq -c 'select(.type | IN("change", "skip", "unchanged"))' lines
    } | "$SCRIPTS/reseal" >plan.jsonl
    "$BIN/scim-apply" --dry-run plan.jsonl >results.jsonl
    # The counts of the seal are as the page describes.
    jq -es 'map(select(.type == "end"))[1]
        | (.desired.users + .desired.groups + .current.users + .current.groups - .matched)
            == (.create + .update + .deactivate + .reactivate + .adopt - .split + .skipped + .unchanged)' lines
    for kind in user group change skip unchanged outcome end; do
        jq -r --arg kind "$kind" 'select(.type == $kind) | keys_unsorted | join(" ")' lines >"$kind"
        [[ -s $kind ]]
    done
    [[ $(<outcome) == 'type id action resource externalId userName outcome status' ]]
}
