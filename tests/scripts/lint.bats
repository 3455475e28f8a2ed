#!/usr/bin/env bats
# Every shell script and every C and C++ file of the project.

bats_require_minimum_version 1.5.0

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)}
    cd "$SOURCE_DIR" || return 1
    mapfile -t files < <(find .ci scripts tests -name node_modules -prune -o -type f -exec grep -lIE -m1 '^#!.*\b(ba|)sh$|^#!.*bats$|^# shellcheck shell=bash' {} +)
    ((${#files[@]} >= 10))
}

@test "shellcheck has no finding" {
    shellcheck --external-sources "${files[@]}"
}

@test "no script uses wait -n, which can miss the end of a child and then waits for another one (bash 5.2)" {
    run -1 grep -nE '^[^#@]*\bwait +-[a-z]*n' "${files[@]}"
}

@test "each include of a jq module names its place, as jq looks in the working directory before the directories of -L" {
    run -1 grep -rnE --include='*.jq' '^ *(include|import) "[^"]*";' scripts
    run -1 grep -rnE --exclude='*.[1-8]' '^[^#]*\bjq\b.* (-[A-Za-z]*L|--library-path)|include \\"[^"{]*;' scripts
}

@test "shfmt would change nothing" {
    shfmt -i 4 -ci -d "${files[@]}"
}

@test "clang-format 14 would change nothing" {
    local version
    version=$(clang-format --version)
    [[ $version == *' version 14.'* ]] || skip "other versions format differently: ${version#*clang-format }"
    find common tools tests -name node_modules -prune -o -name '*.[ch]pp' -print0 -o -name '*.c' -print0 >"$BATS_TEST_TMPDIR/files"
    (($(tr -cd '\0' <"$BATS_TEST_TMPDIR/files" | wc -c) >= 200))
    xargs -0 clang-format --dry-run -Werror <"$BATS_TEST_TMPDIR/files"
}

@test "the revisions that git blame leaves out are in the history" {
    local revision
    # In a copy of the tree that is not a repository, or without history, there is nothing to compare.
    [[ $(git rev-parse --show-cdup --is-shallow-repository 2>/dev/null) == $'\nfalse' ]] || skip 'no git history here'
    grep -v '^ *\(#\|$\)' .git-blame-ignore-revs | while read -r revision; do
        git merge-base --is-ancestor "$revision" HEAD || {
            echo ".git-blame-ignore-revs: $revision is not an ancestor of HEAD"
            false
        }
    done
}
