#!/usr/bin/env bats
# The option parser of all scripts, the edit distance for "did you mean", and the search of the scripts for their parts.
# shellcheck disable=SC2153,SC2154,SC2016,SC2030,SC2031 # fakes.bash sets SCRIPTS; bats' variables; dollars that must stay

bats_require_minimum_version 1.5.0
load fakes

setup() {
    setup_fakes
    scripts=(pw-activate-scim-sync plan-show rehearse reseal sync-captures)
}

teardown() { nothing_left; }

@test "every script has the version of scim-diff, and says so if there is no scim-diff" {
    local script
    mkdir bin
    printf '#!/bin/bash\necho "scim-diff 1.2.3"\n' >bin/scim-diff
    chmod +x bin/scim-diff
    for script in plan-show reseal rehearse; do
        PATH=$PWD/bin:$PATH run --separate-stderr "$SCRIPTS/$script" --version
        [[ $status == 0 && $output == "$script 1.2.3" && -z $stderr ]]
        PATH=/usr/bin:/bin run --separate-stderr "$SCRIPTS/$script" --version
        [[ $status == 69 && $stderr == "$script: cannot find scim-diff, "* ]]
    done
}

# listed SCRIPT: the options of its --help, one a line, as --name or --name=VALUE.
listed() { "$SCRIPTS/$1" --help | sed -nE 's/^  (-., |    )(--[a-z-]+(=[A-Z]+)?) .*/\2/p'; }

@test "each option in --help is known, with or without a value as described there" {
    local script option
    for script in "${scripts[@]}"; do
        listed "$script" >options
        [[ -s options ]]
        while read -r option; do
            run --separate-stderr "$SCRIPTS/$script" "${option%%=*}=" </dev/null
            if [[ $option == *=* ]]; then
                [[ $status == 64 && $stderr == *"${option%%=*} is "* ]]
            else
                [[ $status == 64 && $stderr == *"$option takes no value" ]]
            fi
        done <options
    done
}

@test "an option with a value takes it after = or as the next argument, and needs one" {
    local script option
    for script in "${scripts[@]}"; do
        for option in $(listed "$script" | sed -n 's/=.*//p'); do
            run --separate-stderr "$SCRIPTS/$script" "$option"
            [[ $status == 64 && $stderr == *"$option needs a value: $option=VALUE" ]]
            run --separate-stderr "$SCRIPTS/$script" "$option" ''
            [[ $status == 64 && $stderr == *"$option is "* ]]
        done
    done
}

@test "a pattern, a subscript or a row of the table is only an unknown option" {
    local script given
    for script in "${scripts[@]}"; do
        for given in -@ '-*' '--*' --@ '--[help]' --=x --=help '-h, --help' '--$(touch pwned)' '-?'; do
            run --separate-stderr "$SCRIPTS/$script" "$given" </dev/null
            [[ $status == 64 && $stderr == "$script: unknown option "* ]] || {
                echo "$script $given: $status $stderr"
                return 1
            }
        done
    done
    [[ ! -e pwned ]]
    run --separate-stderr "$SCRIPTS/plan-show" '--format=text|markdown'
    [[ $status == 64 && $stderr == 'plan-show: --format is "text|markdown"; choose one of text markdown html' ]]
}

@test "the edit distance counts letters that were added, left out or exchanged" {
    source "$SOURCE_DIR/scripts/pw-activate-scim-sync.d/spelling.bash"
    local words
    for words in ' 0' 'a a 0' 'a b 1' 'abc ab 1' 'ab abc 1' 'ab a 1' 'a ab 1' 'kitten sitting 3' 'dryrun dry-run 1' 'flaw lawn 2'; do
        read -r -a words <<<"$words"
        if ((${#words[@]} == 1)); then words=('' '' 0); fi
        distance "${words[0]}" "${words[1]}"
        [[ $REPLY == "${words[2]}" ]]
    done
    distance abc ''
    [[ $REPLY == 3 ]]
    nearest SYNC_RATTE SYNC_BULK SYNC_RATE SYNC_JOBS
    [[ $REPLY == SYNC_RATE ]]
    refute nearest frobnicate capture check
}

@test "the first line of each part has its file name" {
    local part
    for part in "$SYNC.d"/*; do
        [[ $(head -n 1 "$part") == @('#'|//|'/*')" ${part##*/}: "* ]]
    done
}

@test "the scripts find their parts as installed, and through a link" {
    local script path
    mkdir -p usr/bin usr/share links
    cp "${scripts[@]/#/$SCRIPTS/}" usr/bin/
    cp -R "$SYNC.d" usr/share/pw-activate-scim-sync
    for script in "${scripts[@]}"; do
        ln -s "../usr/bin/$script" links/
        for path in "usr/bin/$script" "links/$script"; do
            run --separate-stderr "$path" --help
            [[ $status == 0 && $output == Example:* && -z $stderr ]]
        done
    done
    plan '{"unchanged":3}'
    usr/bin/reseal <"$STATE/scim-diff.out" | links/plan-show | grep -q 'Total: '
    run --separate-stderr links/pw-activate-scim-sync
    expect 0 'done: '
}
