# policy.jq: the input of a policy, and the changes that it has dropped.

# The facts of the plan that the policy gets as $plan, without localTime. The time is that of the plan, so that a replay has the same
# result.
def header: {at, org, target};

# The changes that would be sent. A held change is not sent in any case.
def given: select(.type == "change" and (has("held") | not));

# Does the list $field lose a value? The comment of a key does not count. If one side does not have the list, it may lose one.
def loses($field):
    def identity: if $field == "sshKeys" then split(" ")[:2] | join(" ") else . end;
    (reduce (.after[$field] // [])[] as $value ({}; .[$value | identity] = true)) as $stays
    | (.before | has($field)) != (.after | has($field)) or any((.before[$field] // [])[]; $stays[identity] | not);

# A change that takes access away, also if it gives some. A user who is created or activated again has no access before. A takeover takes the
# record, and with it the access, from another user or group, unless the record is inactive.
def is_removal:
    if .action | IN("deactivate", "create", "reactivate") then .action == "deactivate"
    else (.action == "adopt" and .before.externalId and .before.active != false) or loses("members") or loses("foreignMembers") or loses("sshKeys") or (.before.active == true and .after.active == false) end;

def text: if type == "string" then . else tojson end | .[:200];
def sentence:
    if type != "object" then text
    else "\(.action | text) \(.userName // .displayName // .externalId | text)\([.why[]? | text] | if . == [] then "" else ": " + (.[:5] | join("; ")) end)" end;

# Counts of dropped changes, as JSON; the first removal, or an empty line; then a sentence for each, 20 at most. Removals come first.
def tally:
    20 as $most
    | reduce inputs as $line ({grants: 0, removals: 0, named: {grants: [], removals: []}};
        ($line | if is_removal then "removals" else "grants" end) as $kind
        | .[$kind] += 1
        | if .[$kind] > $most then . else .named[$kind] += [$line | sentence] end)
    | (.grants + .removals) as $all
    | ({grants, removals} | tojson), .named.removals[0] // "",
      (.named.removals + .named.grants)[:$most][],
      if $all > $most then "\($all - $most) more changes" else empty end;

# The lines of a plan that are not dropped, byte for byte. Its seal gets the counts of dropped changes, so that --apply-plan knows of them.
# Input: null, lines by inputs.
def without($dropped; $counts):
    (reduce $dropped[].check as $check ({}; .[$check] = true)) as $out
    | inputs | fromjson as $line | select($out[$line.check // ""] | not)
    | if $line.type == "end" then $line + {dropped: $counts} | tojson else . end;
