#!/usr/bin/env bats
# Plain English in documents, comments, names of tests and messages: tests/prose/prose.mjs with textlint, and codespell.
# shellcheck disable=SC2154 # bats' variables

bats_require_minimum_version 1.5.0

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)}
    cd "$SOURCE_DIR" || return 1
}

# findings COMMAND... - prints its lines and fails if there are any.
findings() {
    run --separate-stderr "$@" # Node.js prints warnings about its environment on standard error
    [[ $status == 0 && -z $output ]] || {
        printf '%s\n' "$output" "$stderr"
        return 1
    }
}

@test "documents and manuals have no word to avoid, no long sentence, no sentence without a subject and no dead link" {
    findings node tests/prose/prose.mjs --documents
}

@test "comments, names of tests and messages have no word to avoid, no long sentence and no sentence without a subject" {
    findings node tests/prose/prose.mjs --others
}

@test "the --help of each program has no word to avoid" {
    local program
    for program in "${BIN:?the directory of the tools}"/{activate-export,scim-export,scim-diff,scim-apply} scripts/{pw-activate-scim-sync,plan-show,reseal,rehearse,sync-captures}; do
        "$program" --help >"$BATS_TEST_TMPDIR/${program##*/}"
    done
    findings node tests/prose/prose.mjs --words "$BATS_TEST_TMPDIR"/*
}

@test "codespell finds no misspelt word" {
    findings codespell --quiet-level 3 --builtin clear,rare --ignore-words-list nd,ture,nin,ines,degress,wirth \
        --skip 'node_modules,package-lock.json,corpus,golden,*.svg' README.md ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md SECURITY.md env.example k8s tools scripts common tests
}

@test "a word to avoid, a long sentence and a sentence without a subject are found in comments, names of tests and messages" {
    mkdir -p "$BATS_TEST_TMPDIR"/{common,tests/scripts}
    cp -r tests/prose "$BATS_TEST_TMPDIR/tests/"
    ln -s "$SOURCE_DIR/tests/node_modules" "$BATS_TEST_TMPDIR/tests/node_modules"
    cd "$BATS_TEST_TMPDIR" || return 1
    printf '%s\n' '/// The whole list.' \
        'const char* whole = "whole";' \
        'TEST_CASE("nobody is here") {' \
        '    SECTION("a list that is no list, or is no longer one") {' \
        '    }' \
        '}' \
        'TEST_CASE(' \
        '    "this name of a test runs over "' \
        '    "two lines, and whatever it says is found") {' \
        '}' \
        '// Who is absent loses access. There is no other case.' \
        'int one = 1;  // one two three four five six seven eight nine ten eleven twelve thirteen fourteen' \
        'int two = 2;  // fifteen sixteen seventeen eighteen nineteen twenty one two three four five six seven eight nine ten eleven' \
        'int six = 6;  // one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen' \
        '              // sixteen seventeen eighteen nineteen twenty one two three four five six seven eight nine ten eleven' >common/a.cpp
    printf '%s\n' 'a.cpp' '    somebody acts' >tests/scripts/messages.txt
    run --separate-stderr node tests/prose/prose.mjs --others
    [[ $status == 1 && ${#lines[@]} == 7 ]]
    [[ ${lines[0]} == 'common/a.cpp:1: '*'“whole”'* && ${lines[1]} == 'common/a.cpp:11: a sentence begins with "Who is absent'* ]]
    [[ ${lines[2]} == 'common/a.cpp:14: a sentence has 31 words'* && ${lines[3]} == 'common/a.cpp:3: '*'“nobody”'* ]]
    [[ ${lines[4]} == 'common/a.cpp:4: '*'“is no”'* && ${lines[5]} == 'common/a.cpp:7: '*'“whatever”'* ]]
    [[ ${lines[6]} == 'tests/scripts/messages.txt:2: '* ]]
}

@test "a word to avoid, a long sentence, a sentence without a subject and a dead link are found, code is not" {
    mkdir -p "$BATS_TEST_TMPDIR/tests"
    cp -r tests/prose "$BATS_TEST_TMPDIR/tests/"
    ln -s "$SOURCE_DIR/tests/node_modules" "$BATS_TEST_TMPDIR/tests/node_modules"
    cd "$BATS_TEST_TMPDIR" || return 1
    cat >README.md <<'END'
The run ends and nobody waits. `nobody` is a name. What is read twice must be the same.
[This](missing.md) is a link.

One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
twenty-one twenty-two twenty-three twenty-four twenty-five twenty-six twenty-seven twenty-eight twenty-nine thirty thirty-one.
END
    printf '# Whatever this is.\n#NOBODY=somebody\nNAME=somebody\n' >env.example
    run --separate-stderr node tests/prose/prose.mjs --documents
    [[ $status == 1 && ${#lines[@]} == 5 ]]
    [[ $output == *'README.md:1: '*'“nobody”'* && $output == *'"What is read twice m"'* && $output == *'missing.md'* ]]
    [[ $output == *'README.md:4: a sentence has 31 words'* && $output == *'env.example:1: '*'“Whatever”'* ]]
}
