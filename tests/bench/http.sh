#!/bin/bash
# The throughput of scim-apply on a server, compared with that of other clients on the same server at the same time. Prints tab-separated
# rows: subject, measured, against, ratio, target. --quick takes a tenth of the time, of which the search for a limit then is a larger part.
#
# BIN is the directory of the tools (a release build), TOOLS that of the benchmark's own programs, SANDBOX the sandbox program. Needs nginx,
# h2load (nghttp2-client), jq, curl, GNU time.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
root=${here%/*/*}
# shellcheck source=tests/bench/common.bash
source "$here/common.bash"
BIN=${BIN:-$root/build/release/tools}
SANDBOX=${SANDBOX:-$root/build/dev/tests/sandbox/sandbox}
case ${1:-} in
    '') seconds=60 requests=20000 ;;
    --quick) seconds=6 requests=5000 ;;
    *)
        echo "usage: ${0##*/} [--quick]" >&2
        exit 64
        ;;
esac
work=$(mktemp -d)
pids=()
tidy() {
    ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
    wait
    rm -rf -- "$work"
}
trap tidy EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
export CW_SCIM_BEARER_TOKEN=test-token

# The record of each user after the plan. scim-apply reads the first records, because the answers do not show them.
key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA$(printf %042d 1)"
record='{"urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser":{"sunkSshKeys":["'$key'"]}}'

# plan N: gives an SSH key to N users.
plan() {
    awk -v n="$1" -v key="[\"$key\"]" 'BEGIN {
        print "{\"type\":\"stream\",\"format\":1,\"kind\":\"plan\"}"
        for (i = 1; i <= n; ++i) {
            printf "{\"type\":\"change\",\"id\":\"c-%08d\",\"action\":\"update\",\"resource\":\"User\",\"externalId\":\"pw-activate:user:%d\",", i, i
            printf "\"method\":\"PATCH\",\"path\":\"/Users/seed-%d\",\"data\":{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],", i
            printf "\"Operations\":[{\"op\":\"replace\",\"path\":\"urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser:sunkSshKeys\","
            printf "\"value\":%s}]},\"before\":{\"sshKeys\":[]},\"after\":{\"sshKeys\":%s},\"why\":[\"sshKeys +1 -0\"]}\n", key, key
        }
        printf "{\"type\":\"end\",\"desired\":{\"users\":%d,\"groups\":0},\"current\":{\"users\":%d,\"groups\":0},\"matched\":%d,\"create\":0,", n, n, n
        printf "\"update\":%d,\"deactivate\":0,\"reactivate\":0,\"adopt\":0,\"split\":0,\"unchanged\":0,\"skipped\":0,\"held\":0}\n", n
    }' >"$work/plan.jsonl"
}

# apply OPTION...: sends the plan; sets took (seconds), sent_again, memory (KiB).
apply() {
    /usr/bin/time -f '%e %M' -o "$work/time" "$BIN/scim-apply" --target=any --verbose "$@" "$work/plan.jsonl" >"$work/results.jsonl" 2>"$work/log"
    read -r took memory <"$work/time"
    sent_again=$(grep -c 'trying again' "$work/log" || true)
    [[ $(jq -r 'select(.type == "end").failed' "$work/results.jsonl") == 0 ]]
}

# start READY COMMAND...: in the background; its output is in $work/server.
start() {
    local ready=$1 i
    shift
    "$@" >"$work/server" 2>&1 &
    pids+=($!)
    for ((i = 0; i < 200; ++i)); do
        ! grep -q -- "$ready" "$work/server" 2>/dev/null || return 0
        kill -0 "${pids[-1]}" 2>/dev/null || break
        sleep 0.05
    done
    cat -- "$work/server" >&2
    exit 69
}
stop() {
    kill "${pids[-1]}" 2>/dev/null || true
    wait "${pids[-1]}" 2>/dev/null || true
    unset 'pids[-1]'
}

# faults RULE...: the reactions of the sandbox from now on; otherwise, a PATCH is answered 204, and a GET with the record.
faults() {
    local rule
    curl -fsS -X DELETE "$sandbox/sandbox/faults"
    for rule in "$@" '{"match":"PATCH","status":204}' '{"match":"GET","body":'"$record"'}'; do
        curl -fsS -X POST -d "$rule" "$sandbox/sandbox/faults"
    done
}

# load N CONNECTIONS URL: h2load's requests a second, with the same requests on HTTP/1.1.
load() {
    jq -c 'select(.type == "change").data' "$work/plan.jsonl" | head -n 1 >"$work/body"
    h2load --h1 -n "$1" -c "$2" -t 1 -H ':method: PATCH' -H 'authorization: Bearer test-token' -H 'content-type: application/scim+json' \
        -d "$work/body" "$3/Users/seed-1" | sed -nE 's/^finished in .*, ([0-9.]+) req\/s.*/\1/p'
}

# --- limits: served requests, compared with the limit ---
start ready "$SANDBOX"
sandbox=$(grep -o 'http://[^ ]*' "$work/server")
export CW_SCIM_BASE_URL=$sandbox/scim/v2

plan $((100 * seconds))
faults '{"match":"PATCH","rate":50,"burst":10,"status":429,"retryAfter":1}'
apply &
sleep "$seconds"
served=$(wc -l <"$work/results.jsonl") refused=$(grep -c 'trying again' "$work/log") began=$EPOCHREALTIME
wait $!
rest=$((100 * seconds - served)) again=$(($(grep -c 'trying again' "$work/log") - refused))
line "50 a second, burst 10, 429 with Retry-After 1" "$(quotient "$served" "$seconds")/s" 50/s "$(quotient "$served" $((50 * seconds)))" '≥ 0.85'
line "  of these requests refused" "$refused" $((served + refused)) "$(quotient "$refused" $((served + refused)))" '≤ 0.01'
took=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
line "  the same, after $seconds seconds" "$(quotient "$rest" "$took")/s" 50/s "$(quotient "$rest" "$(quotient "$took" 0.02)")" '≥ 0.95'
line "  of these requests refused" "$again" $((rest + again)) "$(quotient "$again" $((rest + again)))" '≤ 0.01'

plan $((40 * seconds))
faults '{"match":"PATCH","maxConcurrent":4,"status":503,"delayMs":50}'
apply
line "4 at a time, 50 ms each, 503 beyond" "$(quotient $((40 * seconds)) "$took")/s" 80/s "$(quotient $((40 * seconds)) "$(quotient "$took" 0.0125)")" '≥ 0.8'
line "  of these requests refused" "$sent_again" $((40 * seconds + sent_again)) "$(quotient "$sent_again" $((40 * seconds + sent_again)))" '≤ 0.1'

# --- latency: compared with h2load with as many connections ---
faults '{"match":"PATCH","delayMs":50,"status":204}'
for most in 32 128; do
    plan $((most * 20 * seconds / 3))
    against=$(load $((most * 20 * seconds / 3)) "$most" "$CW_SCIM_BASE_URL")
    apply --max-in-flight="$most"
    ours=$(quotient $((most * 20 * seconds / 3)) "$took")
    line "50 ms away, $most under way, against h2load" "$ours/s" "$against/s" "$(quotient "$ours" "$against")" '≥ 0.95'
done
stop

# --- no latency: compared with h2load, on nginx that answers at once ---
port=$((20000 + RANDOM % 20000))
sed "s|@DIR@|$work|g; s|@PORT@|$port|g; s|@RECORD@|$record|g" "$root/tests/bench/nginx.conf" >"$work/nginx.conf"
nginx -p "$work" -c "$work/nginx.conf" &
pids+=($!)
export CW_SCIM_BASE_URL=http://127.0.0.1:$port/scim/v2
for ((i = 0; i < 200; ++i)); do
    ! curl -fsS -o /dev/null -X PATCH -d '{}' "$CW_SCIM_BASE_URL/Users/seed-1" 2>/dev/null || break
    sleep 0.05
done
plan "$requests"
for most in 32 128; do
    against=$(load "$requests" "$most" "$CW_SCIM_BASE_URL")
    apply --max-in-flight="$most"
    ours=$(quotient "$requests" "$took")
    line "no latency, $most connections, against h2load" "$ours/s" "$against/s" "$(quotient "$ours" "$against")" "≥ 0.$((most == 32 ? 4 : 5))"
    alone=$("$TOOLS/libcurl_alone" "$CW_SCIM_BASE_URL/Users/seed-" "$requests" "$most" "$work/body")
    line "  the same, against libcurl alone" "$ours/s" "$alone/s" "$(quotient "$ours" "$alone")" '≥ 0.8'
    line "  libcurl alone, against h2load" "$alone/s" "$against/s" "$(quotient "$alone" "$against")" ''
done
line "memory at its peak, 128 under way" "$((memory / 1024)) MiB" '16 MiB' "$(quotient "$memory" 16384)" '≤ 1'

few=$((requests / 50))
plan "$few"
apply --max-in-flight=32
ours=$(quotient "$few" "$took")
began=$EPOCHREALTIME
jq -r 'select(.type == "change") | .path' "$work/plan.jsonl" |
    xargs -P 32 -I{} curl -fsS -o /dev/null -X PATCH -H 'content-type: application/scim+json' -d "@$work/body" "$CW_SCIM_BASE_URL{}"
against=$(quotient "$few" "$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')")
line "the same, against xargs -P 32 curl" "$ours/s" "$against/s" "$(quotient "$ours" "$against")" '≥ 1'
