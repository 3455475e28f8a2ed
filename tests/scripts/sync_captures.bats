#!/usr/bin/env bats
# sync-captures: what it prints, and what it refuses.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load capture_fakes

@test "dry runs are apart, and no answer of sync-captures has them" {
    current "$ada"
    plan '{"create":1}' '{"type":"change","id":"c-1","action":"create","resource":"User","externalId":"e","userName":"eve@acme.org"}'
    RUN_ID=dry sync --dry-run
    expect 0
    [[ $(jq -r 'select(.type == "change").outcome' "$CAPTURE_DIR/dry-runs/index.jsonl") == planned ]]
    [[ -n $(find "$CAPTURE_DIR/dry-runs" -path '*Z-dry/plan.jsonl.gz') && ! -e $index ]]
    captures list
    expect 1 'there is no run in'
    quiet
    RUN_ID=real sync
    captures when eve@acme.org
    expect 1
    captures list
    [[ $(cut -f 3 <<<"$output") == real ]]
    captures list --dir="$CAPTURE_DIR/dry-runs"
    [[ $(cut -f 3 <<<"$output") == dry ]]
    ln -s "$BATS_TEST_TMPDIR/elsewhere" "$BATS_TEST_TMPDIR/linked" && mkdir elsewhere "$BATS_TEST_TMPDIR/other"
    ln -s "$PWD/elsewhere" "$BATS_TEST_TMPDIR/other/dry-runs"
    CAPTURE_DIR=$BATS_TEST_TMPDIR/other sync --dry-run
    expect 0
    [[ $stderr == *'cannot write to the capture directory'* && -z $(ls -A elsewhere) ]]
}

@test "who: the state that the last capture before the date found, with what was applied until then" {
    local dee='{"type":"change","id":"c-1","action":"create","resource":"User","externalId":"pw-activate:user:dee","userName":"dee@acme.org","before":null,"after":{"userName":"dee@acme.org","displayName":"Dee","active":true}}'
    local off='{"type":"change","id":"c-2","action":"deactivate","resource":"User","externalId":"pw-activate:user:ada","userName":"ada@acme.org","before":{"active":true},"after":{"active":false}}'
    local taken='{"type":"change","id":"c-3","action":"adopt","resource":"User","externalId":"pw-activate:user:ben2","userName":"ben@acme.org","before":{"externalId":"pw-activate:user:ben","active":false},"after":{"externalId":"pw-activate:user:ben2","active":true}}'
    current "$ada" '{"type":"user","externalId":"pw-activate:user:ben","id":"u-ben","userName":"ben@acme.org","active":false}' \
        '{"type":"group","externalId":"pw-activate:group:hpc","displayName":"hpc","members":["pw-activate:user:ada","pw-activate:user:ben2"]}'
    changes "$dee" "$off" "$taken"
    RUN_ID=r sync
    captures who
    expect 0 'as run r of 20'
    [[ $(sort <<<"$output") == $'ben@acme.org\t\ndee@acme.org\tDee' && $stderr == *'changes applied since then: 3' ]]
    captures who --group=hpc
    [[ $(cut -f 1 <<<"$output") == ben@acme.org ]]
    captures who --group=nothing
    expect 1 'no managed group had the name nothing at 20'
    # As long as the run was active, its changes do not count.
    sed -i.kept 's/"end":"[^"]*"/"end":"2999-01-01T00:00:00.000Z"/' "$index"
    captures who --format=json
    expect 0 'changes applied since then: 0'
    [[ $(jq -r .userName <<<"$output") == ada@acme.org ]]
    mv "$index.kept" "$index"
    captures who --on="$(date -ud yesterday +%F)"
    expect 1 'no capture in'
    [[ $stderr == *"the first that has one is $(runs | jq -r .begin)" ]]
    # A plan that was applied without an export, after the last capture with a state.
    plan '{"deactivate":1}' '{"type":"change","id":"c-4","action":"deactivate","resource":"User","externalId":"pw-activate:user:dee","userName":"dee@acme.org","before":{"active":true},"after":{"active":false}}'
    results '{"applied":1}' '{"type":"outcome","id":"c-4","action":"deactivate","outcome":"applied"}'
    cp "$STATE/scim-diff.out" reviewed.jsonl
    sync --apply-plan=reviewed.jsonl
    expect 0
    captures who
    [[ $(cut -f 1 <<<"$output") == ben@acme.org && $stderr == *'changes applied since then: 4' ]]
}

@test "a run after the clock was set back is later than those before; the line of an overlapping run is not" {
    run_at 3 c "$ada"
    run_at 4 d "$ada"
    sed -i "/\"run\":\"d\"/s/\"end\":\"[^\"]*/\"end\":\"$(date -ud '2 days ago' +%FT%T.000Z)/" "$index"
    run_at 1 a "$ada"
    run_at 2 b
    captures list
    [[ $(cut -f 3 <<<"$output" | paste -sd' ') == 'd c a b' ]]
    captures who
    expect 0 'as run b of'
    [[ -z $output ]]
    captures who --on="$(date -ud '3 days ago' +%F)"
    expect 0 'as run c of'
    [[ $output == *ada@acme.org* ]]
}

@test "who: a state with a line that is lost or is not JSON is damaged" {
    run_at 2 old "$ada" '{"type":"user","externalId":"pw-activate:user:ben","id":"u-ben","userName":"ben@acme.org","active":true}'
    local found
    found=$(find "$CAPTURE_DIR" -name current.jsonl)
    captures who
    expect 0
    cp "$found" whole
    local damage
    for damage in /u-ben/d '/u-ben/s/"active":true}/"active":true/' '$d' '$p'; do
        sed "$damage" whole >"$found"
        captures who
        expect 65 'is cut off or damaged; the state at 20'
        [[ -z $output ]]
    done
}

@test "who: a run that applied more changes than its capture has is named, with 65" {
    current "$ada"
    changes '{"type":"change","id":"c-1","action":"deactivate","resource":"User","externalId":"pw-activate:user:ada","userName":"ada@acme.org","before":{"active":true},"after":{"active":false}}'
    RUN_ID=r sync
    captures who
    [[ $status == 0 && -z $output ]]
    local name capture damage
    capture=$(find "$CAPTURE_DIR" -name '*-r')
    for name in results plan; do
        for damage in 'rm -f' 'gzip -d' 'truncate -s 0'; do
            cp "$capture/$name.jsonl.gz" kept
            $damage "$capture/$name.jsonl.gz"
            [[ $damage != gzip* ]] || sed -i 1q "$capture/$name.jsonl"
            captures who
            expect 65 "run r applied more changes (1) than $capture has, so its plan or results are missing or damaged; the state at 20"
            [[ -z $output ]]
            rm -f "$capture/$name.jsonl"
            mv kept "$capture/$name.jsonl.gz"
        done
    done
    mv "$capture" elsewhere
    captures who
    expect 65
    [[ -z $output ]]
}

@test "a date is a day or a time, in UTC unless it has an offset, and not in the future" {
    run_at 2 old "$ada"
    local date
    for date in "$(date -u +%F)" "$(date -ud '1 day ago' +%F)" "$(date -ud '1 day ago' +%FT%H:%M)" "$(date -ud '1 day ago' +'%F %H:%M:%S')" "$(date -ud '1 day ago' +%FT%H:%M)-05:00"; do
        captures who --on="$date"
        expect 0 'as run old of'
    done
    for date in yesterday 2026-02-30 2026-13-01 12.11.2026 2026-11-12T25:00 2026-11-12T18:00X '2026-11-12; x' 20261112 -1; do
        captures who --on="$date"
        expect 64 '; write 2026-11-12, 2026-11-12T18:00 or 2026-11-12T18:00+01:00'
    done
    captures who --on="$(date -ud tomorrow +%F)"
    expect 64 'which is in the future'
}

@test "settings that cannot be meant are refused" {
    local value
    for value in 90 d 90days 90d10h -1d 1w 99999999d '1d; x'; do
        CAPTURE_KEEP=$value sync
        expect 78 'CAPTURE_KEEP is '
        captures prune --keep="$value"
        expect 64
    done
    CAPTURE_WHEN=never sync
    expect 78 'CAPTURE_WHEN is "never"; choose one of changes always'
    SYNC_CAPTURE_KEEP=90d sync
    expect 78 'did you mean CAPTURE_KEEP?'
    mkdir -p "$CAPTURE_DIR"
    captures prune
    expect 64 'how long are captures kept? Give --keep=90d'
    captures
    expect 64 'which command?'
    captures lists
    expect 64 'unknown command "lists"'
    captures list --on=2026-11-12
    expect 64 '--on goes with the command who only'
    captures list x
    expect 64 'list takes no argument'
    captures show a b
    expect 64 'one argument at a time'
    captures list --dir=missing
    expect 64 'missing is not a directory'
    CAPTURE_DIR='' captures list
    expect 64 'where are the captures?'
    captures show r-1
    expect 1 'there is no run r-1 in'
}

@test "a line that a crash has cut off is ignored with a warning, and the next run begins a new one" {
    sync
    printf '{"type":"run","begin":"2026-11-' >>"$index"
    captures list
    expect 0 "warning: the last line of $index is incomplete and ignored"
    [[ ${#lines[@]} == 1 ]]
    RUN_ID=after sync
    expect 0
    captures list
    [[ ${#lines[@]} == 2 && ${lines[1]} == *$'\tafter\t'* && -z $stderr ]]
    captures when x
    expect 1
}

@test "names in captures cannot act on a terminal" {
    local evil='{"type":"change","id":"c-1","action":"create","resource":"User","externalId":"e","userName":"\u001b[2Jeve\u202e\t\n@acme.org","after":{"userName":"\u001b[2Jeve","active":true},"why":["\u001b[31mred"]}'
    current '{"type":"user","externalId":"x","userName":"\u001b[2Jmallory","displayName":"a\tb","active":true}'
    changes "$evil"
    sync
    expect 0
    local words
    for words in 'when e' who list show; do
        # shellcheck disable=SC2086 # a command and its argument
        captures $words
        [[ -n $output && $output != *$'\e'* && $output != *$'\u202e'* ]] || return 1
    done
    captures who
    [[ $output == *'\u{1b}[2Jmallory'$'\t''a\u{9}b'* ]]
}

@test "captures of a version without an index, and of a run that was killed, are listed and used" {
    mkdir -p "$CAPTURE_DIR"/20260101T120000Z-old "$CAPTURE_DIR"/20260102T120000Z-killed "$CAPTURE_DIR/20260103T120000Z-x y"
    current "$ada"
    cp "$STATE/scim-export.out" "$CAPTURE_DIR/20260101T120000Z-old/current.jsonl"
    cp "$STATE"/scim-diff.out "$CAPTURE_DIR/20260101T120000Z-old/plan.jsonl"
    echo '{"run":"old","begin":"2026-01-01T12:00:00.100Z","seconds":1.5,"status":0,"dryRun":false,"conclusion":"done: something","stages":[]}' >"$CAPTURE_DIR/20260101T120000Z-old/run.json"
    touch "$CAPTURE_DIR/20260102T120000Z-killed/current.jsonl"
    captures list
    expect 0
    [[ ${#lines[@]} == 2 && ${lines[0]} == $'2026-01-01T12:00:00Z\t0\told\t+\tdone: something' ]]
    [[ ${lines[1]} == *$'\t-\tkilled\t+\t'*'the run did not end'* ]]
    captures who --on=2026-01-05
    expect 0 'as run old of 2026-01-01T12:00:00Z found it'
    [[ $output == $'ada@acme.org\tAda' ]]
    captures path old
    [[ $output == "$CAPTURE_DIR/20260101T120000Z-old" ]]
    sync
    captures list
    [[ ${#lines[@]} == 3 ]]
}

@test "a damaged capture is named" {
    current "$ada"
    changes '{"type":"change","id":"c-1","action":"create","resource":"User","externalId":"e"}'
    sync
    local file
    file=$(echo "$CAPTURE_DIR"/20*/current.jsonl.gz)
    head -c -9 "$file" >shortened
    cp shortened "$file"
    captures who
    expect 65 "$file: the gzip data is damaged, cut off"
    gzip -d <"$STATE/nothing" >/dev/null 2>&1 || head -n -1 "$STATE/scim-export.out" | gzip >"$file"
    captures who
    expect 65 "$file is cut off or damaged; the state at"
    rm "$file"
    captures who
    expect 65 'there is no current.jsonl to read'
}

@test "when takes at most 5 seconds over 8,640 runs, and list too" {
    mkdir "$CAPTURE_DIR"
    jq -nc '[range(8640)] | .[] | (. * 900 + 1790000000 | strftime("%Y-%m-%dT%H:%M:%S.000Z")) as $begin
        | (if . % 20 == 0 then range(5) as $i | {type: "change", begin: $begin, run: "r-\(.)", resource: "User", action: "update", externalId: "pw-activate:user:\(. % 700 + $i)",
            name: "user\(. % 700 + $i)@acme.org", outcome: "applied", why: ["displayName \"x\" -> \"y\""], keysAdded: ["SHA256:\(.)-\($i)"]} else empty end),
          {type: "run", begin: $begin, end: $begin, run: "r-\(.)", status: 0, dryRun: false, did: {}, held: 0, failed: 0, desired: true,
            current: {digest: "x"}, approvals: [{digest: "d", by: "Ada"}], conclusion: "done: nothing to do, 10,000 unchanged in 8.1 s"}' >"$index"
    SECONDS=0
    captures when user100@acme.org
    expect 0
    ((${#lines[@]} > 10 && SECONDS <= 5))
    SECONDS=0
    captures when SHA256:8600-3
    [[ ${#lines[@]} == 1 && $output == *'approved by Ada: d' ]]
    captures list
    ((${#lines[@]} == 8640 && SECONDS <= 10))
}
