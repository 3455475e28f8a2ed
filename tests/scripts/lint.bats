#!/usr/bin/env bats
# Every shell script of the project, whoever wrote it.

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)}
    cd "$SOURCE_DIR" || return 1
    mapfile -t files < <(find .ci scripts tests -name node_modules -prune -o -type f -exec grep -lIE -m1 '^#!.*\b(ba|)sh$|^#!.*bats$|^# shellcheck shell=bash' {} +)
    ((${#files[@]} >= 10))
}

@test "shellcheck has nothing to say" {
    shellcheck --external-sources "${files[@]}"
}

@test "shfmt would change nothing" {
    shfmt -i 4 -ci -d "${files[@]}"
}
