#!/bin/bash
# fuzz.sh: searches with libFuzzer for inputs that break a property.
#
#   scripts/fuzz.sh [--seconds N] [--jobs N] [TARGET]...
#
#   --seconds N   time for each target, default 60
#   --jobs N      targets that run at the same time, by default as many as processors
#   TARGET        name of a file in tests/fuzz/targets, without .cpp; by default all of them
#
# Prints a line for each target: executions, coverage (edges of the program that the inputs reach), inputs that were kept, findings.
# A target stops at its first finding, and its input is kept in build/fuzz/findings. Inputs that reach more code are kept in
# build/fuzz/corpus, where the next call begins.
#
# Exit status: 0 no finding, 1 findings, 64 wrong option, 69 a program is missing, 70 the build failed or a target did not start.
set -euo pipefail
# shellcheck source=scripts/setup.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.bash"

# number OPTION VALUE: an integer above 0.
number() {
    [[ ${2:-} =~ ^[1-9][0-9]{0,6}$ ]] || die 64 "$1 is \"${2:-}\"; give a whole number above 0"
    printf '%s' "$2"
}

seconds=60 jobs=$(nproc)
while [[ ${1:-} == --* ]]; do
    case $1 in
        --seconds) seconds=$(number "$1" "${2:-}") ;;
        --jobs) jobs=$(number "$1" "${2:-}") ;;
        *) die 64 "the option $1 is not known; the options are --seconds N and --jobs N" ;;
    esac
    shift 2
done
mapfile -t known < <(cd -- "$root/tests/fuzz/targets" && printf '%s\n' *.cpp | sed 's/\.cpp$//')
targets=("$@")
(($#)) || targets=("${known[@]}")
for target in "${targets[@]}"; do
    [[ " ${known[*]} " == *" $target "* ]] || die 64 "the target $target is not known; the targets are: ${known[*]}"
done

need "$build_needs" "$fuzz_needs"
build fuzz
export root seconds
mkdir -p -- "$root/build/fuzz/findings"

# last WORD LOG: the number after the last WORD.
last() { grep -aoE "$1:? +[0-9]+" "$2" | tail -n 1 | grep -oE '[0-9]+$' || echo 0; }

# fuzz TARGET: runs it, and prints its line.
fuzz() {
    local target=$1 folder=$root/build/fuzz rc=0 findings=0 seeds
    local log=$folder/findings/$target.log programs=$folder/tests/fuzz
    local -a corpora=("$folder/corpus/$target")
    mkdir -p -- "${corpora[0]}"
    for seeds in "$root/tests/fuzz/corpus/$target" "$programs/seeds/$target"; do
        [[ ! -d $seeds ]] || corpora+=("$seeds")
    done
    UBSAN_OPTIONS=print_stacktrace=1 "$programs/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1500 -max_len=32768 \
        -print_final_stats=1 -artifact_prefix="$folder/findings/$target-" "${corpora[@]}" >"$log" 2>&1 </dev/null || rc=$?
    ((!rc)) || findings=1
    printf '%-16s %12d %9d %7d %9d\n' "$target" "$(last 'number_of_executed_units' "$log")" "$(last 'cov' "$log")" \
        "$(last 'corp' "$log")" "$findings"
    ((!rc)) || {
        grep -aE -m 3 '^FINDING|^SUMMARY|^==[0-9]+==ERROR|runtime error|^ALARM' "$log" || tail -n 5 "$log"
        grep -aoE 'Test unit written to .*' "$log" || true
    } | sed "s/^/$target: /" >&2
    return "$rc"
}
export -f fuzz last

printf '%-16s %12s %9s %7s %9s\n' target executions coverage inputs findings
# shellcheck disable=SC2016 # the dollar is the inner shell's
printf '%s\0' "${targets[@]}" | xargs -0 -n 1 -P "$jobs" bash -c 'set -uo pipefail; fuzz "$0" || exit 1' || {
    say "fuzz.sh: there are findings; repeat one with build/fuzz/tests/fuzz/fuzz_TARGET FILE, and keep the file in tests/fuzz/corpus/TARGET"
    exit 1
}
