#!/usr/bin/env bats
# CAPTURE_DIR: the index, which captures are kept and for how long, and the latency of leavers.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load capture_fakes

@test "every run has a line in the index; streams are kept if something changed, was held or failed, or SCIM differs" {
    current "$ada"
    RUN_ID=first sync
    quiet
    RUN_ID=quiet sync
    current "${ada/W\/\\\"1/W\/\\\"2}"
    RUN_ID=version sync
    current "${ada/Ada/Someone}"
    RUN_ID=other sync
    RUN_ID=quiet-2 sync
    ends scim-diff 4
    RUN_ID=unresolved sync
    ends scim-diff 0
    plan '{"held":1}' '{"type":"change","id":"c-1","held":"max-deactivations"}'
    results '{"held":1}' '{"type":"outcome","id":"c-1","outcome":"held"}'
    ends scim-diff 3
    RUN_ID=held sync
    ends scim-export 75
    RUN_ID=failed sync
    ends scim-export 0
    ends scim-diff 0
    quiet
    CAPTURE_WHEN=always RUN_ID=always sync
    [ "$(runs | jq -r '[.run, .status, if .capture then "+" else "-" end] | join(" ")' | paste -sd,)" = \
        'first 0 +,quiet 0 -,version 0 -,other 0 +,quiet-2 0 -,unresolved 4 -,held 3 +,failed 75 +,always 0 +' ]
    [ "$(kept | sed 's/.*Z-//' | sort | paste -sd' ')" = 'always failed first held other' ]
    [ "$(kept | sort)" = "$(runs | jq -r '.capture // empty' | sort)" ]
    [ -z "$(find "$CAPTURE_DIR" -type f ! -perm 600)" ]
    captures list
    expect 0
    [ "$(cut -f 2-4 <<<"$output" | paste -sd' ')" = "$(runs | jq -r '[.status, .run, if .capture then "+" else "-" end] | @tsv' | paste -sd' ')" ]
}

@test "a change has its reasons, keys, members by name and outcome; the plan is not needed to find it" {
    current "$ada" '{"type":"group","externalId":"pw-activate:group:hpc","displayName":"hpc","members":["pw-activate:user:ada"]}'
    plan '{"update":2,"create":1}' \
        '{"type":"change","id":"c-1","action":"update","resource":"User","externalId":"pw-activate:user:ada","userName":"ada@acme.org","after":{"userName":"ada.king@acme.org"},"why":["userName \"a\" -> \"b\"","sshKeys + SHA256:new","sshKeys - SHA256:old"]}' \
        '{"type":"change","id":"c-2","action":"update","resource":"Group","externalId":"pw-activate:group:hpc","displayName":"hpc","before":{"members":["pw-activate:user:ada","x"]},"after":{"members":["x","pw-activate:user:ben"]},"why":["members +1 -1"]}' \
        '{"type":"change","id":"c-3","action":"create","resource":"User","externalId":"pw-activate:user:ben","userName":"ben@acme.org"}'
    results '{"applied":2,"failed":1}' '{"type":"outcome","id":"c-2","outcome":"applied"}' '{"type":"outcome","id":"c-1","outcome":"applied"}' \
        '{"type":"outcome","id":"c-3","outcome":"failed","reason":"did-not-take"}'
    ends scim-apply 2
    RUN_ID=r sync
    diff - <(grep '"change"' "$index" | jq -c 'del(.begin)') <<'END'
{"type":"change","run":"r","resource":"User","action":"update","externalId":"pw-activate:user:ada","name":"ada@acme.org","newName":"ada.king@acme.org","outcome":"applied","why":["userName \"a\" -> \"b\""],"keysAdded":["SHA256:new"],"keysRemoved":["SHA256:old"]}
{"type":"change","run":"r","resource":"Group","action":"update","externalId":"pw-activate:group:hpc","name":"hpc","outcome":"applied","why":["members +1 -1"],"joined":{"pw-activate:user:ben":"pw-activate:user:ben"},"left":{"pw-activate:user:ada":"ada@acme.org"}}
{"type":"change","run":"r","resource":"User","action":"create","externalId":"pw-activate:user:ben","name":"ben@acme.org","outcome":"failed","reason":"did-not-take"}
END
    rm -r "$CAPTURE_DIR"/20*
    captures when ADA.KING@acme.org
    expect 0
    [[ ${#lines[@]} == 2 && ${lines[0]} == *$'\tapplied\tupdate User ada@acme.org: userName "a" -> "b"; sshKeys + SHA256:new; sshKeys - SHA256:old'*'run r' ]]
    [[ ${lines[1]} == *$'\tapplied\tupdate Group hpc: members +1 -1; left: ada@acme.org'*'run r' ]]
    captures when SHA256:old --format=json
    [[ $(jq -r .name <<<"$output") == ada@acme.org ]]
    captures when hpc
    [[ $output == *'joined: pw-activate:user:ben; left: ada@acme.org'* ]]
    captures when nobody
    expect 1 "no change of nobody is in $index, whose first run began at 20"
    captures show
    [[ $output == *$'failed\tcreate User ben@acme.org: reason did-not-take'* ]]
}

@test "the times of the index are in UTC, also while summer time is in force" {
    TZ=STD-11SUM-12,J1/0,J365/23 sync
    expect 0
    [[ $(runs | jq '.begin <= .end') == true && $(runs | jq -r .end) < $(date -ud '10 minutes' +%FT%TZ) ]]
}

@test "changes that are held again are listed once" {
    plan '{"held":1,"heldDigest":"abc"}' '{"type":"change","id":"c-1","action":"deactivate","held":"max-deactivations","externalId":"e","userName":"ada"}'
    results '{"held":1}' '{"type":"outcome","id":"c-1","outcome":"held"}'
    ends scim-diff 3
    sync
    sync
    sed -i 's/"abc"/"def"/' "$STATE/scim-diff.out"
    sync
    [[ $(grep -c '"change"' "$index") == 2 && $(runs | jq -r .heldDigest | paste -sd' ') == 'abc abc def' ]]
}

@test "CAPTURE_KEEP removes what is older, except the newest state before that time" {
    run_at 120 a "$ada"
    run_at 100 b "$ada"
    # A run that failed before it had read SCIM has no state.
    run_at 95 failed "$ada"
    sed -i '$d' "$CAPTURE_DIR"/*-failed/current.jsonl
    sed -i '/failed/s/,"current":{[^}]*}//' "$index"
    run_at 80 c "$ada"
    mkdir -p "$CAPTURE_DIR/dry-runs/20200101T000000Z-d" "$CAPTURE_DIR/20200101T000000Z-notes" "$CAPTURE_DIR/2020"
    touch "$CAPTURE_DIR/dry-runs/20200101T000000Z-d/run.log" "$CAPTURE_DIR/20200101T000000Z-notes/"{run.log,mine.txt}
    mkdir "$BATS_TEST_TMPDIR/elsewhere" && touch "$BATS_TEST_TMPDIR/elsewhere/run.log"
    ln -s "$BATS_TEST_TMPDIR/elsewhere" "$CAPTURE_DIR/20200101T000000Z-link"
    captures prune --keep=90d --dry-run
    expect 0
    [[ $(printf '%s\n' "${lines[@]##*Z-}" | paste -sd' ') == 'a d' && $(kept | wc -l) == 6 ]]
    quiet
    CAPTURE_KEEP=90d RUN_ID=e sync
    expect 0
    [[ $stderr != *warning* ]]
    [[ $(kept | sed 's/.*Z-//' | paste -sd' ') == 'link notes b failed c e' ]]
    [[ -e $BATS_TEST_TMPDIR/elsewhere/run.log && ! -e $CAPTURE_DIR/dry-runs/20200101T000000Z-d && -d $CAPTURE_DIR/2020 ]]
    [[ $(jq -r '"\(.type) \(.run)"' "$index" | paste -sd,) == 'run b,run failed,change c,run c,run e' ]]
    captures who --on="$(date -ud '89 days ago' +%F)"
    expect 0 'as run b of'
    captures prune --keep=1h
    expect 0
    [[ $(kept | sed 's/.*Z-//' | paste -sd' ') == 'link notes c e' ]]
}

@test "a CAPTURE_DIR whose name is dry-runs is pruned alone, without the directory that it is in" {
    run_at 120 a "$ada"
    run_at 100 b "$ada"
    CAPTURE_DIR=$CAPTURE_DIR/dry-runs CAPTURE_KEEP=90d sync
    expect 0
    [[ $(kept | sed 's/.*Z-//' | paste -sd' ') == 'a b' && $(runs | wc -l) == 2 ]]
}

@test "an index that cannot be written is a warning and a metric; a link in its place is not followed" {
    mkdir -p "$CAPTURE_DIR"
    echo precious >precious
    ln -s "$PWD/precious" "$index"
    METRICS_FILE=$PWD/metrics sync
    expect 0 'done: '
    [[ $stderr == *"warning: cannot write to $CAPTURE_DIR/index.jsonl; this run continues without a complete capture"* && $(<precious) == precious ]]
    grep -qx 'pw_scim_sync_capture_failed 1' metrics
    rm "$index"
    ln -s "$PWD/absent" "$index"
    sync
    [[ $stderr == *'cannot write to '* && ! -e absent ]]
    rm "$index"
    mkdir "$index"
    sync
    expect 0 'done: '
    [[ $stderr == *'cannot write to '* ]]
}

@test "two writers write one after the other" {
    mkdir "$CAPTURE_DIR"
    local n jobs=()
    for n in {1..8}; do
        head -c 300000 /dev/zero | tr '\0' "$n" | sed 's/$/\n/' >"line-$n"
        bash -c 'set -eu; source "$0/capture-store.bash"; append_to_index "$1" "$2"' "$SYNC.d" "$CAPTURE_DIR" "line-$n" &
        jobs+=($!)
    done
    for n in "${jobs[@]}"; do wait "$n"; done
    cmp <(sort "$index") <(cat line-{1..8})
}

@test "the metric of the latency: from the last run that saw a leaver to the run that deactivated the leaver" {
    local gone='{"type":"change","id":"c-1","action":"deactivate","resource":"User","externalId":"pw-activate:user:ada","userName":"ada@acme.org","before":{"active":true},"after":{"active":false}}'
    export METRICS_FILE=$PWD/metrics
    latency() { sed -n 's/^pw_scim_sync_leaver_latency_seconds[^ ]* //p' metrics; }
    # ago SECONDS: the last run began that long ago.
    ago() { sed -i "$(wc -l <"$index")s/\"begin\":\"[^\"]*\"/\"begin\":\"$(date -ud "$1 seconds ago" +%FT%T).000Z\"/" "$index"; }
    around() { (($(latency | cut -d. -f1) >= $1 && $(latency | cut -d. -f1) < $1 + 60)); }
    quiet
    sync
    ago 90000
    sync
    ago 7200
    [[ -z $(latency) ]]
    # Seen two hours ago, and deactivated by the first run without them.
    changes "$gone"
    sync
    around 7200
    [[ $(jq -r 'select(.type == "change") | .lastSeen' "$index") == "$(runs | sed -n 2p | jq -r .begin)" ]]
    ago 7000
    quiet
    sync
    ago 5000
    # Held by the next two runs, the second without lines of its own, and approved by the third.
    plan '{"held":1,"heldDigest":"abc"}' "${gone/\"id\"/\"held\":\"max-deactivations\",\"id\"}"
    results '{"held":1}' '{"type":"outcome","id":"c-1","action":"deactivate","outcome":"held"}'
    ends scim-diff 3
    sync
    ago 3000
    sync
    ago 1000
    ends scim-diff 0
    changes "$gone"
    sync
    around 5000
    # A user who is seen again in between has been missing since then only.
    quiet
    sync
    ago 500
    changes "$gone"
    sync
    around 500
    METRICS_FILE=$PWD/metrics sync --dry-run
    [[ -z $(latency) ]]
}
