# capture-index.jq: the lines of a run in the index of captures. sync-captures(1) describes them.

def object: if type == "object" then . else {} end;
def texts: if type == "array" then map(strings) else [] end;
def without($b): if . == [] or $b == [] then . else [(unique[] | [., 0]), ($b | unique[] | [., 1])] | group_by(.[0]) | map(select(length == 1 and .[0][1] == 0)[0][0]) end;

# Of a line of a plan about a group: the external ids of users who join and leave.
def members_of($side): if .resource == "Group" then .[$side] | object | .members | texts else [] end;
def joined: members_of("before") as $before | members_of("after") | without($before);
def left: members_of("after") as $after | members_of("before") | without($after);

# How an external id is written in a record: a pattern for grep -F.
def as_pattern: if type == "object" then .externalId else . end | strings | "\"externalId\":\(tojson)";

# 1795456800.25 -> "2026-11-23T18:00:00.250Z"
def rfc3339: floor as $second
    | ($second | strftime("%Y-%m-%dT%H:%M:%S")) + "." + ("00\((. - $second) * 1000 | floor)")[-3:] + "Z";
def epoch: (.[:19] + "Z" | fromdateiso8601) + (.[19:-1] | if . == "" then 0 else "0\(.)" | tonumber end);

# More changes than that are not listed, so that a first load of millions of users does not fill the index.
def most_changes: 100000;

# {id of a change: {outcome, reason}}. Input: null, lines of the results by inputs. jq 1.6 copies the complete map for each line if more
# than an assignment is made to it.
def outcomes:
    reduce (inputs | fromjson? | objects | select(.type == "outcome") | {key: (.id // input_line_number | tostring), value: {outcome, reason}}) as $one
        ({}; .[$one.key] = $one.value);

# The outcome of a change. A change without one was not sent.
def outcome($line; $outcomes; $dry_run):
    if $dry_run then {outcome: (if $line.held then "held" else "planned" end)}
    else $outcomes[$line.id // "" | tostring] // empty end;

# {externalId: when a run last saw the user in ACTIVATE}, "" for the run before this one. $past has the lines of runs, each after the
# lines of its changes. A user whose removal is held, or failed, has been missing since the first run of an unbroken row of such runs. A
# run has no lines of held changes if they are those of the run before it.
def last_seen($past):
    reduce ($past | split("\n")[] | fromjson? | objects) as $line ({pending: {}, now: {}, before: null};
        if $line.type == "change" then
            if $line.action != "deactivate" then . else .now[$line.externalId] = ($line.outcome != "applied") end
        elif $line.type != "run" or $line.desired != true then .now = {}
        else
            .before as $before | .now as $now
            | .pending |= with_entries(select($now[.key] // (.value.held != null and .value.held == $line.heldDigest)))
            | reduce ($now | to_entries[] | select(.value).key) as $id (.;
                .pending[$id] = {since: (.pending[$id].since // $before), held: $line.heldDigest})
            | .now = {} | .before = $line.begin
        end)
    | .before as $before | .pending | map_values(.since) | .[""] = $before;

def change($line; $outcome; $names; $seen; $run; $ended_at):
    ($line.why | texts) as $why
    | ($line.after | object) as $after
    | ($line.userName // $line.displayName) as $name
    | ($after.userName // if $line.resource == "Group" then $after.displayName else null end) as $new
    | (if $line.action == "deactivate" and $outcome.outcome == "applied" and ($seen | length > 0) then
            if $seen | has($line.externalId) then $seen[$line.externalId] else $seen[""] end
        else null end) as $last_seen
    | {type: "change", begin: $run.begin, run: $run.run, resource: $line.resource, action: $line.action, externalId: $line.externalId, name: $name,
        newName: (if $new != $name then $new else null end),
        displayName: (if $line.resource == "User" then $after.displayName else null end),
        outcome: $outcome.outcome, reason: $outcome.reason, held: $line.held,
        why: ($why | map(select(startswith("sshKeys + ") or startswith("sshKeys - ") | not))),
        keysAdded: ($why | map(select(startswith("sshKeys + "))[10:])), keysRemoved: ($why | map(select(startswith("sshKeys - "))[10:])),
        joined: ($line | joined | map({(.): ($names[.] // .)}) | add), left: ($line | left | map({(.): ($names[.] // .)}) | add),
        lastSeen: $last_seen, latencySeconds: (if $last_seen then ($ended_at - ($last_seen | epoch)) * 10 | floor / 10 else null end)}
    | with_entries(select(.value != null and .value != []));

# Input: null, lines of the plan by inputs. The arguments: $outcomes is the result of outcomes. The other arguments are texts. The last line
# of the plan is $seal. The last line of a run in the index is $last. The last one with a state of SCIM in its capture is $stored.
def index_lines:
    $run[0] as $run
    | ($seal | fromjson? | objects | .heldDigest) // null | . as $held
    | ($last | fromjson? // {}) as $last
    | ($stored | fromjson? // {}) as $stored
    | ($run.begin | epoch + $run.seconds) as $ended_at
    | (if $past == "" then {} else last_seen($past) end) as $seen
    | (reduce $outcomes[0][].outcome as $outcome ({applied: 0, failed: 0, held: 0}; .[$outcome | tostring] += 1)) as $counts
    | foreach (inputs, null) as $text ({lines: 0, omitted: 0, latency: null};
        .line = null
        | ($text | if . == null then null else fromjson? // null end | object) as $line
        | if $line.type != "change" then .
          elif .lines == most_changes then .omitted += 1
          else
            ([outcome($line; $outcomes[0]; $run.dryRun)] | first) as $outcome
            # The same changes, still held, are in the lines of an earlier run.
            | if $outcome == null or ($outcome.outcome == "held" and $held != null and $held == $last.heldDigest) then .
              else
                .lines += 1 | .line = change($line; $outcome; $names[0]; $seen; $run; $ended_at)
                | .latency = ([.latency, .line.latencySeconds] | max)
              end
          end;
        .line // empty,
        if $text != null then empty else
            (($run.status | IN(0, 4) | not) or $counts.applied + $counts.failed + $counts.held + .lines > 0 or $when == "always"
                or ($digest != "" and $digest != $stored.current.digest)) as $kept
            | {type: "run", begin: $run.begin, end: ($ended_at | rfc3339), run: $run.run, status: $run.status, dryRun: $run.dryRun, did: $did,
                held: $counts.held, failed: $counts.failed, desired: $desired,
                capture: (if $kept then $capture else null end), current: (if $digest == "" then null else {digest: $digest} end),
                heldDigest: $held, omitted: (if .omitted == 0 then null else .omitted end), latencySeconds: .latency,
                approvals: $run.approvals, restore: $run.restore, replay: $run.replay, shard: $run.shard, conclusion: $run.conclusion}
              | with_entries(select(.value != null))
        end);
