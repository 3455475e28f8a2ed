# plan-show-lines.jq: the sections of a plan or its results, as text, markdown or rows of HTML.
#
# A section is {title, lines, notes, table}: lines are its changes or items, notes stand after them, and table says that the lines are
# rows of a table in HTML.

def section($title; lines): {title: $title, lines: [lines], notes: [], table: false};

# --- a change ---

def is_not_applied: .result.outcome | IN("failed", "skipped");
def sign:
    if .held != "" then "!"
    elif is_not_applied then "x"
    elif .ends or (.resource == "Group" and .lost != []) then "-"
    elif .starts or .action == "create" then "+"
    else "~" end;
def colored_by_sign($sign):
    if $color == "always" then colored({"+": "green", "~": "yellow", "-": "red", "x": "red", "!": "magenta"}[$sign]) else . end;
def padded: . + "           "[length:];

def who: (.name | quoted) + (if .resource == "Group" or .full == "" or .full == .name then "" else " " + (.full | quoted) end);
def member_changes($names):
    if .resource == "User" or .gained + .lost == [] then empty
    else "+\(.gained | length) -\(.lost | length) members: " +
        ([(.lost | map("- " + ($names[.] // . | quoted)) | listed(100)), (.gained | map("+ " + ($names[.] // . | quoted)) | listed(10))]
            | map(select(. != "")) | join(", ")) end;
def reasons($names):
    [member_changes($names)] + (if $format == "text" then .why else .why | map(remark) end)
    + (if .held == "" then [] else ["held by " + (.held | remark)] end)
    + (if is_not_applied then ["\(.result.outcome): " + (.result.detail | remark)] else [] end)
    | join("; ");
def change_row($names):
    sign as $sign | who as $who | reasons($names) as $reasons
    | if $format == "html" then
        "<tr class=\"\({"+": "p", "~": "c", "-": "m", "!": "h", "x": "x"}[$sign])\"><td>\($sign)<td>\(.action)<td>\($who | cleaned)<td>\($reasons | cleaned)"
      else
        ($who + (if $reasons == "" then "" else ": " + $reasons end) | cleaned) as $gist
        | if $format == "markdown" then "- `\($sign)` **\(.action)** \($gist)"
          else "  " + ("\($sign) \(.action | padded)" | colored_by_sign($sign)) + " " + $gist end
      end;
def changes_section($title; $names): section($title; .[] | change_row($names)) | .table = true;

# The owner of an account: with the external id if the record passes to another one.
def owner($id): (.name | quoted) + (if .former == "" then "" else " (\($id | quoted))" end);

# The forms of access: an active account, a membership, the name of a group, a key. The list of gains is for an overview, since a first load has all users;
# the list of losses is to be checked.
def access($word; $most; $names; owners; memberships; renames; keys_of):
    (map(select(.resource == "User") | owners)) as $users
    | (map(select(.resource == "Group" and .renamed != "") | renames)) as $renames
    | (map(select(.resource == "Group" and memberships != []) | {name, ids: memberships})) as $groups
    | (map(select(.resource == "User" and keys_of != []) | {name, keys: keys_of})) as $keys
    | (($groups | map(.ids | length) | add) // 0) as $memberships
    | ([($users | length | select(. > 0) | plural("user")), ($memberships | select(. > 0) | plural("membership")),
        ($renames | length | select(. > 0) | plural("renamed group")),
        ($keys | map(.keys | length) | add // 0 | select(. > 0) | plural("SSH key"))]) as $counts
    | section("\($word): \(if $counts == [] then "no user" else $counts | join(", ") end)";
      (select($users != []) | "users: \($users | listed($most))" | row(1)),
      ($groups[:$most][] | "group \(.name | quoted): \(.ids | map($names[.] // . | quoted) | listed($most))" | row(1)),
      ($groups | length - $most | select(. > 0) | "and \(plural("group")) more" | row(1)),
      ($renames[:$most][] | row(1)),
      ($renames | length - $most | select(. > 0) | "and \(plural("renamed group")) more" | row(1)),
      ($keys[:$most][] | "SSH keys of \(.name | quoted): \(.keys | map(remark) | listed($most))" | row(1)),
      ($keys | length - $most | select(. > 0) | "and SSH keys of \(plural("user")) more" | row(1)));

# The approval. The digest covers all changes that scim-diff held, even if some of these lines were taken out since then.
def code: if $format == "html" then "<code>\(.)</code>" else "`\(.)`" end;
def approval($edited; $digests):
    "To approve exactly \(if $edited then "what scim-diff held" else "these" end), once, when you know the reason:" as $how
    | if $format == "text" then "  " + $how, "    SYNC_APPROVE=\(.)           for the next run, or", "    scim-diff --approve \(.)"
      else "\($how) \("SYNC_APPROVE=\(.)" | code) for the next run, or \("scim-diff --approve \(.)" | code)" end,
    if ($digests | length) < 2 then empty
    elif $format == "text" then "  A digest for each limit; SYNC_APPROVE takes several, separated by commas:", ($digests[] | "    \(.value)  \(.key)")
    else "A digest for each limit: \($digests | map("\(.key) \(.value | code)") | join(", "))." end;
def approvals($seal):
    $seal.heldDigest | text | select(test("^[0-9a-f]{16,128}$"))
    | approval($seal.resealed == true; $seal.heldDigests | object | to_entries
        | map(select((.key | test("^[a-z-]{1,40}$")) and (.value | text | test("^[0-9a-f]{16,128}$")))));

# --- all sections ---

def sections($seal; $names; $has_results):
    map(select(.kind == "change" and .held == "" and (is_not_applied | not))) as $sent
    | map(select(.kind == "change" and .held != "")) as $held
    | map(select(.kind == "skip")) as $skips
    | map(select(.kind == "unchanged")) as $unchanged
    | [ (("failed", "skipped") as $outcome | map(select(.kind == "change" and .held == "" and .result.outcome == $outcome)) | select(. != [])
            | changes_section("\({failed: "Failed", skipped: "Not sent"}[$outcome]): \(length | plural("change"))"; $names)),
        ($held | select(. != []) | changes_section("Held: \(length | plural("change")), not applied"; $names) | .notes = [approvals($seal)]),
        ("User", "Group" | . as $resource | $sent | map(select(.resource == $resource)) | select(. != []) | changes_section("\($resource)s"; $names)),
        ($unchanged | select(. != []) | section("Unchanged";
            .[] | "\(.resource) \($names[.externalId] // .name | quoted)\(if .detail == "" then "" else ": \(.detail | remark)" end)" | row(1))),
        ($skips | select(. != []) | section("Skipped: nothing is done about these";
            group_by(.reason)[] | ("\(.[0].reason | remark): \(length)" | row(1)),
                (.[] | "\(.resource) \(.name | quoted): \(.detail | remark)" | row(2)))),
        ($sent | select(. != [])
            | access(if $has_results then "Gained access" else "Gains access" end; 10; $names;
                select(.starts or .former != "") | owner(.externalId); .gained;
                "group \(.renamed | quoted): the members of \(.name | quoted)"; .gained),
              access(if $has_results then "Lost access" else "Loses access" end; 100; $names;
                select(.ends or (.former != "" and (.starts | not))) | owner(.former); .lost;
                "group \(.name | quoted): its members, who are in \(.renamed | quoted) instead"; .lost)) ];

def total($resource):
    map(select(.resource == $resource)) as $of
    | {create: "created", update: "updated", deactivate: "deactivated", reactivate: "reactivated", adopt: "adopted"} as $done
    | [$done | to_entries[] | . as $action | ($of | map(select(.action == $action.key)) | length) | select(. > 0) | "\(.) \($action.value)"]
    | if . == [] then empty else "\($resource | ascii_downcase)s: \(join(", "))" end;


# The number of records that the exports of the plan lack.
def missing($seal): [$seal.exports | object | .unresolved, .partial | numbers] | add // 0;

# The counts of everything. $seal is that of the plan; null: only the results are known.
def totals($seal; $has_results):
    def count(f): map(select(f)) | length;
    def ended($outcome): count(.kind == "change" and .held == "" and .result.outcome == $outcome);
    map(select(.kind == "change" and .held == "" and (is_not_applied | not))) as $sent
    | [(if $has_results then "\(ended("failed")) failed", "\(ended("skipped")) not sent" else empty end),
        "\(count(.kind == "change" and .held != "")) held",
        (if $seal == null then empty else "\(count(.kind == "skip")) skipped", "\($seal.unchanged | text) unchanged" end),
        (count(.unresolved or .result.unresolved) | select(. > 0) | "\(.) unresolved"),
        (missing($seal) | select(. > 0) | "\(.) missing in the exports")] as $rest
    | "Total: \([$sent | total("User"), total("Group")] + [$rest | join(", ")] | join("; "))" | cleaned;

def title($header; $seal; $names; $has_results):
    (if $has_results then "Results" else "Plan" end)
    + (if $header.org == "" then "" else " for \($header.org | quoted)" end)
    + (if $header.scope == [] then "" else ", of groups \($header.scope | map(quoted) | listed(20))" end)
    + ($seal.only | texts | if . == [] then "" else ", only \(map($names[.] // . | quoted) | listed(20))" end)
    + (($seal.shard | strings | ", shard \(quoted)") // "")
    + (if $header.at == "" then "" else ", \(if $has_results and $header.of == "plan" then "of the plan " else "" end)made \($header.at | quoted)" end)
    + (if $seal.resealed == true then ", edited since" else "" end) | cleaned;

# --- text ---

def as_text($title; $totals; $remark):
    ($title, $totals | colored("bold")), ($remark | select(. != "") | "", .), (.[] | "", (.title | colored("bold")), .lines[], .notes[]);

# --- markdown, of at most 60,000 bytes: GitHub takes 65,536 characters ---

def size: (map(utf8bytelength + 1) | add) // 0;

# The bytes for the lines of each section: small sections are complete, and large ones share the rest.
def shares($bytes):
    map(.lines | size) as $sizes
    | reduce ([range($sizes | length)] | sort_by($sizes[.])[]) as $i ({left: $bytes, sections: ($sizes | length), of: []};
        ([$sizes[$i], (.left / .sections | floor)] | min) as $share | .of[$i] = $share | .left -= $share | .sections -= 1)
    | .of;

def fitted($bytes):
    if size <= $bytes then .[]
    else
        (reduce .[] as $line ({left: $bytes, count: 0};
            .left -= ($line | utf8bytelength + 1) | if .left < 0 then . else .count += 1 end) | .count) as $count
        | .[:$count][], "- and \(length - $count | plural("line")) more, for which this page has no room; `plan-show --format=html` shows all"
    end;

def as_markdown($title; $totals; $remark):
    ["### \($title)", "", "**\($totals)**", ($remark | select(. != "") | "", .)] as $head
    | (map([.title, .notes[]] | size + 250) | add // 0) as $frame
    | shares([60000 - ($head | size) - $frame, 0] | max) as $shares
    | $head[],
      (range(length) as $i | .[$i]
        | "", "<details\(if .title | startswith("Gain") then "" else " open" end)><summary>\(.title)</summary>", "", (.lines | fitted($shares[$i])),
          (.notes[] | "", .), "", "</details>");
