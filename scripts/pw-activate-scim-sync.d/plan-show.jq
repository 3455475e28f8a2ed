# plan-show.jq: the last part of plan-show's filter. It checks what plan-show-read.jq has read, joins a plan with its results, and shows
# both.

def check_count($seal; $field; $count):
    if $seal[$field] == $count then .
    else "plan-show: the seal says \($field) \($seal[$field] | text | cleaned), but there are \($count); lines were lost or edited (reseal closes a plan that was edited on purpose)\n"
        | halt_error(65) end;

def check_plan($seal):
    if $seal == null then "plan-show: the plan ends without its seal, {\"type\":\"end\",…}: it is cut off; make it again with scim-diff\n" | halt_error(65)
    else . end
    | reduce known_actions[] as $action (.; check_count($seal; $action; map(select(.kind == "change" and .action == $action)) | length))
    | check_count($seal; "skipped"; map(select(.kind == "skip")) | length)
    | check_count($seal; "held"; map(select(.kind == "change" and .held != "")) | length);

def check_results($seal):
    if $seal == null then "plan-show: the results end without their seal, {\"type\":\"end\",…}: they are cut off, and more may have been applied\n" | halt_error(65)
    else . end
    | reduce ("applied", "failed", "skipped", "held") as $outcome (.;
        check_count($seal; $outcome; map(select(.kind == "outcome" and .outcome == $outcome)) | length));

# A change of which only the outcome is known.
def change_of_outcome:
    . as $result
    | {kind: "change", resource, action, externalId, name, full: "", former: "", renamed: "", why: [], gained: [], lost: [], unresolved: false, $result,
        held: (if .outcome == "held" then "a limit" else "" end),
        starts: (.resource == "User" and (.action | IN("create", "reactivate"))), ends: (.action == "deactivate")};

# A change with its outcome. If it was held and then approved, it is held no longer.
def with_result($outcomes):
    $outcomes[.id] as $result
    | if $result == null then . else .result = $result | if $result.outcome == "held" then . else .held = "" end end;

def first_of($kind; $of): map(select(.kind == $kind and .of == $of))[0];

[read]
| first_of("header"; "plan") as $plan | first_of("seal"; "plan").seal as $seal
| first_of("header"; "results") as $results
| if $plan == null and $results == null then "plan-show: there is no plan in the input; scim-diff writes it\n" | halt_error(65) else . end
| if $plan == null then . else check_plan($seal) end
| if $results == null then . else check_results(first_of("seal"; "results").seal) end
| (reduce (.[] | select(.externalId and .name != "")) as $r ({}; .[$r.externalId] = $r.name)) as $names
| (reduce (.[] | select(.kind == "outcome")) as $o ({}; .[$o.id] = $o)) as $outcomes
| if $plan == null then map(select(.kind == "outcome") | change_of_outcome)
  else map(select(.kind | IN("change", "skip", "unchanged")) | if .kind == "change" then with_result($outcomes) else . end) end
| title($plan // $results; $seal; $names; $results != null) as $title
| totals($seal; $results != null) as $totals
| (if any(.[]; .kind == "change") then "" elif any(.[]; .unresolved) then "No change is planned, but access differs."
    elif missing($seal) > 0 then "No change is planned, but the exports lack records, so access may differ." else "Nothing to do." end) as $remark
| sections($seal; $names; $results != null)
| if $format == "html" then as_html($title; $totals; $remark) elif $format == "markdown" then as_markdown($title; $totals; $remark)
  else as_text($title; $totals; $remark) end
