# plan-show-html.jq: one HTML page that needs no other file and no network. $style and $script are the files plan-show.css and
# plan-show.js, and the page permits only what has their hashes.

def filter_button($class; $text):
    (map(select(.table).lines[] | select(startswith("<tr class=\"\($class)\""))) | length) as $count
    | if $count == 0 then empty else "<button type=\"button\" class=\"\($class)\" data-class=\"\($class)\" aria-pressed=\"false\">\($text) \($count)</button>" end;

def as_html($title; $totals; $remark):
    "<!doctype html>",
    "<html lang=\"en\"><head><meta charset=\"utf-8\">",
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '\($style_hash)'; script-src '\($script_hash)'; base-uri 'none'; form-action 'none'\">",
    "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">",
    "<title>\($title | gsub("</?b>"; ""))</title>",
    "<style>\($style)</style></head><body>",
    "<h1>\($title)</h1><p class=\"total\">\($totals)</p>",
    ($remark | select(. != "") | "<p>\(.)</p>"),
    "<div id=\"filter\" hidden><input type=\"search\" placeholder=\"Search\" aria-label=\"Search\">",
    filter_button("h"; "! held"), filter_button("x"; "x failed or not sent"), filter_button("m"; "- taken away"), filter_button("p"; "+ given"),
    filter_button("c"; "~ changed"), "<output></output></div>",
    (.[] | "<section><h2>\(.title)</h2>",
        if .table then "<table><thead><tr><th><th>Action<th>Name<th>Reasons</thead><tbody>", .lines[], "</tbody></table>" else "<ul>", .lines[], "</ul>" end,
        (.notes[] | "<p>\(.)</p>"), "</section>"),
    "<script>\($script)</script></body></html>";
