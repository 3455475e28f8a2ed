# report.jq: the wording of a run: log lines, the last line, run.json.
# A stage is {name, status, seconds, sealed, counts}, written by ended in stages.bash. Its counts are all counts in its seal.
# The remaining differences, $differs, are {records, reasons, protected, hasLeft, notAdmitted}: see differences. With a policy, they also
# have dropped, {grants, removals}: the counts of changes that the policy has dropped.
# $restored is the file of --restore; empty: this run is not a restore.

# 1 | plural("change") is "1 change"; 2 | plural("change") is "2 changes".
def plural($one): "\(.) \($one)\(if . == 1 then "" else "s" end)";

def actions: ["create", "update", "deactivate", "reactivate", "adopt"];
def counts_of($stages; $name): [$stages[] | select(.name == $name).counts][0] // {};

# 1795456800.25 -> "2026-11-23T18:00:00.250Z"
def rfc3339: floor as $second
    | ($second | strftime("%Y-%m-%dT%H:%M:%S")) + "." + ("00\((. - $second) * 1000 | floor)")[-3:] + "Z";

# --- changes made ---

# Names are text that users have typed: a character that is invisible or changes the direction of text is replaced.
def shown: gsub("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Zl}\\p{Zp}]"; "\ufffd") | if length > 100 then .[:100] + "…" else . end;
def name: .userName // .displayName // .externalId | tostring | shown;

# {did, named} of the lines that are CHOSEN. did: the number of lines by action. named: for "users created" and so on, their number and the
# first $most names. A torn last line counts as none. Input: null, lines by inputs.
def tally(chosen; $most):
    reduce (inputs | fromjson? | objects | select(chosen)) as $line ({did: (actions | map({(.): 0}) | add), named: {}};
        if .did | has($line.action // "") | not then .
        else .did[$line.action] += 1
            | if $most == 0 or ($line.resource | type) != "string" then .
              else .named["\($line.resource | ascii_downcase)s \($line.action | rtrimstr("e"))ed"] |= (.count += 1
                | if .count <= $most then .names += [$line | name] else . end) end end);

# The names of a tally, a line for each kind of record and action: "users created: ada@acme.org, ben@acme.org".
def lines_of_names($most):
    .named | to_entries[] | "\(.key): \(.value.names | join(", "))\(if .value.count > $most then ", and \(.value.count - $most) more" else "" end)";

# The names of held changes, a line for each limit. Input: null, lines of the plan by inputs.
def names_of_held($most):
    reduce (inputs | fromjson? | objects | select(.type == "change" and (.held | type == "string"))) as $line ({};
        .[$line.held] |= (.count += 1
            | if .count <= $most then .names += [$line | name] else . end))
    | to_entries[] | "held by \(.key): \(.value.names | join(", "))\(if .value.count > $most then ", and \(.value.count - $most) more" else "" end)";

# The report of a run that leaves this host. It names no user: a message of a tool may have names, so it is not part of it.
def notice($stages; $did; $differs; $status; $seconds; $meaning; $run; $host; $org):
    counts_of($stages; "scim-diff") as $plan | counts_of($stages; "scim-apply") as $results
    | ({"0": "changes were made", "2": "something failed or is unknown", "3": "changes are held, or the plan was rejected",
        "4": "access differs until an operator acts"}[$status | tostring] // "the run failed") as $what
    | ([$did | to_entries[] | select(.value > 0) | "\(.value) \(.key | rtrimstr("e"))ed"] | if . == [] then ["nothing changed"] else . end) as $changes
    | [["held", $results.held // $plan.held], ["failed", $results.failed], ["unresolved", $differs.records] | select((.[1] // 0) > 0) | "\(.[1]) \(.[0])"] as $rest
    | "pw-activate-scim-sync\(if $org == "" then "" else " for \($org)" end): \($what) (status \($status)\(if $meaning == "" then "" else ", \($meaning)" end))",
      "\($changes + $rest | join(", ")); run \($run) on \($host), \($seconds) s",
      ($stages[] | select(.status != 0) | "\(.name) ended with status \(.status)"),
      ($differs.reasons | to_entries | select(. != []) | "reasons: \(map("\(.key) \(.value)") | join(", "))"),
      (select($status != 0) | "The log of the run has the reasons and the remedies.");

# The changes that were made if a run ends early: $count changes were applied. If the results have no seal, more may have been.
def done_until_then($count; $stages; $sealed; $restored):
    counts_of($stages; "scim-apply") as $results
    | ($results.unknown // 0) as $unknown
    | ([$count, $results.applied // 0] | max) as $count # the lines may not have been counted
    | if $count == 0 then (if $sealed and ($results.failed // 0) == 0 then "nothing was changed" else "no change is known to have been applied" end)
      else "\(if $sealed then "" else "at least " end)\($count | plural("change")) "
        + if $count == 1 then "was applied and stands" else "were applied and stand" end end
    + if $sealed | not then "; the result of requests in flight is unknown"
      elif $unknown > 0 then "; the result of \($unknown | plural("change")) is unknown" else "" end
    + if $count == 0 and $sealed and ($results.failed // 0) == 0 then ""
      elif $restored == "" then "; the next run continues from there"
      else "; give the same --restore again to continue" end;

# A sentence about the held lines of a plan that $approved does not contain; empty if there are none. $approved is the list of digests in
# SYNC_APPROVE: of everything held, or of a single limit. Input: null, lines by inputs.
def not_approved($approved):
    ($approved | split(",") | map(gsub("^\\s+|\\s+$"; ""))) as $approved
    | reduce (inputs | fromjson? | objects) as $line ({seal: {}, held: {}};
        if $line.type == "end" then .seal = $line
        elif $line.held then .held[$line.held | tostring] += 1 else . end)
    | (.seal.heldDigests | if type == "object" then . else {} end) as $digests
    | .seal.heldDigest as $digest
    | (.held | length) as $limits
    | if $digest != null and ($digest | IN($approved[])) then {} else .held end
    | with_entries(select(($digests[.key] // "none") as $own | $own == "none" or ($own | IN($approved[]) | not)))
    | if . == {} then ""
      else
        "\([.[]] | add | plural("held change")) (\([to_entries[] | "\(.key) \(.value)"] | join(", "))). Look at \(if add == 1 then "it" else "them" end). "
        + "To apply exactly \(if add == 1 then "this change" else "these changes" end), "
        + (if length < $limits then "too, add \([keys[] | $digests[.] // "none"] | join(",")) to SYNC_APPROVE"
            else "set SYNC_APPROVE=\($digest // "none")" end)
      end;

# The differences from ACTIVATE after the run, {records, reasons, protected, hasLeft, notAdmitted}. The first two count, once each and by
# reason, the records whose access no later run changes until an operator acts (exitStatus 4). The others count records that are left
# unchanged on purpose (exitStatus 0). A record can have a line in the plan and one in the results. The seal of a plan, too, has the number of
# users whose keys no later run can read: --apply-plan reads nothing of ACTIVATE. Input: null, lines of both by inputs.
def differences($stages):
    (counts_of($stages; "activate-export") | [.unresolved // 0, .unreadable // 0]) as [$keys, $unreadable]
    | reduce (inputs | fromjson? | objects) as $line ({seen: {}, exports: 0, protected: 0, hasLeft: 0, notAdmitted: 0};
        ($line.reason // $line.withheld // "unknown" | tostring) as $reason
        | if $line.exitStatus == 4 then .seen["\($line.resource) \($line.externalId // $line.id)"][$reason] = 1
          elif $line.type == "end" then .exports = ($line.exports.unresolved? // 0)
          elif $line.type != "skip" or $line.exitStatus != 0 or $line.acknowledged then .
          elif $reason == "protected" then .protected += 1
          elif $reason == "has-left" then .hasLeft += 1
          elif $line.path then . # a record that keeps its name, or an unused copy of one
          else .notAdmitted += 1 end)
    | {records: ((.seen | length) + ([$keys, .exports] | max)), protected, hasLeft, notAdmitted,
        reasons: (reduce (.seen[] | keys[]) as $reason ({}; .[$reason] += 1)
            | if $keys > $unreadable then .["keys-not-found"] += $keys - $unreadable else . end
            | if $unreadable > 0 then .["keys-unreadable"] += $unreadable else . end)};

# The finding of --check about desired names that unmanaged records have; input: null, lines of scim-confirmations.jsonl by inputs.
def unmanaged_finding:
    reduce (inputs | fromjson? | objects | select(.managed == false)) as $record ({user: 0, group: 0, elsewhere: 0};
        .[$record.type] += 1 | if ($record.externalId // "") == "" then . else .elsewhere += 1 end)
    | if .user + .group == 0 then "ok    SCIM: no unmanaged record has the name of a user or group to be created"
      else "warn  SCIM: unmanaged records have the names of \(.user | plural("user")) and \(.group | plural("group")) to be created, so these are not created"
        + (if .elsewhere == 0 then "" else " (\(.elsewhere) of them, with an externalId of another system, can never be adopted)" end)
        + "; --dry-run names them; to manage the records, list the userNames in the file of SYNC_ADOPT_FILE, and the groups in SYNC_ADOPT_GROUPS"
      end;

# A scheduled run brings SCIM in sync with ACTIVATE, so it undoes a restore.
def advice_to_suspend($dry_run):
    if $dry_run then "suspend the schedule before the restore, since its next run would make the undone changes again"
    else "suspend the schedule now, and until the cause is removed, since its next run makes the undone changes again" end
    + " (see man scim-restore)";

# Three lines about the plan of --apply-plan: true if its lines were edited, the users of --only, and the shard. Input: null, its seal by
# inputs.
def part_of_plan:
    ([inputs | fromjson? | objects] | last // {})
    | .resealed == true, (.only | arrays // [] | map(strings) | join(",")), (.shard | strings) // "";

# {level, text, fields} of the last line of a complete run.
def summary($stages; $did; $differs; $status; $seconds; $dry_run; $shard; $only; $edited; $restored):
    counts_of($stages; "scim-diff") as $plan | counts_of($stages; "scim-apply") as $results
    | ($differs.dropped // {grants: 0, removals: 0}) as $dropped
    | ({status: $status} + $did + {held: ($results.held // $plan.held // 0), failed: ($results.failed // 0),
        unresolved: $differs.records, acknowledged: ($plan.acknowledged // 0),
        skipped: (($plan.skipped // 0) + ($results.skipped // 0)), unchanged: ($plan.unchanged // 0),
        dropped: ($dropped | add), seconds: ($seconds | tonumber), dryRun: $dry_run}
        + if $shard == "" then {} else {shard: $shard} end
        + if $only == "" then {} else {only: ($only | split(","))} end
        + if $restored == "" then {} else {restore: $restored} end) as $fields
    | [$did | to_entries[] | select(.value != 0 or (.key | IN("create", "update", "deactivate")))
        | if $dry_run then "\(.key) \(.value)" else "\(.value) \(.key | rtrimstr("e"))ed" end] as $changes
    | (if $status == 0 and ([$did[]] | add) + $fields.held + $fields.failed + $fields.dropped == 0 then ["nothing to do"]
        else $changes + ["\($fields.held) held"] + (if $dry_run then [] else ["\($fields.failed) failed"] end) end
        | if $dry_run and .[0] != "nothing to do" then .[0] |= "would \(.)" else . end) as $parts
    | [({protected: "protected", hasLeft: "left ACTIVATE", notAdmitted: "not admitted"} | to_entries[] | $differs[.key] as $count
        | select($count > 0) | "\($count) \(.value)")] as $skips
    | [({dropped: "dropped by the policy", unresolved: "unresolved", acknowledged: "acknowledged", skipped: "skipped"} | to_entries[]
        | select($fields[.key] > 0) | "\($fields[.key]) \(.value)"
            + (if .key == "skipped" and $skips != [] then " (\($skips | join(", ")))" else "" end))] as $rest
    | (if $restored == "" then "done" else "restored \($restored)" end) as $done
    | (if $dry_run then "dry run" + if $restored == "" then "" else " of the restore of \($restored)" end
        else {"2": "partly \($done)", "3": "\($done) except for held changes",
            "4": "\($done) except for unresolved records"}[$status | tostring]
            // $done end
        + if $shard == "" then "" else ", only the users of shard \($shard)" end
        + if $only == "" then "" else ", only \($only | split(",") | join(", "))" end
        + if $edited then ", only the lines of an edited plan" else "" end) as $state
    | (({"2": (if $fields.dropped > 0 and $fields.failed == 0 then "; access differs until a run keeps the changes that the policy drops"
            else "; the lines above say what failed or could not be read" end),
        "3": "; the lines above say why and how to approve them"}[$status | tostring] // "")
        + if $status == 4 or $fields.unresolved > 0 then
            "; access differs and no later run changes that until an operator acts: the lines above give name, reason and remedy"
          else "" end
        + if $dropped.removals == 0 then ""
          else "; the policy delays \($dropped.removals | plural("removal")), so access that ACTIVATE has taken away stays" end
        + if $restored == "" then "" else "; \(advice_to_suspend($dry_run))" end) as $hint
    | {level: (if $status <= 1 then "info" else "warning" end), fields: $fields,
        text: ("\($state): " + ($parts + $rest + ["\($fields.unchanged) unchanged in \($seconds) s"] | join(", ")) + $hint)};

def run_json($stages; $run; $begin; $seconds; $status; $dry_run; $replay; $shard; $only; $restored; $differs; $conclusion):
    {run: $run, begin: ($begin | rfc3339), seconds: $seconds, status: $status, dryRun: $dry_run,
        replay: (if $replay == "" then null else $replay end), conclusion: $conclusion,
        unresolved: $differs.records, acknowledged: counts_of($stages; "scim-diff").acknowledged}
    + (if $differs.dropped == null then {} else {dropped: $differs.dropped} end)
    + (if $shard == "" then {} else {shard: $shard} end)
    + (if $only == "" then {} else {only: ($only | split(","))} end)
    + (if $restored == "" then {} else {restore: $restored} end)
    + ([$stages[].approvals // [] | .[]] | if . == [] then {} else {approvals: .} end)
    + {stages: ($stages | map({name, status, seconds} + if .counts == {} then {} else {counts} end))};
