#!/usr/bin/env bats
# scripts/completions: what bash, zsh and fish complete for each program.
# shellcheck disable=SC2154,SC2034,SC2317 # variables of bats and of the functions; compopt is called by them

bats_require_minimum_version 1.5.0

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
    SCRIPTS=${SCRIPTS:-$SOURCE_DIR/scripts}
    cd "$BATS_TEST_TMPDIR" || return
    export HOME=$PWD # fish writes there
    programs=("${BIN:?the directory of the tools}"/{activate-export,scim-export,scim-diff,scim-apply} "$SCRIPTS"/{pw-activate-scim-sync,plan-show,reseal,rehearse,sync-captures})
    local program
    for program in "${programs[@]}"; do
        "$program" --help >"${program##*/}.help"
        for shell in bash zsh fish; do "$SCRIPTS/completions" "$shell" "${program##*/}" <"${program##*/}.help" >"${program##*/}.$shell"; done
    done
}

# options PROGRAM: the names in its --help.
options() { sed -nE '/^Options:$/,/^$/s/^  (-., |    )--([a-z0-9-]+).*/\2/p' "$1.help" | sort; }

# complete_in_bash WORD...: what bash offers for the last word. It splits words at "=".
complete_in_bash() {
    compopt() { :; }
    # shellcheck source=/dev/null
    source "./$1.bash"
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    "_${1//-/_}"
    printf '%s\n' "${COMPREPLY[@]}"
}

@test "bash completes each option of each program" {
    local program
    for program in "${programs[@]##*/}"; do
        [[ -s $program.help ]]
        complete_in_bash "$program" -- | sed 's/^--//; s/=$//' | sort >offered
        diff <(options "$program") offered
    done
    [[ $(complete_in_bash scim-diff --posix) == --posix-names= && $(complete_in_bash scim-diff --stri) == --strict ]]
}

@test "bash completes values: words, files and directories" {
    mkdir archive && touch archive.jsonl
    [[ $(complete_in_bash scim-diff --posix-names = l) == letter && $(complete_in_bash scim-diff --posix-names d) == digits ]]
    [[ $(complete_in_bash plan-show --format = | paste -sd' ') == 'text markdown html' ]]
    [[ $(complete_in_bash pw-activate-scim-sync --log-level = w) == warning ]]
    [[ $(complete_in_bash scim-apply --ca-file = archi | sort | paste -sd' ') == 'archive archive.jsonl' ]]
    [[ $(complete_in_bash pw-activate-scim-sync --capture = archi) == archive ]]
    [[ $(complete_in_bash plan-show archive.) == archive.jsonl && -z $(complete_in_bash scim-diff --max-takeovers = '') ]]
}

@test "zsh completes each option of each program, and values" {
    type -P zsh >/dev/null || skip 'zsh is missing: apt-get install --no-install-recommends zsh'
    local program
    for program in "${programs[@]##*/}"; do
        zsh -f -c '_arguments() { printf "%s\n" "$@" }; source ./$1' zsh "$program.zsh" >specifications
        sed -nE 's/^--([a-z0-9-]+)=?\[.*/\1/p' specifications | sort >offered
        diff <(options "$program") offered
    done
    zsh -f -c '_arguments() { printf "%s\n" "$@" }; source ./scim-diff.zsh' | grep -qE '^--posix-names=\[.*\]:posix-names:\(letter digits\)$'
}

@test "fish completes each option of each program, and values" {
    type -P fish >/dev/null || skip 'fish is missing: apt-get install --no-install-recommends fish'
    local program
    for program in "${programs[@]##*/}"; do
        fish --no-config -c "source $program.fish; complete -C '$program --'" | sed -nE 's/^--([a-z0-9-]+)=?\t.*/\1/p' | sort -u >offered
        diff <(options "$program") offered
    done
    [[ $(fish --no-config -c "source scim-diff.fish; complete -C 'scim-diff --posix-names='" | cut -f1 | paste -sd' ') == '--posix-names=digits --posix-names=letter' ]]
}

@test "the first word of sync-captures is one of its commands" {
    local commands='list path prune redact show when who'
    [[ $(sed -nE '/^Commands:$/,/^$/s/^  ([a-z]+) .*/\1/p' sync-captures.help | sort | paste -sd' ') == "$commands" ]]
    [[ $(complete_in_bash sync-captures '' | sort | paste -sd' ') == "$commands" && $(complete_in_bash sync-captures wh | paste -sd' ') == 'who when' ]]
    touch archive.jsonl
    [[ $(complete_in_bash sync-captures show arch) == archive.jsonl ]]
    if type -P zsh >/dev/null; then
        zsh -f -c '_arguments() { printf "%s\n" "$@" }; source ./sync-captures.zsh' >specifications
        grep -qF '1:command:((list\:"print one line for each run\: begin, status, id, whether its streams are kept, result" ' specifications
        [[ $(grep '^1:' specifications | grep -oE '[a-z]+\\:"' | tr -d '\\:"' | sort | paste -sd' ') == "$commands" ]]
        zsh -f -c '_arguments() { printf "%s\n" "$@" }; source ./scim-diff.zsh' >specifications
        [[ $(grep -c '^1:' specifications) == 0 ]]
    fi
    if type -P fish >/dev/null; then
        [[ $(fish --no-config -c "source sync-captures.fish; complete -C 'sync-captures '" | cut -f1 | sort | paste -sd' ') == "$commands" ]]
        [[ $(fish --no-config -c "source sync-captures.fish; complete -C 'sync-captures w'" | grep ^who) == $'who\tprint the users who had access at the time of --on' ]]
    fi
}

@test "the words of a value in --help are those that the program accepts" {
    local name words
    # In the sources: choice("posix-names", {"letter", "digits"}).
    cat "$SOURCE_DIR"/common/*/*.cpp "$SOURCE_DIR"/tools/*.[ch]pp | grep -oE 'choice\("[a-z-]+", \{[^}]+\}' | sed -E 's/choice\("([a-z-]+)", \{/\1 /; s/[",}]//g' | sort -u >choices
    (($(wc -l <choices) >= 10))
    while read -r name words; do
        sed -nE "s/^ {6}--$name=([^ ]+).*/\1/p" ./*.help | sort -u >shown
        [[ $(<shown) == "${words// /|}" ]] || {
            echo "$name: $words; $(<shown)"
            return 1
        }
    done <choices
}

@test "a text with quotes and brackets is quoted, and a --help without options is an error" {
    printf '%s\n' 'Options:' '      --name=NAME           do [this]: not '"'that'"' or C:\path' '                            and more' '' >odd.help
    "$SCRIPTS/completions" zsh odd <odd.help >odd.zsh
    grep -qF -- "--name=[do \\[this\\]\\: not '\\''that'\\'' or C\\:\\\\path and more]:name: " odd.zsh
    bash -c '_arguments() { printf "%s\n" "${@: -2:1}"; }; source ./odd.zsh' | grep -qxF -- "--name=[do \\[this\\]\\: not 'that' or C\\:\\\\path and more]:name: "
    "$SCRIPTS/completions" fish odd <odd.help | grep -qF -- "-d 'do [this]: not \\'that\\' or C:\\\\path and more'"
    run -65 "$SCRIPTS/completions" bash odd </dev/null
    run -64 "$SCRIPTS/completions" tcsh odd <odd.help
}
