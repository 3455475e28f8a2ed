# plan-show.jq: shows a plan as text or markdown ($format), with or without colours ($color).
#
# The complete plan is read, as a few words of each line, and nothing is printed before its seal: half a plan would look like a small plan.
# Names in a plan are text that users have typed. So each line is cleaned before it gets its colours, and in markdown every text from
# outside is in a code span, where no character has a meaning.

include "printable";

# --- printable text ---

# A text from outside. A code span begins with one backtick more than the longest row of backticks in it.
def quoted:
    if $format == "markdown" then
        if . == "" then "(empty)"
        elif contains("`") then ("`" * (([match("`+"; "g").length] | max) + 1)) as $fence | "\($fence) \(.) \($fence)"
        elif startswith(" ") or endswith(" ") then "` \(.) `"
        else "`\(.)`" end
    elif is_ascii and . != "" and (contains(" ") or contains("\"") | not) then .
    else "\"" + (split("\"") | join("\\\"")) + "\"" end;
def remark: if $format == "markdown" then quoted else . end;

def colored($name):
    if $color == "always" and $format == "text" then
        "\u001b[\({bold: "1", red: "31", green: "32", yellow: "33", magenta: "35"}[$name])m\(.)\u001b[0m"
    else . end;
def heading: if $format == "markdown" then "", "#### \(cleaned)" else "", (cleaned | colored("bold")) end;
def item($depth): if $format == "markdown" then "  " * ($depth - 1) // "" | . + "- " else "  " * $depth end;
def row($depth): ($depth | item($depth)) + cleaned;
def plural($one): "\(.) \($one)\(if . == 1 then "" else "s" end)";
def listed($most): (.[:$most] | join(", ")) + (if length > $most then ", and \(length - $most) more" else "" end);

# --- reading ---

def refuse($what):
    (input_filename | $names[.] // .) as $file
    | "plan-show: \("\($file):\(input_line_number): \($what)" | cleaned)\n" | halt_error(65);

def without($b):
    if $b == [] then . else [(unique[] | [., 0]), ($b | unique[] | [., 1])] | group_by(.[0]) | map(select(length == 1 and .[0][1] == 0)[0][0]) end;
def members: [.members[]?, .foreignMembers[]? | text];
def keys_named($beginning): [.[] | select(startswith($beginning)) | .[10:]];

# The reasons of a change that concern this line of it. A split change has the same reasons in both lines.
def own_words($o):
    ($o.after | object | has("sshKeys")) as $keys
    | if $o.resource == "Group" then
        map(select(test("^(members (\\+|that)|unmanaged members)") | not)) # "members that ...": by a version before 0.2
      elif $o.held == "max-keyless-users" or $o.held == "max-key-removals" then map(select(startswith("sshKeys") or startswith("protected:")))
      elif $keys or $o.action == "create" then .
      else map(select(startswith("sshKeys") | not)) end;

def change($o):
    ($o.before | object) as $before
    | ($o.after | object) as $after
    | (($o.why | texts | own_words($o)) + ($o.withheld | text | if . == "" then [] else
        ["not sent: \(.)\($o.detail | text | if . == "" then "" else ", " + . end)\(if $o.acknowledged == true then " (acknowledged)" else "" end)"] end)) as $why
    | ($o.held | if type == "string" then brief else "" end) as $held
    | if $o.resource == "User" then
        ($why | keys_named("sshKeys + ")) as $gained
        | {kind: "change", resource: "User", action: $o.action, externalId: ($o.externalId | text), $held, name: ($o.userName | text),
            starts: ($after.active == true and $before.active != true), ends: ($after.active == false and $before.active == true),
            $gained, lost: ($why | keys_named("sshKeys - ")),
            full: (if $o.action == "create" then $after.displayName | text else "" end),
            # If the plan has no fingerprints, the number is shown.
            why: (if $o.action == "create" and $gained == [] and ($after.sshKeys | type == "array" and . != []) then
                $why + [$after.sshKeys | length | plural("SSH key")] else $why end)}
      elif $o.resource == "Group" then
        ($before | members) as $before
        | ($after | members) as $after
        | {kind: "change", resource: "Group", action: $o.action, externalId: ($o.externalId | text), $held, name: ($o.displayName | text), $why,
            gained: ($after | without($before)), lost: ($before | without($after))}
      else refuse("a change of neither a User nor a Group") end;

def record($o):
    if $o.type == "change" then
        if ["create", "update", "deactivate", "reactivate", "adopt"] | index($o.action | text) then change($o) + {unresolved: ($o.exitStatus == 4)}
        else refuse("unknown action \($o.action | text | tojson); was this plan made by a newer version?") end
    elif $o.type == "skip" or $o.type == "unchanged" then
        {kind: $o.type, resource: ($o.resource | text), name: ($o.userName // $o.displayName // $o.externalId | text),
            externalId: ($o.externalId | text), reason: ($o.reason | text), unresolved: ($o.exitStatus == 4), detail: (($o.detail // $o.note | text) + if $o.acknowledged == true then " (acknowledged)" else "" end)}
    else refuse("unknown record type \($o.type | text | tojson); was this plan made by a newer version?") end;

def stream($o):
    if .kind == "plan" and (.sealed | not) then refuse("a stream begins before the seal of the plan: the plan is cut off")
    elif $o.format != 1 then refuse("format \($o.format | text) is unknown here; this plan-show knows format 1")
    elif $o.kind == "plan" and .plan then refuse("a second plan; give one")
    elif $o.kind | IN("plan", "directory") | not then
        refuse("this is a stream of kind \($o.kind | text | tojson); plan-show reads a plan, written by scim-diff")
    else {kind: $o.kind, plan: (.plan or $o.kind == "plan"), sealed: false, line: $o} end;

# The fields of each line that are needed later.
def read: foreach inputs as $text ({kind: null, plan: false};
    .line = ($text | fromjson? // null)
    | .line as $o
    | if $o | type != "object" then refuse("this is not one JSON object on one line; a plan is written by scim-diff")
      elif $o.type == "stream" then stream($o)
      elif .kind == null then refuse("the header, the line with \"type\":\"stream\", is missing; a plan is written by scim-diff")
      elif .kind == "directory" then .
      elif .sealed then refuse("a line after the seal")
      elif $o.type == "end" then .sealed = true
      else . end;
    .line as $o
    | if $o.type == "stream" then
        {kind: "header", of: .kind, org: ($o.org | text), at: ($o.at | text), scope: ($o.scope | texts)}
      elif .kind == "directory" then {kind: "name", externalId: ($o.externalId | text), name: ($o.userName // $o.displayName | text)}
      elif .sealed then {kind: "seal", seal: $o}
      else record($o) end);

def check_count($seal; $field; $count):
    if $seal[$field] == $count then .
    else "plan-show: the seal says \($field) \($seal[$field] | text | cleaned), but there are \($count); lines were lost or edited (reseal closes a plan that was edited on purpose)\n"
        | halt_error(65) end;

# --- showing ---

def sign:
    if .held != "" then "!"
    elif .ends or (.resource == "Group" and .lost != []) then "-"
    elif .starts or .action == "create" then "+"
    else "~" end;
def colored_by_sign($sign):
    if $color == "always" then colored({"+": "green", "~": "yellow", "-": "red", "!": "magenta"}[$sign]) else . end;
def padded: . + "           "[length:];

def gist($names):
    (.name | quoted)
    + (if .resource == "Group" or .full == "" or .full == .name then "" else " " + (.full | quoted) end)
    + ((if .resource == "User" or .gained + .lost == [] then []
        else ["+\(.gained | length) -\(.lost | length) members: " +
            ([(.lost | map("- " + ($names[.] // . | quoted)) | listed(100)), (.gained | map("+ " + ($names[.] // . | quoted)) | listed(10))]
                | map(select(. != "")) | join(", "))] end)
        + (if $format == "markdown" then .why | map(quoted) else .why end)
        + (if .held == "" then [] else ["held by " + (.held | remark)] end)
        | if . == [] then "" else ": " + join("; ") end);
def change_row($names):
    sign as $sign
    | (gist($names) | cleaned) as $gist
    | if $format == "markdown" then "- `\($sign)` **\(.action)** \($gist)"
      else "  " + ("\($sign) \(.action | padded)" | colored_by_sign($sign)) + " " + $gist end;

# The three forms of access: an active account, a membership, a key. The list of gains is for an overview, since a first load has all users;
# the list of losses is to be checked.
def access($word; $most; $names; users; memberships; keys_of):
    (map(select(.resource == "User" and users) | .name | quoted)) as $users
    | (map(select(.resource == "Group" and memberships != []) | {name, ids: memberships})) as $groups
    | (map(select(.resource == "User" and keys_of != []) | {name, keys: keys_of})) as $keys
    | (($groups | map(.ids | length) | add) // 0) as $memberships
    | ([($users | length | select(. > 0) | plural("user")), ($memberships | select(. > 0) | plural("membership")),
        ($keys | map(.keys | length) | add // 0 | select(. > 0) | plural("SSH key"))]) as $counts
    | ("\($word): \(if $counts == [] then "no user" else $counts | join(", ") end)" | heading),
      (select($users != []) | "users: \($users | listed($most))" | row(1)),
      ($groups[:$most][] | "group \(.name | quoted): \(.ids | map($names[.] // . | quoted) | listed($most))" | row(1)),
      ($groups | length - $most | select(. > 0) | "and \(plural("group")) more" | row(1)),
      ($keys[:$most][] | "SSH keys of \(.name | quoted): \(.keys | map(remark) | listed($most))" | row(1)),
      ($keys | length - $most | select(. > 0) | "and SSH keys of \(plural("user")) more" | row(1));

def total($resource):
    map(select(.resource == $resource)) as $of
    | {create: "created", update: "updated", deactivate: "deactivated", reactivate: "reactivated", adopt: "adopted"} as $done
    | [$done | to_entries[] | . as $action | ($of | map(select(.action == $action.key)) | length) | select(. > 0) | "\(.) \($action.value)"]
    | if . == [] then empty else "\($resource | ascii_downcase)s: \(join(", "))" end;

# The approval. The digest covers all changes that scim-diff held, even if some of these lines were taken out since then.
def approval($edited; $digests):
    "To approve exactly \(if $edited then "what scim-diff held" else "these" end), once, when you know the reason:" as $how
    | if $format == "markdown" then "", "\($how) `SYNC_APPROVE=\(.)` for the next run, or `scim-diff --approve \(.)`"
      else "  " + $how, "    SYNC_APPROVE=\(.)           for the next run, or", "    scim-diff --approve \(.)" end,
    if ($digests | length) < 2 then empty
    elif $format == "markdown" then "", "A digest for each limit: \($digests | map("\(.key) `\(.value)`") | join(", "))."
    else "  A digest for each limit; SYNC_APPROVE takes several, separated by commas:", ($digests[] | "    \(.value)  \(.key)") end;

def show($header; $seal; $names):
    map(select(.kind == "change" and .held == "")) as $sent
    | map(select(.kind == "change" and .held != "")) as $held
    | map(select(.kind == "skip")) as $skips
    | map(select(.kind == "unchanged")) as $unchanged
    | (map(select(.unresolved)) | length) as $unresolved
    | ("Plan" + (if $header.org == "" then "" else " for \($header.org | quoted)" end)
        + (if $header.scope == [] then "" else ", of groups \($header.scope | map(quoted) | listed(20))" end)
        + ($seal.only | texts | if . == [] then "" else ", only \(map($names[.] // . | quoted) | listed(20))" end)
        + (if $header.at == "" then "" else ", made \($header.at | quoted)" end)
        + (if $seal.resealed == true then ", edited since" else "" end) | cleaned
        | if $format == "markdown" then "### \(.)" else colored("bold") end),
      (select($held != [])
        | ("Held: \($held | length | plural("change")), not applied" | heading),
          ($held[] | change_row($names)),
          ($seal.heldDigest | text | select(test("^[0-9a-f]{16,128}$"))
              | approval($seal.resealed == true; $seal.heldDigests | object | to_entries
                  | map(select((.key | test("^[a-z-]{1,40}$")) and (.value | text | test("^[0-9a-f]{16,128}$"))))))),
      (select($sent + $held == []) | "", if $unresolved == 0 then "Nothing to do." else "No change is planned, but access differs." end),
      ("User", "Group" | . as $resource | $sent | map(select(.resource == $resource)) | select(. != [])
        | ("\($resource)s" | heading), (.[] | change_row($names))),
      (select($unchanged != []) | ("Unchanged" | heading),
        ($unchanged[] | "\(.resource) \($names[.externalId] // .name | quoted)\(if .detail == "" then "" else ": \(.detail | remark)" end)" | row(1))),
      (select($skips != []) | ("Skipped: nothing is done about these" | heading),
        ($skips | group_by(.reason)[] | ("\(.[0].reason | remark): \(length)" | row(1)),
            (.[] | "\(.resource) \(.name | quoted): \(.detail | remark)" | row(2)))),
      (select($sent != [])
        | ($sent | access("Gains access"; 10; $names; .starts; .gained; .gained)),
          ($sent | access("Loses access"; 100; $names; .ends; .lost; .lost))),
      "",
      ([$held, $skips | length] + [$seal.unchanged | text] | "\(.[0]) held, \(.[1]) skipped, \(.[2]) unchanged"
        + if $unresolved == 0 then "" else ", \($unresolved) unresolved" end) as $rest
        | ("Total: \([$sent | total("User"), total("Group")] + [$rest] | join("; "))" | cleaned
            | if $format == "markdown" then "**\(.)**" else colored("bold") end);

[read]
| map(select(.kind == "header" and .of == "plan"))[0] as $header
| map(select(.kind == "seal"))[0].seal as $seal
| if $header == null then "plan-show: there is no plan in the input; scim-diff writes it\n" | halt_error(65)
  elif $seal == null then
    "plan-show: the plan ends without its seal, {\"type\":\"end\",…}: it is cut off; make it again with scim-diff\n" | halt_error(65)
  else . end
| reduce ("create", "update", "deactivate", "reactivate", "adopt") as $action (.;
    check_count($seal; $action; map(select(.kind == "change" and .action == $action)) | length))
| check_count($seal; "skipped"; map(select(.kind == "skip")) | length)
| check_count($seal; "held"; map(select(.kind == "change" and .held != "")) | length)
| (reduce (.[] | select(.externalId and .name != "")) as $r ({}; .[$r.externalId] = $r.name)) as $names
| map(select(.kind | IN("change", "skip", "unchanged")))
| show($header; $seal; $names)
