#!/bin/bash
# mutate.sh: changes common/plan, common/record and common/apply in small ways, and tells which changes no test notices.
#
#   scripts/mutate.sh [--mutants N] [--seed N] [--only FILE[:LINE]] [--list]
#
#   --mutants N     number of mutants, default 300
#   --seed N        another choice of mutants, default 1; the same seed and source give the same mutants
#   --only FILE     all mutants of common/plan/shard.cpp, for example; of one line with :LINE; or the mutant with this id
#   --list          print the mutants, without compiling them
#
# A mutant is the source with one change: another operator, constant, condition or return value, a statement that is dropped, or arguments that
# are swapped (tests/mutation/mutants.mjs). Mutants that do not compile are replaced by others. Headers are not changed. The unit tests of the
# directory run first, then those of directories above it, the golden cases of scim-diff, and the laws with LAW_CASES organizations (20).
# The first test that fails kills the mutant. A test that does not end kills it, too.
#
# Each mutant that survives is printed, and then a table. It is a missing test, code that is not needed, or the same program: an equivalent mutant.
# These are listed in tests/mutation/equivalents.txt, each with its reason. Each verdict is kept in build/mutate/judged.jsonl, so that a run that
# was stopped continues. A survivor is judged again if tests have changed. Do not edit sources or tests during a run.
#
# Exit status: 0 at least 95 % are killed, 1 fewer are, 64 wrong option, 69 a program is missing, 70 the build or a test failed.
set -euo pipefail
# shellcheck source=scripts/setup.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.bash"

options=()
while (($#)); do
    case $1 in
        --mutants | --seed) [[ ${2:-} =~ ^[1-9][0-9]{0,6}$ ]] || die 64 "$1 is \"${2:-}\"; give a whole number above 0" ;;
        --only) [[ ${2:-} ]] || die 64 "--only needs a file, FILE:LINE or the id of a mutant" ;;
        --list)
            options+=("$1")
            shift
            continue
            ;;
        *) die 64 "the option $1 is not known; the options are --mutants N, --seed N, --only FILE[:LINE] and --list" ;;
    esac
    options+=("$1" "$2")
    shift 2
done

need "$build_needs" "$sandbox_needs" "$test_needs"
[[ " ${options[*]} " == *' --list '* ]] || build dev unit_tests law_tests scim-diff
exec node "$root/tests/mutation/mutate.mjs" "${options[@]}"
