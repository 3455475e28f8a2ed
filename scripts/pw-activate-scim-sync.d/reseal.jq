# reseal.jq: checks an edited stream. The result is "refused LINE: WHY", or "copy LINES" and "seal SEAL". The state has counts, never lines,
# so that memory does not grow with the stream.

["create", "update", "deactivate", "reactivate", "adopt"] as $actions
| def refuse($what): .error = "\(.lines): \($what)";
  def header($o):
    if $o.type != "stream" then
        refuse("the header, the line with \"type\":\"stream\", is missing; keep it, as in "
            + "jq -c 'select(.type != \"change\" or .action != \"deactivate\")' plan.jsonl | reseal")
    elif $o.format != 1 then refuse("format \($o.format) is unknown here; this reseal knows format 1")
    elif $o.kind == "directory" then . + {kind: "directory", counts: {users: 0, groups: 0}}
    elif $o.kind == "plan" then
        . + {kind: "plan", counts: ((reduce $actions[] as $a ({}; .[$a] = 0)) + {unchanged: 0, skipped: 0, held: 0, withheld: 0, unresolved: 0, partial: 0, acknowledged: 0})}
    else refuse("a stream of kind \"\($o.kind)\"; only exports (directory) and plans are edited and resealed") end;
  # The exit statuses that the left-out parts of a line ask for.
  def left_out($o):
    if $o.exitStatus == 4 then .counts.unresolved += 1 elif $o.exitStatus == 2 then .counts.partial += 1 else . end
    | if $o.acknowledged == true then .counts.acknowledged += 1 else . end;
  def counted($o):
    if .kind == "directory" and $o.type == "user" then .counts.users += 1
    elif .kind == "directory" and $o.type == "group" then .counts.groups += 1
    elif .kind == "plan" and $o.type == "skip" then .counts.skipped += 1 | left_out($o)
    elif .kind == "plan" and $o.type == "unchanged" then .counts.unchanged += 1
    elif .kind == "plan" and $o.type == "change" then
        if ($actions | index($o.action)) == null then refuse("unknown action \"\($o.action)\"")
        else
            .counts[$o.action] += 1
            | if ($o.held // "") == "" then . else .counts.held += 1 end
            | if ($o.withheld // "") == "" then . else .counts.withheld += 1 | left_out($o) end
        end
    else refuse("unknown record type \"\($o.type)\" in a stream of kind \"\(.kind)\"") end;
  def line($text):
    .lines += 1
    | (try ($text | fromjson) catch null) as $o
    | if ($o | type) != "object" then refuse("this is not one JSON object on one line; jq needs -c to write such lines")
      elif .seal then refuse("a line after the seal; reseal takes one stream at a time")
      elif .lines == 1 then header($o)
      elif $o.type == "end" then .seal = $o
      else counted($o) end;
reduce inputs as $text ({lines: 0}; if .error then . else line($text) end)
| if .lines == 0 then .lines = 1 | header({}) else . end
| if .error then "refused \(.error)"
  else
    "copy \(if .seal then .lines - 1 else "\(.lines) to the end" end)",
    "seal \({type: "end"} + (.seal // {}) + .counts + {resealed: true} | tojson)"
  end
