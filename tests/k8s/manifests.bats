#!/usr/bin/env bats
# Manifests for Kubernetes and metrics for Prometheus, validated by third-party programs; see manifests.test.mjs.
# shellcheck disable=SC2154 # bats' variables

bats_require_minimum_version 1.5.0
load ../e2e/servers
load ../scripts/fakes

setup_file() { need_node_modules; }

@test "manifests, overlays and the Dockerfile" {
    run node --test "$SOURCE_DIR/tests/k8s/manifests.test.mjs"
    [[ $status == 0 ]] || {
        printf '%s\n' "$output"
        return 1
    }
    [[ $output == *'# pass '[1-9]* && $output == *'# skipped 0'* ]]
}

@test "a parser of the Prometheus text format can read the metrics" {
    setup_fakes
    plan '{"create":1,"skipped":1}' '{"type":"skip","reason":"not \"an\" address\\"}'
    results '{"applied":1,"requests":7,"retries":1}' '{"type":"outcome","action":"create","outcome":"applied"}'
    METRICS_FILE=$PWD/sync.prom sync
    expect 0
    node "$SOURCE_DIR/tests/k8s/parse-metrics.mjs" <sync.prom >families
    jq -e 'all(.[]; .type == "GAUGE" and .help != "" and (.metrics | length) > 0)' families
    [[ $(jq 'length' families) == "$(grep -c '^# TYPE ' sync.prom)" ]]
    [[ $(jq '[.[].metrics[]] | length' families) == "$(grep -vc '^#' sync.prom)" ]]
    jq -e '.[] | select(.name == "pw_scim_sync_skipped").metrics == [{value: "1", labels: {reason: "not \"an\" address\\"}}]' families
    jq -e '.[] | select(.name == "pw_scim_sync_requests").metrics == [{value: "7", labels: {stage: "scim-apply"}}]' families
}
