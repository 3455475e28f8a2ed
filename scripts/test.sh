#!/bin/bash
# test.sh: installs missing packages, builds, and runs every test.
#
#   scripts/test.sh [--thorough] [--container] [OPTION OF CTEST]...
#
#   scripts/test.sh -L unit     only the tests with this label: unit, laws, golden, fuzz, chaos, scripts, lint, e2e, k8s, perf,
#                               container
#   scripts/test.sh -R NAME     only the tests whose name matches
#   --thorough                  every test at full size, then all of them once more at the plain size with the sanitizers for
#                               addresses and undefined behaviour, and those that have threads with the sanitizer for threads. With
#                               sanitizers, the full size takes hours: give the variables to get it. What is smaller by default:
#                               LAW_CASES   organizations per law: 100, with --thorough 1000
#                               CHAOS_SEEDS runs of the complete pipeline with random faults: 50, with --thorough 1000
#                               CLANG_TIDY  empty, with --thorough 1: clang-tidy reads common/ and tools/
#                               ENV_LINES   random lines of env files: 25, with --thorough 1000
#                               PROGRAM_RUNS  mutated exports and plans that the programs read: 500, with --thorough 20000
#                               BROWSER_TESTS  empty: the HTML page of plan-show is tested if there is chromium; with --thorough required
#                               FUZZ_SECONDS  empty, with --thorough 120: seconds that libFuzzer runs each fuzz target
#                               MORE_SERVERS  empty, with --thorough 1: one scenario runs on five SCIM servers of other projects, two of
#                                             them with 280 MB of npm packages; otherwise its first steps run on one
#                               PACKAGE_TEST  empty, with --thorough 1: the package on a fresh Debian that is booted (as root)
#   --container                 fail if the container test cannot run
#
# Tests of alert rules, the dashboard and the package need programs that are installed with --thorough and in continuous integration.
# Elsewhere they are skipped if a program is missing. Without --container, the container test runs in continuous integration (CI is
# set) if the machine can run containers, and elsewhere if buildah and podman are installed.
set -euo pipefail
# shellcheck source=scripts/setup.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.bash"

needs=("$build_needs" "$sandbox_needs" "$test_needs")
presets=(dev)
full=() # variables of the first build
while :; do
    case ${1:-} in
        --container) export CONTAINER_TESTS=required ;;
        --thorough)
            presets+=(asan tsan)
            needs+=("$thorough_needs" "$fuzz_needs" "$operation_needs")
            for size in LAW_CASES=1000 CHAOS_SEEDS=1000 ENV_LINES=1000 PROGRAM_RUNS=20000 FUZZ_SECONDS=120; do
                [[ -v ${size%%=*} ]] || full+=("$size")
            done
            export CLANG_TIDY=1 PACKAGE_TEST=1 BROWSER_TESTS=required MORE_SERVERS=1
            ;;
        *) break ;;
    esac
    shift
done
if [[ ${CONTAINER_TESTS:-} || ${CI:-} ]]; then needs+=("$container_needs"); fi
if [[ ${CI:-} ]]; then needs+=("$operation_needs"); fi
need "${needs[@]}"

# Twice as many as processors: many tests wait for a server or a timer.
jobs=$((2 * $(nproc)))
status=0 without_tests=error
for preset in "${presets[@]}"; do
    build "$preset"
    env "${full[@]}" ctest --preset "$preset" --no-tests="$without_tests" --parallel "$jobs" "$@" || status=$?
    without_tests=ignore # some tests, such as the container test, are only in the first build
    full=()
done
exit "$status"
