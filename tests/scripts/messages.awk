# messages.awk: prints the messages in C++, bash and jq sources, each as FILE<tab>MESSAGE. messages.bats calls it.
#
# A message is a string with at least two words. A variable part is shown as <...>. In C++, strings that are joined by + are one
# message. A string inside a variable part is a message of its own. Not read: comments, #include lines, here-documents (--help) and
# the option tables of the tools.

function emit(text,    words, count, i, found, options) {
    gsub(/\\"/, "\"", text)
    gsub(/\\n|[ \t]+/, " ", text)
    gsub(/^ | $/, "", text)
    count = split(text, words, / |<\.\.\.>/)
    for (i = 1; i <= count; ++i) {
        found += words[i] ~ /[A-Za-z]/
        options += words[i] ~ /^-.*[A-Za-z]/
    }
    if (found >= 2 && options < found) print FILENAME "\t" text
}

# take PATTERN: true if the rest of the line begins with it; then it is moved to the variable token.
function take(pattern) {
    if (!match(rest, "^(" pattern ")")) return 0
    token = substr(rest, 1, RLENGTH)
    rest = substr(rest, RLENGTH + 1)
    return 1
}

function inner(text) { return substr(text, 2, length(text) - 2) }

# --- C++: depth counts open brackets; text[depth] is the message so far, code[depth] is the code after its last string ---

function end_message() {
    if (text[depth] != "" && !skipped[depth]) emit(text[depth] (code[depth] ~ /^ *\+/ ? "<...>" : ""))
    text[depth] = code[depth] = ""
}

function add_string(string) {
    if (text[depth] != "" && code[depth] !~ /^ *(\+(.*\+)? *)?$/) end_message()
    text[depth] = text[depth] (code[depth] ~ /[^ +].*\+ *$/ ? "<...>" : "") string
    code[depth] = ""
}

function open_bracket(is_table) {
    is_table = code[depth] ~ /(Option|kTool|kLimits) *$/
    if (token == "{") end_message()
    skipped[depth + 1] = skipped[depth++] || is_table
    text[depth] = code[depth] = parts[depth] = ""
}

# The only string in std::string("...") or in ("...") continues the message around the brackets.
function close_bracket(string) {
    if (token == ")" && code[depth] ~ /^ *$/ && !parts[depth] && code[depth - 1] ~ /(^|[^A-Za-z_ ]) *(std::string(_view)?)?$/)
        string = text[depth]
    if (string == "") end_message()
    --depth
    if (token == "}") end_message()
    else if (string == "") code[depth] = code[depth] "()"
    else {
        sub(/(std::string(_view)?)?$/, "", code[depth])
        add_string(string)
    }
}

function read_cpp() {
    if (rest ~ /^ *#/) return
    while (rest != "" && !take("//.*")) {
        if (take("R\"\\([^)]*\\)\"|[0-9][0-9A-Za-z_'.]*|[A-Za-z_][A-Za-z0-9_]*|::|'([^'\\\\]|\\\\.)+'")) code[depth] = code[depth] token
        else if (take("\"([^\"\\\\]|\\\\.)*\"")) add_string(inner(token))
        else if (take("[[({]")) open_bracket()
        else if (take("[])}]")) close_bracket()
        else if (take("[,;?:=]|<<|&&|\\|\\|")) { end_message(); parts[depth] = 1 }
        else if (take(" +|.")) code[depth] = code[depth] token
    }
    code[depth] = code[depth] " "
}

# --- bash and jq: depth counts strings and the variable parts with strings in them; kind[depth] is "string" or "" (code) ---

function push(new) { kind[++depth] = new; text[depth] = ""; braces[depth] = parens[depth] = 0 }
function pop() { if (depth > 0) --depth }
function append(string) { text[depth] = text[depth] string }

function read_string() {
    if (take("\\\\\\(|\\$\\(")) { append("<...>"); push("") }  # \( in jq, $( in bash
    else if (take("\\\\.")) append(token)
    else if (is_bash && take("\\$\\{[^}:]*:[+-]")) { append("["); ++braces[depth] }  # ${name:+TEXT} as [TEXT]
    else if (is_bash && take("\\$\\{([^{}]|\\{[^{}]*\\})*\\}|\\$[A-Za-z_][A-Za-z_0-9]*|\\$[0-9*@#?!$]")) append("<...>")
    else if (braces[depth] && take("\\{[^{}]*\\}")) append(token)
    else if (braces[depth] && take("}")) { append("]"); --braces[depth] }
    else if (braces[depth] && take("\"")) append("")
    else if (take("\"")) { gsub(/\[\]/, "<...>", text[depth]); emit(text[depth]); pop() }
    else if (take("[^\"\\\\${}]+|.")) append(token)
}

function read_code() {
    if (take(is_bash ? "[ ;(]#.*" : "#.*")) return
    if (!is_bash && take("metric\\(\"[^\"]*\"; \"[^\"]*\"")) { ++parens[depth]; return }  # the HELP of a metric
    if (take("\\\\.|\\$'([^'\\\\]|\\\\.)*'")) return
    if (is_bash && take("<<-?'?[A-Z]+'?")) { here_document = token; gsub(/[^A-Z]/, "", here_document) }
    else if (is_bash && take("'[^']*'")) { if (token !~ /[|$\\{^"]|==|; exit /) emit(inner(token)) }  # otherwise a program of jq or sed
    else if (is_bash && take("'.*")) in_quote = 1
    else if (take("\"")) push("string")
    else if (take("\\(")) ++parens[depth]
    else if (take("\\)")) { if (parens[depth] > 0) --parens[depth]; else pop() }
    else take("[A-Za-z0-9_=]+|.")
}

function read_script() {
    if (here_document != "") { if (rest == here_document) here_document = ""; return }
    if (in_quote) { if (!take("[^']*'")) return; in_quote = 0 }
    if (rest ~ /^ *#/ && kind[depth] == "") return
    while (rest != "") { if (kind[depth] == "string") read_string(); else read_code() }
    if (kind[depth] == "string") append(" ")
}

# A string or a bracket that is still open means that this program misread the file, and messages could be missing.
function check_end() {
    if (depth == 0 && !in_quote && here_document == "") return
    print "messages.awk: " file ": a string or a bracket does not close" > "/dev/stderr"
    failed = 1
}

FNR == 1 {
    check_end()
    file = FILENAME
    depth = in_quote = 0
    here_document = text[0] = code[0] = kind[0] = skipped[0] = ""
    parens[0] = 0
    is_cpp = FILENAME ~ /\.[ch]pp$/
    is_bash = FILENAME !~ /\.jq$/
}
{
    rest = $0
    if (is_cpp) read_cpp(); else read_script()
}
END {
    check_end()
    exit failed
}
