# metrics.jq: the metrics of a run, in the Prometheus text format. scim-metrics(7) describes each.
# $stages and $differs are those of report.jq.

def counts_of($stages; $name): [$stages[] | select(.name == $name).counts][0] // {};

# Of all lines of plan and results: skips by reason, and held changes by limit. Input: null, lines by inputs.
def lines:
    reduce (inputs | fromjson? | objects) as $line ({skipped: {}, held: {}};
        if $line.type == "skip" or ($line.type == "outcome" and $line.outcome == "skipped") then .skipped[$line.reason // "unknown"] += 1
        elif $line.type == "change" and $line.held then .held[$line.held | tostring] += 1 else . end);

def list: if . == null then [] else split(",") | map(gsub("^\\s+|\\s+$"; "") | select(. != "")) end;

def escaped: tostring | gsub("\\\\"; "\\\\") | gsub("\""; "\\\"") | gsub("\n"; "\\n");

def as_labels: [to_entries[] | select(.value != "") | "\(.key)=\"\(.value | escaped)\""] | join(",") | if . == "" then "" else "{\(.)}" end;

# A Pushgateway keeps a metric until the next one with its name. So the metrics that alerts use are written with 0, too, if there is a plan.
# If $complete is true, the run covers everything, and its end counts as that of a sealed run. The time of the last such run is $before.
def metrics($labels; $stages; $did; $differs; $lines; $status; $seconds; $dry_run; $complete; $before; $capture_failed; $latency):
    # metric(NAME; HELP; SAMPLES): a sample is {value} or {NAME OF LABEL: its value..., value}. One without samples is left out.
    def metric($name; $help; $samples):
        [$samples[] | select(.value != null)] as $samples
        | if $samples == [] then empty else
            "# HELP pw_scim_sync_\($name) \($help)", "# TYPE pw_scim_sync_\($name) gauge",
            ($samples[] | .value as $value | "pw_scim_sync_\($name)\($labels + del(.value) | as_labels) \($value)")
          end;
    counts_of($stages; "scim-diff") as $plan | counts_of($stages; "scim-apply") as $results
    | ($status | IN(0, 2, 3, 4)) as $ended
    | (if $complete and any($stages[]; .name == "scim-apply" and .sealed) and $ended then now | floor else $before | tonumber? // null end) as $sealed_at
    | metric("last_run_timestamp_seconds"; "When the last run ended."; [{value: (now | floor)}]),
      metric("last_run_status"; "Its exit status; 0 is converged, 2 partial, 3 held, 4 unresolved."; [{value: $status}]),
      metric("last_run_duration_seconds"; "How long it took."; [{value: ($seconds | tonumber)}]),
      metric("last_run_dry_run"; "1 if it was a dry run."; [{value: (if $dry_run then 1 else 0 end)}]),
      metric("capture_failed"; "1 if a capture was requested and is missing or incomplete."; [{value: (if $capture_failed then 1 else 0 end)}]),
      metric("last_sealed_run_timestamp_seconds"; "When a complete run last came to its end and had sealed its results."; [{value: $sealed_at}]),
      metric("stage_status"; "Exit status of each stage of the last run."; $stages | map({stage: .name, value: .status})),
      metric("stage_duration_seconds"; "Seconds each stage took."; $stages | map({stage: .name, value: .seconds})),
      metric("records"; "Records of each side."; [["desired", "activate-export"], ["current", "scim-export"]
        | counts_of($stages; .[1]) as $counts | {side: .[0], kind: ("users", "groups")} | .value = $counts[.kind]]),
      metric("changes"; "Changes that the last run made, or that a dry run would make."; [$did | to_entries[] | {action: .key, value}]),
      metric("leaver_latency_seconds"; "Longest time from a run that saw a leaver in ACTIVATE to the end of this run, which deactivated the leaver."; [{value: $latency}]),
      metric("unresolved_records"; "Records whose access differs until an operator acts."; [select($ended) | {value: $differs.records}]),
      metric("unresolved"; "Records whose access differs until an operator acts, by reason."; [$differs.reasons | to_entries[] | {reason: .key, value}]),
      metric("acknowledged"; "Records that differ and that SYNC_ACKNOWLEDGED accepts."; [{value: $plan.acknowledged}]),
      metric("dropped"; "Changes that SYNC_POLICY dropped, by effect on access."; [select($plan != {}) | $differs.dropped // {}
        | {change: "grant", value: (.grants // 0)}, {change: "removal", value: (.removals // 0)}]),
      metric("held"; "Changes held by a limit."; [{value: ($results.held // $plan.held)}]),
      metric("held_by_limit"; "Changes held, by limit."; [select($plan != {}) | {"missing-group": 0} + $lines.held | to_entries[] | {limit: .key, value}]),
      metric("unused_approvals"; "Digests in SYNC_APPROVE that approved nothing."; [select($plan != {}) | {value: ([(env.SYNC_APPROVE | list | length) - ($plan.approved // 0), 0] | max)}]),
      metric("failed"; "Changes that failed."; [{value: $results.failed}]),
      metric("skipped"; "Records skipped, by reason."; [$lines.skipped | to_entries[] | {reason: .key, value}]),
      metric("unchanged"; "Records that are equal on both sides."; [{value: $plan.unchanged}]),
      metric("requests"; "HTTP requests sent."; $stages | map({stage: .name, value: .counts.requests})),
      metric("retries"; "HTTP requests sent again."; $stages | map({stage: .name, value: .counts.retries}));
