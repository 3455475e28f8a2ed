# explain.jq: what --explain finds about one person. explain-screen.jq shows it.
include "printable" {search: "./"};

# --- finding a person ---

def user_key: sub("^pw-activate:([^:]+:)?user:"; "");
def is_user: type == "object" and .type == "user" and .managed != false and (.externalId | type == "string");
def lower: text | ascii_downcase;

# The names that --only knows as well (plan/only.hpp).
def is_named($name): ($name | ascii_downcase) as $folded
    | .externalId == $name or (.externalId | user_key) == $name
        or any(.userName, .email, .activateUsername; . != null and lower == $folded);
# Also a part of a display name, or an address without its domain.
def is_partly_named($name): ($name | gsub("(?<c>[^\\p{L}\\p{N} ])"; "\\\(.c)")) as $pattern
    | (.displayName | text | test($pattern; "i")) or (.userName | lower | split("@")[0]) == ($name | ascii_downcase);

def named_person: [(.displayName, .userName | text | select(. != "")), "(\(.externalId | text))"] | join(", ") | sub(", \\("; " (");

# For each person of that name the external id as JSON, and a line for people. Input: null, lines of both exports by inputs.
def people($name):
    [inputs | fromjson? | select(is_user)] as $users
    | ($users | map(select(is_named($name)))) as $exact
    | (if $exact != [] then $exact else $users | map(select(is_partly_named($name))) end)
    | group_by(.externalId)[] | .[0] | (.externalId | tojson), (named_person | cleaned);

# Names that begin as $name does, for a suggestion: at most 100.
def similar_names($name):
    [inputs | fromjson? | select(is_user) | (.userName, .activateUsername, .displayName | lower), (.userName | lower | split("@")[0])]
    | unique | map(select(startswith($name[:2] | ascii_downcase) and (test(hidden) | not)))[:100][];

# --- the streams of the person ---

# The lines of the user, as they are. Input: null, lines by inputs.
def records_of($id): inputs | . as $line | fromjson? | select(is_user and .externalId == $id) | $line;

# The username in ACTIVATE of an active user. Input: null, lines of the desired stream of this user by inputs.
def username:
    [inputs | fromjson?] | .[0] as $header
    | first(.[] | select(is_user and .active == true)
        | .activateUsername // (if $header.userName == "username" then .userName else .externalId | user_key end));

def with_keys($keys):
    ([$keys[] | select(.type == "ssh-keys")][0].sshKeys) as $read
    | inputs | fromjson | if $read == null then . else . + {sshKeys: $read} end | tojson;

# The ids of the groups in these lines, as JSON strings.
def group_ids: select(.type == "group") | .externalId | tojson;

# --- captures ---

# The file of the first run that was complete, in the order of the files.
def latest_run: first(inputs | fromjson? | objects | select(.dryRun == false and .replay == null and .restore == null and .only == null) | input_filename);

# The ids of the changes in these lines, as JSON strings.
def change_ids: select(.type == "change") | .id | tojson;

def capture($run; $plan; $results):
    ([$plan[] | select(.type == "change" or .type == "skip")]) as $lines
    | ([$lines[].id | strings]) as $ids
    | {run: $run[0], lines: $lines, seal: ([$plan[] | select(.type == "end")][0] // {}),
        outcomes: [$results[] | select(.type == "outcome" and (.id as $id | $ids | index([$id]) != null))]};

def is_member($id): (.members // []) | index([$id]) != null;
# A change of the user, or of a membership of the user.
def is_about($id): .type == "change" and (.externalId == $id or (.resource == "Group"
    and (.before | object | is_member($id)) != (.after | object | is_member($id))));
def words_of($id):
    if .resource == "User" then "\(.action | text)\(.why | texts | if . == [] then "" else ": " + join("; ") end)"
    elif .after | is_member($id) then "added to \(.displayName | text)"
    else "removed from \(.displayName | text)" end;

# Of one capture: when it changed the person, and what; nothing if it did not.
def changed_by($id; $capture):
    $capture[0] | ([.outcomes[] | select(.outcome == "applied").id]) as $applied
    | [.lines[] | select(is_about($id) and (.id as $change | $applied | index([$change]) != null)) | words_of($id)] as $changes
    | select($changes != []) | {at: .run.begin, run: .run.run, changes: $changes};
