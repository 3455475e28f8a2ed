# cleaned.jq: text that a user typed somewhere, as it may be printed on a terminal.

def hexadecimal: [recurse(if . < 16 then empty else . / 16 | floor end) % 16 | "0123456789abcdef"[.:. + 1]] | reverse | add;

# Control characters, those that have no shape or turn the direction of text, and spaces after a space, which could
# make the rest of a long name look like a line of its own: shown by their numbers.
def hidden: "[\\p{Cc}\\p{Cf}\\p{Co}\\p{Zl}\\p{Zp}]";
def is_ascii: utf8bytelength == length;
def needs_no_look: is_ascii and (tojson | length) == length + (split("\"") | length) + 1 and (contains("  ") | not);
def cleaned:
    if needs_no_look then . # most lines: a regex a line would take longer than all the rest
    elif test(hidden + "|\\p{Zs}{2}") then
        reduce (explode[] | [.] | implode) as $c ({shown: "", blank: false};
            ($c | test("\\p{Zs}")) as $blank
            | .shown += (if ($blank and .blank) or ($c | test(hidden)) then "\\u{\($c | explode[0] | hexadecimal)}" else $c end)
            | .blank = $blank)
        | .shown
    else . end;
