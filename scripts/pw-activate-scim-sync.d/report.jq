# report.jq: the wording of a run: log lines, the line of each stage, the last line, run.json, metrics.
# A stage is {name, status, seconds, sealed, counts}. Its counts are all numbers in its seal.

def actions: ["create", "update", "deactivate", "reactivate", "adopt"];
def counts_of($stages; $name): [$stages[] | select(.name == $name).counts][0] // {};

# 1795456800.25 -> "2026-11-23T18:00:00.250Z"
def rfc3339: floor as $second
    | ($second | strftime("%Y-%m-%dT%H:%M:%S")) + "." + ("00\((. - $second) * 1000 | floor)")[-3:] + "Z";

def log_line($level; $message; $run; $fields):
    {time: (now | rfc3339), level: $level, msg: $message, tool: "pw-activate-scim-sync"}
    + (if $run == "" then {} else {run: $run} end) + $fields;

# --- a stage; input: the last line of its stream, as text ---

def stage($name; $status; $seconds):
    (try fromjson catch null) as $seal
    | ($seal | type == "object" and .type == "end") as $sealed
    | {name: $name, status: $status, seconds: ($seconds | tonumber), sealed: $sealed,
        counts: (if $sealed then $seal else {} end | with_entries(select((.key | test("^[A-Za-z]+$"))
            and (.value | type == "number" and . >= 0 and . == floor))))};

# The rare counts are named when there are any.
def stage_sentence($seconds):
    ["users", "groups", "confirmations", "create", "update", "deactivate", "unchanged", "applied", "failed"] as $usual
    | [.counts | to_entries[] | select(.value != 0 or (.key | IN($usual[]))) | "\(.key) \(.value)"] as $counts
    | if .sealed then $counts | join(", ") elif .name | endswith("-check") then "checked" else "no sealed stream" end
    | "\(.); \($seconds) s";
def fields: {stage: .name, status, seconds} + .counts;

# --- what was done ---

# The lines that are CHOSEN, by action; a torn last line counts as none.
def tally(chosen):
    reduce (inputs | fromjson? | select(chosen).action) as $action (actions | map({(.): 0}) | add;
        if has($action // "") then .[$action] += 1 else . end);

# How many lines of a plan are held, and the digest of what is held; input: null, lines by inputs.
def held_removals:
    reduce (inputs | fromjson? | objects) as $line ([0, null];
        if $line.type == "end" then .[1] = $line.heldDigest elif $line.held then .[0] += 1 else . end)
    | .[0], .[1] // "none";

# {level, text, fields} of the last line of a run that came to its end.
def summary($stages; $did; $status; $seconds; $dry_run):
    counts_of($stages; "scim-diff") as $plan | counts_of($stages; "scim-apply") as $results
    | ({status: $status} + $did + {held: ($results.held // $plan.held // 0), failed: ($results.failed // 0),
        skipped: (($plan.skipped // 0) + ($results.skipped // 0)), unchanged: ($plan.unchanged // 0),
        seconds: ($seconds | tonumber), dryRun: $dry_run}) as $fields
    | [$did | to_entries[] | select(.value != 0 or (.key | IN("create", "update", "deactivate")))
        | if $dry_run then "\(.key) \(.value)" else "\(.value) \(.key | rtrimstr("e"))ed" end] as $changes
    | (if ([$did[]] | add) + $fields.held + $fields.failed == 0 then ["nothing to do"]
        else $changes + ["\($fields.held) held"] + (if $dry_run then [] else ["\($fields.failed) failed"] end) end
        | if $dry_run and .[0] != "nothing to do" then .[0] |= "would \(.)" else . end) as $parts
    | (if $dry_run then "dry run" elif $status == 2 then "partly done"
        elif $status == 3 then "done but for the removals held back" else "done" end) as $state
    | ({"2": "; the lines above say what failed or could not be read",
        "3": "; the lines above say why and how to let them through"}[$status | tostring] // "") as $hint
    | {level: (if $status == 0 then "info" else "warning" end), fields: $fields,
        text: ("\($state): " + ($parts + (if $fields.skipped > 0 then ["\($fields.skipped) skipped"] else [] end)
            + ["\($fields.unchanged) unchanged in \($seconds) s"] | join(", ")) + $hint)};

def run_json($stages; $run; $begin; $seconds; $status; $dry_run; $replay; $conclusion):
    {run: $run, begin: ($begin | rfc3339), seconds: $seconds, status: $status, dryRun: $dry_run,
        replay: (if $replay == "" then null else $replay end), conclusion: $conclusion,
        stages: ($stages | map({name, status, seconds}))};

# --- metrics, in the Prometheus text format ---

def escaped: tostring | gsub("\\\\"; "\\\\") | gsub("\""; "\\\"") | gsub("\n"; "\\n");

# metric(NAME; HELP; SAMPLES): a sample is {value} or {NAME OF LABEL: its value..., value}. One without samples is left out.
def metric($name; $help; $samples):
    [$samples[] | select(.value != null)] as $samples
    | if $samples == [] then empty else
        "# HELP pw_scim_sync_\($name) \($help)", "# TYPE pw_scim_sync_\($name) gauge",
        ($samples[] | .value as $value | [del(.value) | to_entries[] | "\(.key)=\"\(.value | escaped)\""] | join(",")
            | "pw_scim_sync_\($name)\(if . == "" then "" else "{\(.)}" end) \($value)")
      end;

# Why changes were skipped, counted over the lines of plan and results; input: null, lines by inputs.
def skips:
    reduce (inputs | fromjson? | select(type == "object")) as $line ({};
        if $line.type == "skip" or ($line.type == "outcome" and $line.outcome == "skipped") then .[$line.reason // "unknown"] += 1 else . end);

def metrics($stages; $did; $skips; $status; $seconds; $dry_run; $before):
    counts_of($stages; "scim-diff") as $plan | counts_of($stages; "scim-apply") as $results
    | (if any($stages[]; .name == "scim-apply" and .sealed) and ($status | IN(0, 2, 3)) then now | floor
        else $before | tonumber? // null end) as $sealed_at
    | metric("last_run_timestamp_seconds"; "When the last run ended."; [{value: (now | floor)}]),
      metric("last_run_status"; "Its exit status; 0 is clean, 2 partial, 3 something held back."; [{value: $status}]),
      metric("last_run_duration_seconds"; "How long it took."; [{value: ($seconds | tonumber)}]),
      metric("last_run_dry_run"; "1 when it only planned."; [{value: (if $dry_run then 1 else 0 end)}]),
      metric("last_sealed_run_timestamp_seconds"; "When a run last came to its end and had sealed its results."; [{value: $sealed_at}]),
      metric("stage_status"; "Exit status of each stage of the last run."; $stages | map({stage: .name, value: .status})),
      metric("stage_duration_seconds"; "Seconds each stage took."; $stages | map({stage: .name, value: .seconds})),
      metric("records"; "Records of each side."; [["desired", "activate-export"], ["current", "scim-export"]
        | counts_of($stages; .[1]) as $counts | {side: .[0], kind: ("users", "groups")} | .value = $counts[.kind]]),
      metric("changes"; "Changes made by the last run, or planned by a dry one."; [$did | to_entries[] | {action: .key, value}]),
      metric("held"; "Removals held back by a rail."; [{value: ($results.held // $plan.held)}]),
      metric("failed"; "Changes that failed."; [{value: $results.failed}]),
      metric("skipped"; "Records skipped, by reason."; [$skips | to_entries[] | {reason: .key, value}]),
      metric("unchanged"; "Records that were as they should be."; [{value: $plan.unchanged}]),
      metric("requests"; "HTTP requests sent."; $stages | map({stage: .name, value: .counts.requests})),
      metric("retries"; "HTTP requests sent again."; $stages | map({stage: .name, value: .counts.retries}));
