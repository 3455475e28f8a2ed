#!/usr/bin/env bats
# SECURITY.md: each defence names a test, and each of these tests exists.
# shellcheck disable=SC2016 # the backquotes are Markdown's

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)}
    cd "$SOURCE_DIR" || return 1
}

# rows FILE - the rows of its tables, without their heads.
rows() { grep '^|' "$1" | grep -v -e '^|-' -e '^| defence |'; }

# exists TEST - a golden case, or a file of tests with a test of this title.
exists() {
    local file=${1%%: *} title=${1#*: }
    case $1 in
        *.bats:\ *) grep -qF -- "@test \"$title\" {" "$file" ;;
        *.mjs:\ *) grep -qF -- "test('$title', " "$file" ;;
        # A title may continue on the next line.
        *.cpp:\ *) tr '\n' ' ' <"$file" | sed -E 's/" +"//g; s/\( +"/("/g' | grep -qF -- "TEST_CASE(\"$title\")" ;;
        *) [[ -e tests/golden/scim-diff/$1/cmd ]] ;;
    esac
}

# missing FILE - the rows whose test does not exist.
missing() {
    local row tests
    tests=$(rows "$1" | wc -l)
    ((tests > 0))
    while IFS= read -r row; do
        [[ $row =~ ^\|\ [^|]+\ \|\ \`([^|]+)\`\ \|$ ]] && exists "${BASH_REMATCH[1]}" || printf '%s\n' "$row"
    done < <(rows "$1")
}

@test "each defence in SECURITY.md has a test, and the test exists" {
    run missing SECURITY.md
    [[ $status == 0 && -z $output ]] || {
        printf '%s\n' "$output"
        return 1
    }
    (($(rows SECURITY.md | wc -l) >= 30))
}

@test "a defence without a test, and a test that does not exist, are found" {
    printf '%s\n' '| defence | test |' '|---|---|' '| one | |' '| two | `no-such-case` |' '| three | `tests/scripts/security.bats: no such test` |' \
        '| four | `tests/unit/base/text_test.cpp: no such test` |' '| five | `key-with-options-is-dropped` |' >"$BATS_TEST_TMPDIR/page.md"
    run missing "$BATS_TEST_TMPDIR/page.md"
    [[ ${#lines[@]} == 4 && $output != *five* ]]
}
