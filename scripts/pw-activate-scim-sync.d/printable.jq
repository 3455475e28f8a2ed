# printable.jq: text from outside, made safe for a terminal. Each line is cleaned before it gets its colours.

def hexadecimal: [recurse(if . < 16 then empty else . / 16 | floor end) % 16 | "0123456789abcdef"[.:. + 1]] | reverse | add;

# Shown by their numbers: control characters, invisible ones, those that change the direction of text, and spaces after a space, which could
# make the rest of a long name look like a new line.
def hidden: "[\\p{Cc}\\p{Cf}\\p{Co}\\p{Zl}\\p{Zp}]";
def is_ascii: utf8bytelength == length;
def needs_no_look: is_ascii and (tojson | length) == length + (split("\"") | length) + 1 and (contains("  ") | not);
def cleaned:
    if needs_no_look then . # most lines: a regular expression for each line would take most of the time
    elif test(hidden + "|\\p{Zs}{2}") then
        reduce (explode[] | [.] | implode) as $c ({shown: "", blank: false};
            ($c | test("\\p{Zs}")) as $blank
            | .shown += (if ($blank and .blank) or ($c | test(hidden)) then "\\u{\($c | explode[0] | hexadecimal)}" else $c end)
            | .blank = $blank)
        | .shown
    else . end;
def brief: if length > 256 then .[:256] + "…" else . end;
# In jq 1.6 `inputs` hides an error that occurs after it, so no filter may fail: each field is converted to the expected type.
def object: if type == "object" then . else {} end;
def text: if type == "string" then brief elif . == null then "" else tojson | brief end;
def texts: [.[]? | text];
