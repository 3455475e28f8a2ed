# explain-screen.jq: what --explain has found about one person, as one screen ($color: with bold headings).
#
#   $id                 the external id
#   $desired, $current  the records of the person
#   $wanted, $present   the lines of both sides that name the person
#   $keys               the judged SSH keys
#   $asked              the answer of ACTIVATE about an absent person
#   $plan               the lines of the plan
#   $last, $changed     the captures (explain.jq), in the directory $captures
#   $scope              ACTIVATE_SYNC_GROUPS
include "printable" {search: "./"};
include "explain" {search: "./"};

def bold: cleaned | if $color == "always" then "\u001b[1m\(.)\u001b[0m" else . end;
def listed: if . == [] then "none" else (.[:20] | join(", ")) + (if length > 20 then ", and \(length - 20) more" else "" end) end;
# A part of a sentence, if there is a value.
def clause($before): if . == null or . == "" then "" else $before + text end;
def section($title; rows): ($title | bold), (rows | "  " + cleaned);

def groups_of($lines): [$lines[] | select(.type == "group" and is_member($id)).displayName | text] | sort;
def keys_of($side): $keys | map(select(.type == "ssh-key" and .side == $side));
def is_change_of_person: is_about($id);
def held_by: .held | clause("; held by ");
def withheld: .reason // .withheld | text;

([$desired[] | select(.active)] + $desired)[0] as $user
| ([$plan[] | select(.resource == "User" and .externalId == $id)]) as $lines
| ([$plan[] | select(is_change_of_person)]) as $changes
| ([$asked[] | select(.type == "confirmation")][0]) as $answer
| ($user.userName // $current[0].userName // "" | text) as $name

| def key_row($there): .fingerprint as $fingerprint
    | (if .accepted then "accepted" + (.detail | clause(", without its comment: ")) else "refused" + (.detail | clause(": ")) end) as $verdict
    | "- \($fingerprint | text) \($verdict)\(if .accepted | not then "" elif $there | index([$fingerprint]) then "; in SCIM" else "; not in SCIM" end)";
  def activate_rows:
    if $user == null then
        (select($answer != null) | "asked again, ACTIVATE answers: \($answer.answer | text)\($answer.detail | clause(", "))")
    else
        "groups in scope: \(groups_of($wanted) | listed)",
        if $user.active | not then "SSH keys: not read, because the user is disabled"
        elif $user.sshKeys == null then "SSH keys: unknown, so they stay as they are in SCIM"
        else (keys_of("current") | map(.fingerprint)) as $there | keys_of("desired")
            | "SSH keys: \(map(select(.accepted)) | length) accepted, \(map(select(.accepted | not)) | length) refused", (.[] | key_row($there)) end
    end;
  def activate_title:
    if $user == null then "ACTIVATE: the export has no such user" + ($scope | clause("; it has only the members of "))
    else "ACTIVATE: \(if $user.active then "active" else "disabled" end)\($user.activateUsername | clause(", username "))"
        + (if $user.email == null then ", no e-mail address" else $user.email | clause(", e-mail ") end) end;
  def scim_rows:
    ($current[] | "record \(.id | text), userName \(.userName | text): \(if .active then "active" else "inactive" end)"),
    (select($current != []) | "groups: \(groups_of($present) | listed)",
        (keys_of("desired") | map(.fingerprint)) as $known
        | keys_of("current") | "SSH keys: \(length)",
            (.[] | select($user.sshKeys == null or (.fingerprint as $one | $known | index([$one]) == null))
                | "- \(.fingerprint | text)\(if $user.sshKeys == null then "" else " not in ACTIVATE" end)"));

  def line_rows:
    if .type == "unchanged" then "nothing: \(if .note == null then "the record in SCIM is as it should be" else .note | text end)"
    elif .type == "skip" then "nothing, because of \(withheld): \(.detail | text)\(if .acknowledged then " (acknowledged)" else "" end)"
    else words_of($id) + held_by,
        (select(.withheld != null) | "the rest is not sent, because of \(withheld): \(.detail | text)"),
        (select(.action == "deactivate" and $answer != null and ($answer.answer | IN("gone", "inactive", "out-of-scope") | not))
            | "but not while ACTIVATE, asked again, answers \($answer.answer | text)") end;
  def plan_rows:
    (if $lines == [] then "nothing: no line of the plan is about this user" else $lines[] | line_rows end),
    ($changes[] | select(.resource == "Group") | words_of($id) + held_by),
    ($plan[] | select(.resource == "Group" and (.type == "skip" or .withheld != null))
        | "group \(.displayName | text): \(withheld): \(.detail | text)");

  def last_title:
    if $last != [] then "Last complete run: \($last[0].run.begin | text), status \($last[0].run.status | text)"
    elif $captures == "" then "Last complete run: not known, because CAPTURE_DIR is not set"
    else "Last complete run: not known, because \($captures) has no capture of one" end;
  def last_rows:
    ($last[] | [.lines[] | select(is_change_of_person and .held != null)] as $held
        | ($held[] | words_of($id) + held_by),
          (.seal.heldDigests | object | to_entries[] | select(.key | IN($held[].held)) | "the digest of all changes that \(.key | text) held: \(.value | text)")),
    ($last[] | .outcomes[] | select(.externalId == $id and (.outcome | IN("failed", "skipped")))
        | "\(.action | text) \(.outcome | text)\(.reason | clause(", "))\(.detail | clause(": "))"),
    ($last[] | .lines[] | select(.externalId == $id and (.type == "skip" or .withheld != null)) | "\(withheld): \(.detail | text)"),
    if $captures == "" then empty
    elif $changed == [] then "last change of this user: none in the latest captures"
    else $changed[0] | "last change of this user: \(.at | text)", (.changes[:10][] | "- " + text),
        (.changes | length - 10 | select(. > 0) | "- and \(.) more") end;

  def reader_rows:
    "console and CKS (AUP): at once; the e-mail address in SAML must be the userName" + ($name | clause(" ")),
    "Slurm (SUP): within minutes, for members of the groups that nsscache names",
    "nsscache: reads SCIM about once a minute" + ($name | split("@")[0] // "" | ascii_downcase | clause("; the user there is probably ")),
    "nsscache: never writes an empty list, so the last user who leaves stays";

  def steps:
    (if $user == null then "if the person needs access: add the user in ACTIVATE to \(if $scope == "" then "the organization" else "one of the groups \($scope)" end)"
      elif $user.active | not then "if the person needs access: enable the user in ACTIVATE" else empty end),
    ($lines[] | select(.type == "skip" or .withheld != null) | "do what the line about \(withheld) says; scim-reasons(7) has details"),
    (if any($changes[]; .held != null) then "look at the held changes with --dry-run; then apply those of this user with --only=\($id), or approve all with SYNC_APPROVE"
      elif $changes != [] then "wait for the next run, or apply these changes now with --only=\($id)" else empty end),
    (if $user.active and groups_of($wanted) == [] then "add the user to a group in ACTIVATE: access policies and SUNK know groups" else empty end),
    (if $user.active and $user.sshKeys != null and all(keys_of("desired")[]; .accepted | not) then
        "let the person add an SSH key in ACTIVATE that is accepted; Slurm needs one" else empty end);
  def all_steps: [steps] | if . != [] then .[]
    else "SCIM grants what ACTIVATE grants: look at the groups in nsscache and in the access policies, then at SAML" end;

([$user // $current[0] // {externalId: $id} | named_person][0] | bold), "",
section(activate_title; activate_rows),
section("SCIM:" + (if $current == [] then " no managed record" else "" end); scim_rows),
section("A complete run now would do:"; plan_rows),
section(last_title; last_rows),
section("Systems that read SCIM, where this program does not look:"; reader_rows),
section("Next step:"; all_steps)
