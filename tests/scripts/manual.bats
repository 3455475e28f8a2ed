#!/usr/bin/env bats
# The manual pages describe the programs: options, variables, defaults, reasons, fields, statuses, and examples that run.
# shellcheck disable=SC2154,SC2013,SC2016,SC2094 # bats' variables; words, not lines; awk's dollars; files named as functions are

bats_require_minimum_version 1.5.0

load manual

# said PAGE: its options, one a line: letter, name, value, variable, default; "-" if there is none.
said() {
    section OPTIONS "$1" | awk '/^\.It Fl / {
        letter = value = variable = standard = "-"
        if ($4 == ",") letter = $3
        name = $4 == "," ? $5 : $3
        for (i = 3; i < NF; ++i) {
            if ($i == "Ar") value = $(i + 1)
            if ($i == "Ev") variable = $(i + 1)
            if ($i == "No") standard = $(i + 1)
        }
        print letter, substr(name, 2), value, variable, standard
    }' | sort
}

# known TOOL: the same from its --help, where the text of a long option is in the next line.
known() {
    "$1" --help | awk '
        function flush() {
            if (name == "") return
            variable = standard = "-"
            if (match(words, /\(\$[A-Z0-9_]+\)$/)) variable = substr(words, RSTART + 2, RLENGTH - 3)
            if (match(words, /\[[^]]+\]/)) standard = substr(words, RSTART + 1, RLENGTH - 2)
            print letter, name, value, variable, standard
            name = ""
        }
        /^Options:$/ { options = 1; next }
        /^$/ { options = 0 }
        options && /^  (-.,|   ) --/ {
            flush()
            letter = /^  -/ ? substr($1, 2, 1) : "-"
            name = /^  -/ ? $2 : $1
            value = "-"
            if (split(name, parts, "=") == 2) value = parts[2]
            name = substr(parts[1], 3)
            words = ""
        }
        options { words = words " " $0 }
        END { flush() }' | sort
}

@test "each option of a tool is in its page, with letter, value, variable and default; the page has no other" {
    local tool
    for tool in "${tools[@]}"; do
        known "$BIN/$tool" >known
        said "$TOOLS/$tool.1" >said
        (($(wc -l <known) > 10))
        same known said "$tool --help" "$tool.1"
    done
}

@test "each option of a script is in its page, with its letter and value; the page has no other" {
    local script
    for script in "${scripts[@]}"; do
        known "$SCRIPTS/$script" | cut -d' ' -f1-3 >known
        said "$SCRIPTS/$script.1" | cut -d' ' -f1-3 >said
        [[ -s known ]]
        same known said "$script --help" "$script.1"
    done
}

@test "the --help of every program is at most 80 columns wide, and the text of every option begins with a verb" {
    local program verbs='abort|accept|adopt|allow|apply|approve|carry|change|check|evaluate|exit|export|hold|keep|list|log|make|never|plan|print|protect|read|re-read|record|refuse|reject|request|require|restore|run|send|show|stop|trust|use|write'
    for program in "${tools[@]/#/$BIN/}" "${scripts[@]/#/$SCRIPTS/}"; do
        "$program" --help >help
        run grep -E '^.{81}' help
        [[ $status == 1 ]] || {
            printf '%s:\n%s\n' "$program" "$output"
            return 1
        }
        # A text that does not fit next to its option is in the next line.
        sed -nE '/^Options:$/,/^$/p' help | sed -nE '/^  (-.,|   ) --/{s/^ +(-., )?--\S+ *//;/^$/{n;s/^ +//};p}' >texts
        (($(wc -l <texts) >= $(grep -cE '^  (-.,|   ) --' help)))
        run grep -vE "^($verbs) " texts
        [[ $status == 1 ]] || {
            printf '%s:\n%s\n' "$program" "$output"
            return 1
        }
    done
}

@test "mandoc -T lint has no warning about any page" {
    local page
    for page in "${pages[@]}" "${shared[@]}"; do
        run mandoc -T lint -W warning "$page"
        [[ $status == 0 && -z $output ]] || {
            printf '%s\n' "$output"
            return 1
        }
    done
}

@test "every page has the required sections, and refers to existing pages only" {
    local page heading name
    for page in "${pages[@]}"; do
        for heading in NAME SYNOPSIS DESCRIPTION OPTIONS ENVIRONMENT 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
            [[ -n $(section "$heading" "$page") ]] || {
                echo "$page: no $heading"
                return 1
            }
        done
    done
    for page in "${shared[@]}"; do
        for heading in NAME DESCRIPTION 'SEE ALSO'; do [[ -n $(section "$heading" "$page") ]]; done
    done
    for page in "${pages[@]}" "${shared[@]}"; do
        for name in $(sed -nE 's/^\.(Pq see )?Xr ([^ ]+) ([157]).*/\2.\3/p' "$page"); do
            [[ -f $TOOLS/$name || -f $SCRIPTS/$name || $name == @(jq|ssh-keygen).1 ]] || {
                echo "$page: .Xr $name"
                return 1
            }
        done
    done
}

@test "every page begins with its purpose and a command" {
    local page
    for page in "${pages[@]}" "${shared[@]}"; do
        section DESCRIPTION "$page" | sed '/^\.Ss/q' | head -n 25 | grep -qE '^\.(Dl|Bd -literal)' || {
            echo "$page: DESCRIPTION has no example within 25 lines"
            return 1
        }
    done
}

@test "every page is at most 80 columns wide, and the cells of its tables fit their columns" {
    local page
    for page in "${pages[@]}" "${shared[@]}"; do
        mandoc -T utf8 -O width=80 "$page" | col -bx | sed '1d;$d' >shown
        run grep -E '^.{81}' shown
        [[ $status == 1 ]] || {
            printf '%s:\n%s\n' "$page" "$output"
            return 1
        }
        awk -v page="$page" '
            /^\.Bl -column/ { count = split($0, widths, "\""); table = 1; next }
            /^\.El/ { table = 0 }
            table && /^\.It / {
                gsub(/^\.It |(^| )(Em|Cm|Pq|Ev) /, " ")
                gsub(/(^| )(Em|Cm|Pq|Ev) /, " ")
                cells = split($0, cell, / Ta /)
                total = 0
                for (i = 1; i <= cells; ++i) {
                    gsub(/^ +| +$/, "", cell[i])
                    if (length(cell[i]) > length(widths[2 * i])) { print page ": too long for its column: " cell[i]; bad = 1 }
                    total += length(widths[2 * i]) + 2
                }
                if (total > 76) { print page ": the columns are wider than 76: " $0; bad = 1 }
            }
            END { exit bad }' "$page"
    done
}

@test "each status in a page is in exit_status.hpp, and each status of a tool is in its page" {
    local page number
    sed -nE 's/^ +[a-z_]+ = ([0-9]+),.*/\1/p' "$SOURCE_DIR/common/base/exit_status.hpp" >numbers
    echo 128+n >>numbers
    for page in "${pages[@]}"; do
        for number in $(section 'EXIT STATUS' "$page" | sed -n 's/^\.It //p'); do
            grep -qx -- "$number" numbers || {
                echo "$page: $number"
                return 1
            }
        done
        for number in 0 64 74 128+n; do section 'EXIT STATUS' "$page" | grep -qx "\.It $number"; done
    done
    for number in 65 70 78; do section 'EXIT STATUS' "$TOOLS/scim-diff.1" | grep -qx "\.It $number"; done
    for page in activate-export scim-export scim-apply; do
        for number in 69 70 75 77 78; do section 'EXIT STATUS' "$TOOLS/$page.1" | grep -qx "\.It $number"; done
    done
}

# reasons: those of the page.
reasons() { section REASONS "$TOOLS/scim-reasons.7" | sed -nE 's/^\.It Cm ([a-z-]+).*/\1/p' | sort -u; }

@test "the reasons in the table of the sources are those in scim-reasons(7)" {
    sed -nE 's/^ *\{\.word = "([a-z-]+)",.*/\1/p' "$SOURCE_DIR/common/plan/reasons.cpp" | sort >used
    reasons >listed
    (($(wc -l <listed) > 15))
    same used listed common/plan/reasons.cpp scim-reasons.7
}

@test "each reason in scim-reasons(7) has the exit status of the table of the sources" {
    local word newcomer existing
    # As words of the table: kWarning 0, kLater 2, kSomebodyMustAct 4.
    sed -nE 's/^ *\{\.word = "([a-z-]+)", \.newcomer = k([A-Za-z]+), \.existing = k([A-Za-z]+)\}.*/\1 \2 \3/p' "$SOURCE_DIR/common/plan/reasons.cpp" |
        sed -e 's/Warning/0/g' -e 's/Later/2/g' -e 's/SomebodyMustAct/4/g' |
        while read -r word newcomer existing; do
            [[ $newcomer == "$existing" ]] || newcomer="$newcomer; $existing"
            echo "$word $newcomer"
        done | sort >used
    (($(wc -l <used) > 15))
    section REASONS "$TOOLS/scim-reasons.7" | sed -nE 's/^\.It Cm ([a-z-]+) Pq ([0-9; ]+)$/\1 \2/p' | sort >listed
    same used listed common/plan/reasons.cpp scim-reasons.7
}

# has_field FIELD: whether a page of formats describes it.
has_field() {
    grep -qE "^\.(It )?Va (.* )?$1( |\$)" "$TOOLS"/scim-{streams,plan}.5 || {
        echo "$1 is not in scim-streams(5) or scim-plan(5)"
        return 1
    }
}

@test "each reason in the plans of the golden cases is in scim-reasons(7), and each field in scim-plan(5)" {
    local field
    cat "$SOURCE_DIR"/tests/golden/scim-diff/*/stdout | grep '^{' >lines
    jq -r 'select(.type == "skip").reason' lines | sort -u >used
    [[ -s used ]]
    reasons >listed
    run comm -23 used listed
    [[ -z $output ]]
    for field in $(jq -r 'keys[]' lines | grep -vx type | sort -u); do
        has_field "$field"
    done
}

@test "the fields of exports, results and confirmations are in scim-streams(5) and scim-plan(5)" {
    local field
    grep -ohE '(object|line|seal)\["[a-zA-Z]+"\]|\{"[a-zA-Z]+", [a-z]|add\((object, )?"[a-zA-Z]+"' \
        "$SOURCE_DIR"/common/{record/record,apply/{applier,outcome},activate/{confirm_absence,export},stream/jsonl}.cpp "$SOURCE_DIR"/common/plan/*.cpp "$TOOLS"/{scim-apply,activate-export,scim-export}.cpp |
        sed -E 's/.*"([a-zA-Z]+)".*/\1/' | grep -vxE 'type|value|requests|unknown|present|protected' | sort -u >fields
    grep -qx sshKeys fields && grep -qx notSent fields && grep -qx answer fields
    while read -r field; do
        has_field "$field"
    done <fields
}

@test "the limits are in scim-limits(7)" {
    local limit
    sed -nE 's/.*kMax[A-Za-z]+ = "([a-z-]+)".*/\1/p' "$SOURCE_DIR"/common/plan/{types,limits}.hpp >limits
    (($(wc -l <limits) >= 4))
    while read -r limit; do
        section LIMITS "$TOOLS/scim-limits.7" | grep -q "^\.It Cm $limit Pq "
    done <limits
}

# The statuses of design and README, with the same meaning on every page that has them.
@test "the table of statuses is complete and the same everywhere" {
    local page number
    for number in 0 1 2 3 4 64 65 69 70 74 75 77 78 128+n; do
        section 'EXIT STATUS' "$SCRIPTS/pw-activate-scim-sync.1" | grep -qx "\.It $number" || [[ $number == 1 ]]
        sed '1,/^## Exit status/d' "$SOURCE_DIR/README.md" | grep -qE "^\|( |[0-9, ]+, )${number/+/\\+}(,| )"
    done
    for page in "$TOOLS"/{activate-export,scim-diff,scim-apply}.1 "$SCRIPTS/pw-activate-scim-sync.1"; do
        section 'EXIT STATUS' "$page" | tr '\n' ' ' | grep -q '\.It 4 [^.]*no later run changes that until an operator acts'
    done
    section 'EXIT STATUS' "$TOOLS/scim-limits.7" | sed -nE '/^\.Ss/q; s/^\.It ([0-9])$/\1/p' | paste -sd' ' | grep -qx '0 2 3 4'
}

@test "each reason of an outcome is in scim-reasons(7) with its exit status; the page has no other" {
    local -A word
    local constant wanted
    while read -r constant wanted; do word[$constant]=$wanted; done < <(
        sed -nE 's/^inline constexpr std::string_view (k[A-Za-z]+) = "([a-z-]+)";$/\1 \2/p' "$SOURCE_DIR/common/apply/outcome.hpp"
    )
    tr -d ' \n' <"$SOURCE_DIR/common/apply/outcome.cpp" | grep -oE '\{\.word=reason::k[A-Za-z]+,\.exit_status=k(Later|SomebodyMustAct),' |
        sed -E 's/\{\.word=reason::(k[A-Za-z]+),\.exit_status=k(Later|SomebodyMustAct),/\1 \2/' >rows
    while read -r constant wanted; do
        [[ $wanted == Later ]] && wanted=2 || wanted=4
        echo "${word[$constant]} Pq $wanted"
    done <rows | sort >words
    section 'FAILED CHANGES' "$TOOLS/scim-reasons.7" | sed -n 's/^\.It Cm //p' | sort >said
    (($(wc -l <words) > 10 && ${#word[@]} == $(wc -l <words)))
    same words said outcome.cpp scim-reasons.7
}

@test "every variable of env.example is in a page" {
    local variable
    for variable in $(sed -nE 's/^#?([A-Z0-9_]+)=.*/\1/p' "$SOURCE_DIR/env.example"); do
        grep -qE "(^\.(It )?| )Ev (.* )?$variable( |\$)" "${pages[@]}" "${shared[@]}" || {
            echo "$variable"
            return 1
        }
    done
}
