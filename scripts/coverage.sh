#!/bin/bash
# coverage.sh: counts the branches of common/ and tools/ that tests take.
#
#   scripts/coverage.sh [--again]
#
#   --again    only the report, of the tests that ran last
#
# Builds the preset coverage with clang. Runs the unit tests, the laws with LAW_CASES organizations (20), the golden cases, and the bats files of the
# list below for code that needs servers, signals or full disks. Prints each branch that is not taken, and a table of directories. A branch is one
# outcome of one condition.
#
# In plan, plan/unchanged and record every branch must be taken, elsewhere 90 %. Branches that no test can take are in
# tests/coverage/uncovered.txt, each with its reason; they count as taken.
#
# Exit status: 0 enough are taken, 1 fewer are or a test failed, 64 wrong option, 69 a program is missing, 70 the build failed.
set -euo pipefail
# shellcheck source=scripts/setup.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.bash"

folder=$root/build/coverage
export LLVM_PROFILE_FILE=$folder/profiles/%4m.profraw LAW_CASES=${LAW_CASES:-20}
status=0

# run COMMAND...: a test that fails is reported, and the others run all the same.
run() { quietly "Running ${*: -1}" "$@" || status=1; }

run_tests() {
    local file
    rm -rf -- "$folder/profiles"
    cd -- "$folder/tests"
    run ./unit_tests
    # The law with 10,000 users takes the same branches as with 60.
    run ./law_tests '~*in organizations of 10,000 users'
    cd -- "$root"
    export BIN=$folder/tools SANDBOX=$folder/tests/sandbox/sandbox SCRIPTS=$root/scripts SOURCE_DIR=$root LC_ALL=C.UTF-8
    run tests/golden/run.sh tests/golden/scim-diff/*
    for file in "${bats_files[@]}"; do
        run bats "tests/$file.bats"
    done
}

report() {
    local -a objects=()
    local program
    for program in tests/law_tests tools/{activate-export,scim-export,scim-diff,scim-apply}; do
        objects+=(-object "$folder/$program")
    done
    llvm-profdata merge -sparse "$folder"/profiles/*.profraw -o "$folder/profile"
    cd -- "$root"
    llvm-cov export "$folder/tests/unit_tests" "${objects[@]}" -instr-profile "$folder/profile" \
        -ignore-filename-regex='^/usr/|(^|/)(tests|build)/' | node tests/coverage/branches.mjs
}

bats_files=(
    scripts/{options,disks,command_line,exit_status}
    e2e/{activate-scim,approvals,bad-input,check,keys,lists,misconfigurations,namespace,only,pipeline,removals,restore,review,shards,transport,trust}
    e2e/write-{faults,surprises}
)

[[ $# == 0 || $* == --again ]] || die 64 "the option $1 is not known; the option is --again"
need "$build_needs" "$sandbox_needs" "$test_needs" "$fuzz_needs" "$coverage_needs"
if [[ ${1:-} != --again ]]; then
    build coverage
    run_tests
fi
report || status=1
exit "$status"
