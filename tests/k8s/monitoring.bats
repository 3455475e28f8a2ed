#!/usr/bin/env bats
# k8s/monitoring: the alert rules, the dashboard and the runbook, with promtool and Prometheus.
# shellcheck disable=SC2154,SC2016 # bats' variables; jq's dollars

bats_require_minimum_version 1.5.0
load ../e2e/servers

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    monitoring=$SOURCE_DIR/k8s/monitoring
}

teardown() { stop_all; }

# Debian's package starts a service where systemd runs, so that scripts/test.sh installs it only with --thorough and in continuous
# integration.
need_prometheus() {
    type -P promtool prometheus >/dev/null || skip 'promtool and prometheus are missing: apt-get install --no-install-recommends prometheus'
}

# as_json FILE: YAML as JSON, read by the parser of the manifests' tests.
as_json() {
    need_node_modules
    node -e 'const {createRequire} = require("module"); const {parse} = createRequire(process.argv[1] + "/tests/k8s/x.mjs")("yaml");
        console.log(JSON.stringify(parse(require("fs").readFileSync(process.argv[2], "utf8"))))' "$SOURCE_DIR" "$1"
}

alerts() { as_json "$monitoring/alerts.yaml" | jq -r '.groups[].rules[].alert' | sort; }

# expressions: of the rules and of the dashboard, for all organizations.
expressions() {
    as_json "$monitoring/alerts.yaml" | jq -r '.groups[].rules[].expr'
    jq -r '.panels[].targets[].expr | gsub("\\$coreweave_org"; ".*")' "$monitoring/dashboard.json"
}

@test "promtool accepts the rules, and each alert fires when it should and not before" {
    need_prometheus
    cp "$monitoring/alerts.yaml" "$BATS_TEST_DIRNAME/alerts.test.yaml" .
    promtool check rules --lint=all --lint-fatal alerts.yaml
    promtool test rules alerts.test.yaml
    # Each alert is in the tests.
    local alert
    for alert in $(alerts); do grep -q "alertname=\"$alert\"" alerts.test.yaml; done
}

@test "the PrometheusRule has the groups of alerts.yaml" {
    local rule=$monitoring/prometheusrule.yaml
    if [[ -n ${UPDATE:-} ]]; then
        { sed '/^spec:$/q' "$rule" && sed '/^#/d; s/^/  /' "$monitoring/alerts.yaml"; } >rule.yaml
        cp rule.yaml "$rule"
    fi
    as_json "$rule" >rule.json
    [[ $(jq -r '.apiVersion + " " + .kind' rule.json) == 'monitoring.coreos.com/v1 PrometheusRule' ]]
    diff <(jq -S .spec rule.json) <(as_json "$monitoring/alerts.yaml" | jq -S .)
}

@test "the runbook has a section with cause, sight and action for each alert and each exit status, and no other" {
    sed -n '/^## Exit status/,$d; s/^### //p' "$monitoring/runbook.md" | sort >sections
    diff <(alerts) sections
    sed -n '/^## Exit status/,$s/^### Status //p' "$monitoring/runbook.md" | sort >sections
    sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/s/^\.It //p' "$SCRIPTS/pw-activate-scim-sync.1" | sort >statuses
    (($(wc -l <statuses) > 10))
    diff statuses sections
    awk '/^### / { name = $0; cause[name] = see[name] = act[name] = 0 } /^\*\*Cause\.\*\* / { cause[name]++ } /^\*\*See it\.\*\* / { see[name]++ } /^\*\*Do\.\*\* / { act[name]++ }
        END { for (name in cause) if (cause[name] != 1 || see[name] != 1 || act[name] != 1) { print name; bad = 1 } exit bad }' "$monitoring/runbook.md"
    # The link of each alert is that of its section.
    as_json "$monitoring/alerts.yaml" | jq -e 'all(.groups[].rules[]; .annotations.runbook == "runbook.md#\(.alert | ascii_downcase)" and .labels.severity != null)'
}

@test "rules and dashboard name metrics that runs write, and the dashboard shows each of them" {
    sed -n 's/^\.It Li \([a-z_]*\).*/pw_scim_sync_\1/p' "$SOURCE_DIR/tools/scim-metrics.7" | sort >described
    expressions | grep -oE 'pw_scim_sync_[a-z_]+' | sort -u >used
    diff described used
}

# feed: two runs against the sandbox, the second with changes of each kind: held, unresolved, dropped, skipped.
feed() {
    local leaver
    start_sandbox
    export METRICS_FILE=$PWD/sync.prom CAPTURE_DIR=$PWD/captures LOG_LEVEL=warning
    sandbox PUT /activate/groups/dissolved "{\"members\":$(sandbox GET /activate | jq -c '[.users[].username][-3:]')}" >/dev/null
    "$SCRIPTS/pw-activate-scim-sync" 2>words || true
    leaver=$(jq -r '[.users[] | select(.username | test("^[A-Za-z.]+$"))][0].username' <<<"$(sandbox GET /activate)")
    sandbox DELETE "/activate/users/$leaver" >/dev/null
    sandbox PUT /activate/users/late '{"email":"late@example.org","name":"Late"}' >/dev/null
    sandbox PUT /activate/users/root.admin '{"email":"root-admin@acme.org","name":"Root Admin"}' >/dev/null
    sandbox PUT /activate/groups/dissolved '{"members":[]}' >/dev/null
    echo 'select(.action != "create")' >policy.jq
    SYNC_POLICY=policy.jq SYNC_MAX_MEMBER_REMOVALS=0 "$SCRIPTS/pw-activate-scim-sync" 2>words || true
}

# start_prometheus: sets PROMETHEUS. It reads the metrics of feed and the rules.
start_prometheus() {
    start metrics '^ready ' node "$SOURCE_DIR/tests/servers/serve-file.mjs" sync.prom
    cat >prometheus.yml <<END
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$monitoring/alerts.yaml]
scrape_configs: [{job_name: sync, metrics_path: /, static_configs: [{targets: ["${URL#http://}"]}]}]
END
    start prometheus 'msg="Listening on"' bash -c 'exec prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:0 2>&1'
    PROMETHEUS=http://$(sed -n 's/.*msg="Listening on" address=//p' prometheus.out)
}

# ask PATH [CURL-OPTION]...: the answer of Prometheus.
ask() { curl -fsS "$PROMETHEUS/api/v1/$1" "${@:2}"; }

@test "each query of the dashboard and of the rules runs in Prometheus, and those of the dashboard show the runs" {
    need_prometheus
    local query deadline=$((SECONDS + 60))
    feed
    start_prometheus
    until [[ $(ask query --data-urlencode 'query=pw_scim_sync_last_run_status' | jq '.data.result | length') == 1 ]] &&
        ask rules | jq -e 'all(.data.groups[].rules[]; .health == "ok")' >/dev/null; do
        ((SECONDS < deadline))
        sleep 0.2
    done
    [[ $(ask rules | jq '[.data.groups[].rules[]] | length') == "$(alerts | wc -l)" ]]
    jq -r '.panels[].targets[].expr | gsub("\\$coreweave_org"; ".*")' "$monitoring/dashboard.json" >queries
    (($(wc -l <queries) > 15))
    while IFS= read -r query; do
        ask query --data-urlencode "query=$query" | jq -e '.status == "success" and (.data.result | length) > 0' >/dev/null || {
            printf 'no result: %s\n' "$query"
            cat sync.prom
            return 1
        }
    done <queries
    [[ $(ask 'label/coreweave_org/values' | jq -c .data) == '["v2"]' ]]
    # Alerts without a waiting time fire at once; those with one are pending. The rules may have been evaluated before the first metrics.
    until ask alerts | jq -r '.data.alerts[] | .labels.alertname + " " + .state' | sort >firing &&
        diff <(printf '%s\n' PwScimSync{Held,PolicyDrops,Unresolved}' pending') firing >differences; do
        ((SECONDS < deadline)) || {
            cat differences
            return 1
        }
        sleep 0.2
    done
}
