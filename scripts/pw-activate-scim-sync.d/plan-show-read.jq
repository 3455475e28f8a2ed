# plan-show-read.jq: reads a plan and its results for plan-show, and prepares text from outside for printing. $format is text, markdown or
# html.
#
# The complete input is read, as a few words of each line, and nothing is printed before its seal: half a plan would look like a small plan.
# Names in a plan are text that users have typed. So each line is cleaned before it gets its colours. In markdown, every text from outside is
# in a code span, where no character has a meaning, and in HTML its characters are escaped.

# --- printable text ---

# A text from outside. A code span begins with one backtick more than the longest row of backticks in it.
def quoted:
    if $format == "markdown" then
        if . == "" then "(empty)"
        elif contains("`") then ("`" * (([match("`+"; "g").length] | max) + 1)) as $fence | "\($fence) \(.) \($fence)"
        elif startswith(" ") or endswith(" ") then "` \(.) `"
        else "`\(.)`" end
    elif $format == "html" then "<b>\(@html)</b>"
    elif is_ascii and . != "" and (contains(" ") or contains("\"") | not) then .
    else "\"" + (split("\"") | join("\\\"")) + "\"" end;
def remark: if $format == "markdown" then quoted elif $format == "html" then @html else . end;

def colored($name):
    if $color == "always" and $format == "text" then
        "\u001b[\({bold: "1", red: "31", green: "32", yellow: "33", magenta: "35"}[$name])m\(.)\u001b[0m"
    else . end;
def row($depth):
    if $format == "html" then "<li class=\"d\($depth)\">\(cleaned)</li>"
    elif $format == "markdown" then ("  " * ($depth - 1) // "") + "- " + cleaned
    else "  " * $depth + cleaned end;
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

# The words of a change that are about this line of it. A split change says the same of both lines.
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
        | {kind: "change", id: ($o.id | text), resource: "User", action: $o.action, externalId: ($o.externalId | text), $held, name: ($o.userName | text),
            starts: ($after.active == true and $before.active != true), ends: ($after.active == false and $before.active == true),
            # A record that passes from one account to another has the external id of the former one.
            former: (if $o.action == "adopt" and $before.externalId != $o.externalId then $before.externalId | text else "" end),
            $gained, lost: ($why | keys_named("sshKeys - ")),
            full: (if $o.action == "create" then $after.displayName | text else "" end),
            # Where the plan names no fingerprints, the number has to do.
            why: (if $o.action == "create" and $gained == [] and ($after.sshKeys | type == "array" and . != []) then
                $why + [$after.sshKeys | length | plural("SSH key")] else $why end)}
      elif $o.resource == "Group" then
        ($before | members) as $has
        | ($after | members) as $gets
        | {kind: "change", id: ($o.id | text), resource: "Group", action: $o.action, externalId: ($o.externalId | text), $held, name: ($o.displayName | text), $why,
            renamed: (if ($before.displayName | text) == "" then "" else $after.displayName | text end),
            gained: ($gets | without($has)), lost: ($has | without($gets))}
      else refuse("a change of neither a User nor a Group") end;

def known_actions: ["create", "update", "deactivate", "reactivate", "adopt"];

# The outcome of a change.
def outcome($o):
    {kind: "outcome", id: ($o.id | text), action: ($o.action | text), resource: ($o.resource | text), externalId: ($o.externalId | text),
        name: ($o.userName // $o.displayName // $o.externalId | text), outcome: ($o.outcome | text), unresolved: ($o.exitStatus == 4),
        detail: ([$o.reason, (if $o.status == null then null else "HTTP status \($o.status | text)" end), $o.detail | text | select(. != "")] | join(", "))}
    | .action as $action
    | if (known_actions | index($action)) and (.resource | IN("User", "Group")) and (.outcome | IN("applied", "failed", "skipped", "held", "planned"))
      then . else refuse("unknown outcome; were these results written by a newer version?") end;

def record($o):
    if $o.type == "change" then
        if known_actions | index($o.action | text) then change($o) + {unresolved: ($o.exitStatus == 4)}
        else refuse("unknown action \($o.action | text | tojson); was this plan made by a newer version?") end
    elif $o.type == "skip" or $o.type == "unchanged" then
        {kind: $o.type, resource: ($o.resource | text), name: ($o.userName // $o.displayName // $o.externalId | text),
            externalId: ($o.externalId | text), reason: ($o.reason | text), unresolved: ($o.exitStatus == 4), detail: (($o.detail // $o.note | text) + if $o.acknowledged == true then " (acknowledged)" else "" end)}
    else refuse("unknown record type \($o.type | text | tojson); was this plan made by a newer version?") end;

def stream($o):
    if .kind == "plan" and (.sealed | not) then refuse("a stream begins before the seal of the plan: the plan is cut off")
    elif .kind == "results" and (.sealed | not) then refuse("a stream begins before the seal of the results: the results are cut off")
    elif $o.format != 1 then refuse("format \($o.format | text) is unknown here; this plan-show knows format 1")
    elif $o.kind == "plan" and .plan then refuse("a second plan; give one")
    elif $o.kind == "results" and .results then refuse("a second stream of results; give those of one run")
    elif $o.kind | IN("plan", "results", "directory") | not then
        refuse("this is a stream of kind \($o.kind | text | tojson); plan-show reads a plan, written by scim-diff, and results, written by scim-apply")
    else {kind: $o.kind, plan: (.plan or $o.kind == "plan"), results: (.results or $o.kind == "results"), sealed: false, line: $o} end;

# Each line as what has to be known of it.
def read: foreach inputs as $text ({kind: null, plan: false, results: false};
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
      elif .sealed then {kind: "seal", of: .kind, seal: $o}
      elif .kind == "plan" then record($o)
      elif $o.type == "outcome" then outcome($o)
      else refuse("unknown record type \($o.type | text | tojson) in results; were they written by a newer version?") end);

def check_count($seal; $field; $count):
    if $seal[$field] == $count then .
    else "plan-show: the seal says \($field) \($seal[$field] | text | cleaned), but there are \($count); lines were lost or edited (reseal closes a plan that was edited on purpose)\n"
        | halt_error(65) end;

