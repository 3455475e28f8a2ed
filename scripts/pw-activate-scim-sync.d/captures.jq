# captures.jq: what sync-captures prints, as text or JSON ($format). Names in captures are text that a user typed somewhere, so each
# line of text is cleaned.

include "printable" {search: "./"};
include "capture-index" {search: "./"};

def plural($one): "\(.) \($one)\(if . == 1 then "" else "s" end)";
def row(text): if $format == "json" then tojson else [text | tostring | cleaned] | join("\t") end;
def seconds_only: .[:19] + "Z";
def listed_names($most): (.[:$most] | join(", ")) + (if length > $most then ", and \(length - $most) more" else "" end);

# --- runs ---

# The runs of the index with their era. A run that ended before an earlier run of the index began is the first one after the clock was set
# back, and begins another era. Runs of shards overlap, so the order of their lines is not that of their begin.
def with_eras:
    [foreach .[] as $run ({era: 0, latest: ""};
        if ($run.end // $run.begin) < .latest then {era: (.era + 1), latest: $run.begin} else .latest = ([.latest, $run.begin] | max) end;
        $run + {era})];

# The runs in the order of their begin, era by era. Input: null, lines of runs in the index by inputs. Captures that are not in the index
# have a line in $others, with true if they have a state of SCIM. Their run.json is in $results.
def runs:
    ($results | add // {}) as $results
    | ([inputs | fromjson? | objects | select((.begin | type) == "string" and (.run | type) == "string")] | with_eras) as $indexed
    | ($indexed | group_by(.era)[1:] | map(.[0].begin)) as $later
    | $indexed
        + [$others | split("\n")[] | select(. != "") | split(" ") | .[0] as $capture | .[1] as $state
            | ($capture | "\(.[:4])-\(.[4:6])-\(.[6:11]):\(.[11:13]):\(.[13:15]).000Z") as $begin
            | ($results[$capture] // {} | object) as $run
            | {type: "run", begin: $begin, run: $capture[17:], status: $run.status, capture: $capture, desired: ($state == "true"),
                end: ($run.seconds // null | if type == "number" then . + ($begin | epoch) | rfc3339 else $begin end),
                current: (if $state == "true" then {} else null end), approvals: $run.approvals, dryRun: ($run.dryRun == true), era: ($later | map(select(. <= $begin)) | length),
                conclusion: ($run.conclusion // "the run did not end; its streams are there as far as it came")}
            | with_entries(select(.value != null))]
    | sort_by([.era, .begin])[] | del(.era) | tojson;

def listed:
    row((.begin | seconds_only), (.status // "-"), .run, (if .capture then "+" else "-" end), .conclusion);

def approvals_text: .approvals // [] | map("approved by \(.by // .user // "unknown"): \(.digest)") | if . == [] then null else join(", ") end;

# --- changes ---

def of_keys($sign; $keys): $keys // [] | map("sshKeys \($sign) \(.)");
def of_members($word; $members; $ids):
    [$members // {} | to_entries[] | select($ids == null or (.key | IN($ids[]))).value] | if . == [] then [] else ["\($word): \(listed_names(20))"] end;

# A change as a line. $ids: of the members of a group, name only these; null: all.
def change_text($ids; $approvals):
    row((.begin | seconds_only), .outcome,
        ("\(.action) \(.resource) \(.name // .externalId)"
            + ((.why // []) + of_keys("+"; .keysAdded) + of_keys("-"; .keysRemoved) + of_members("joined"; .joined; $ids) + of_members("left"; .left; $ids)
                + (if .held then ["held by \(.held)"] else [] end) + (if .reason then ["reason \(.reason)"] else [] end)
                + (if .latencySeconds then ["last seen in ACTIVATE at \(.lastSeen | seconds_only)"] else [] end)
                | if . == [] then "" else ": " + join("; ") end)),
        "run \(.run)\(if $approvals then ", " + $approvals else "" end)");

# Input: null, the lines of the run in the index by inputs.
def shown($run; $dir):
    [inputs | fromjson? | objects] as $lines
    | if $format == "json" then ($lines[], (if $lines | any(.type == "run") then empty else $run end)) | tojson
      else
        ("Run \($run.run), \($run.begin | seconds_only) to \($run.end | seconds_only): status \($run.status // "unknown")",
            $run.conclusion,
            ($run | approvals_text | select(. != null)),
            (if $run.capture then "Streams: \($dir)/\($run.capture)" else "No streams are kept, because nothing changed" end) | cleaned),
        ($lines[] | select(.type == "change" and (.outcome | IN("failed", "unknown"))) | change_text(null; null))
      end;

# --- when ---

def same_text($what): type == "string" and ascii_downcase == ($what | ascii_downcase);

# The external ids that a name has, or had: of lines of the index, of records, and of members.
def ids($what):
    [inputs | fromjson? | objects
        | (select([.name, .newName, .userName, .displayName, .externalId] | any(same_text($what))).externalId),
          ((.joined, .left) // {} | to_entries[] | select(.value | same_text($what)).key)
        | strings] | unique;

def is_about($what; $ids):
    (.externalId | IN($ids[])) or ([.name, .newName, .displayName, .externalId] | any(same_text($what)))
    or ((.keysAdded // []) + (.keysRemoved // []) | any(. == $what))
    or ((.joined // {}) + (.left // {}) | to_entries | any(.[]; (.key | IN($ids[])) or (.value | same_text($what))));

# The changes of $what. Input: null, lines of the index by inputs.
def changes($what; $ids): inputs | fromjson? | objects | select(.type == "change" and is_about($what; $ids));

# The same for people, with the approvals of their runs. Input: null, changes by inputs.
def approved_changes($ids; $approved):
    (reduce $approved[] as $run ({}; .["\($run.begin) \($run.run)"] = ($run | approvals_text))) as $approvals
    | inputs | fromjson
    | ($approvals["\(.begin) \(.run)"]) as $approval
    | (.externalId | IN($ids[])) as $itself
    | if $format == "json" then . + (if $approval then {approval: $approval} else {} end) | tojson
      else change_text((if $itself then null else $ids end); $approval) end;

# --- who ---

# The captures that show the state at $until, in lines: the name of the capture that has a state; the id of its run; then, for each later
# capture with changes applied until then, its name, the number of these changes, and its run. If no capture has a state, the lines are an
# empty one and the begin of the first capture.
def state_captures($until):
    [inputs | select(.capture)] as $runs
    | [$runs | to_entries[] | select(.value | .current and .begin <= $until)] | last as $base
    | if $base == null then "", ([$runs[] | select(.current).begin] | first // empty)
      else ($base.value | .capture, "\(.run) of \(.begin | seconds_only)"), ($runs[$base.key:][] | select(.end <= $until and (.dryRun | not))
            | "\(.capture) \([.did | object[] | numbers] | add // 0) \(.run)") end;

# The applied changes, a line for each. Input: null, lines of the results and then of the plan by inputs.
def applied:
    foreach (inputs | fromjson? | objects) as $line ({};
        if $line.type == "outcome" and $line.outcome == "applied" and ($line.id | type) == "string" then .[$line.id] = true else . end;
        if $line.type == "change" and .[$line.id] == true then $line | {action, resource, externalId, userName, displayName, before, after} else empty end);

# {externalId in the current stream: what is different since}. A record that is not in that stream has true in isNew. A record that
# another user or group has taken over keeps the externalId that it had in the stream.
def differences:
    def taken_from: select(.action == "adopt") | .before | object | .externalId | strings;
    (reduce (.[] | {id: .externalId, from: taken_from}) as $one ({}; .[$one.id] = (.[$one.from] // $one.from))) as $origins
    | [.[] | {key: ($origins[.externalId] // .externalId), value: (
            (if .action == "create" or (.action == "adopt" and ([taken_from] == [])) then
                {isNew: true, type: (.resource | ascii_downcase), userName, displayName, active: true} else {} end)
            + (.after | object) + {externalId})}]
    | group_by(.key)
    | reduce (.[] | {key: .[0].key, value: (map(.value) | add)}) as $one ({}; .[$one.key] = $one.value);

# True if each line of an export is JSON, and the seal is the last one and counts the others. Input: null, the lines by inputs.
def is_whole:
    reduce (inputs | (fromjson? // null) | objects // {type: "fault"}) as $line ({user: 0, group: 0};
        if .seal or $line.type == "fault" then .fault = true elif $line.type == "end" then .seal = $line else .[$line.type] += 1 end)
    | .fault != true and .seal.users == .user and .seal.groups == .group;

# The active users, or those in $group. Input: null, lines of the current stream by inputs.
def users($group):
    ($applied | differences) as $differences
    | def now: . + ($differences[.externalId] // {});
      def new($type): $differences[] | select(.isNew and .type == $type);
      (if $group == "" then null else
        [($groups[] | now), new("group") | select(.displayName == $group)] as $named
        | if $named == [] then "" | halt_error(1) else reduce ($named[].members | texts | .[]) as $id ({}; .[$id] = true) end
      end) as $members
    | (inputs | fromjson? | objects | select(.type == "user") | now), new("user")
    | select(.active == true and ($members == null or $members[.externalId]))
    | if $format == "json" then {externalId, userName, displayName} | tojson
      else "\(.userName // .externalId | cleaned)\t\(.displayName // "" | cleaned)" end;

# --- redact ---

# The parts of a run that a bug report has in addition to the exports: numbers, and words of this program. Input: null, lines of the results and of the
# plan by inputs.
def numbers($run):
    def word: strings | select(test("^[A-Za-z-]{1,40}$"));
    ($run[0] | object) as $run
    | reduce (inputs | fromjson? | objects) as $line ({outcomes: {}};
        if $line.type == "outcome" then
            .outcomes[[$line.resource, $line.action, $line.outcome, $line.reason, $line.status // empty | word, numbers | tostring] | join(" ")] += 1
        elif $line.type == "end" and ($line | has("desired")) then .seal = ($line | map_values(numbers)) else . end)
    | {begin: $run.begin, seconds: $run.seconds, status: $run.status, dryRun: $run.dryRun, unresolved: $run.unresolved,
        acknowledged: $run.acknowledged, stages: ($run.stages // [] | map({name, status, seconds, counts})), plan: .seal, outcomes: .outcomes};
