#!/bin/bash
# bench.sh: measures how fast the tools are, as ratios measured in one run; prints a markdown table.
#
#   scripts/bench.sh           1,000,000 users, some minutes and 1.5 GB of data in build/bench
#   scripts/bench.sh --quick   10,000 users, a minute when all is built
#   scripts/bench.sh --picture draws tests/bench/scim-diff.svg: time and memory of scim-diff and DuckDB from 1,000 to 1,000,000 users
#
# Exit status: 0, or 1 if a ratio misses its target by more than a fifth.
set -euo pipefail
# shellcheck source=scripts/setup.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.bash"

users=1000000
picture=''
quick=()
case ${1:-} in
    '') ;;
    --quick)
        users=10000
        quick=(--quick)
        ;;
    --picture) picture=yes ;;
    *) die 64 "$1 is not known; say --quick, --picture or nothing" ;;
esac

need "$build_needs" "$sandbox_needs" "$bench_needs"
build release activate-export scim-export scim-diff scim-apply sandbox bench_tools
export BIN=$root/build/release/tools TOOLS=$root/build/release/tests/bench SANDBOX=$root/build/release/tests/sandbox/sandbox
folder=$root/build/bench
mkdir -p -- "$folder"
export NODE_PATH=$folder/node_modules
[[ -d $NODE_PATH/@duckdb/node-api ]] ||
    quietly 'Installing DuckDB' npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts @duckdb/node-api@1.5.6-r.1 ||
    die 69 "npm could not install @duckdb/node-api; see its output above"

# made USERS: the directory with an organization of that size.
made() {
    local data=$folder/$1
    [[ -s $data/current.jsonl && $data/current.jsonl -nt $TOOLS/make_organization ]] || {
        mkdir -p -- "$data"
        quietly "Making an organization of $1 users" "$TOOLS/make_organization" "$1" "$data"
    }
    printf '%s' "$data"
}

# least COMMAND...: CPU seconds, wall seconds and MiB of the run of three that took the least CPU.
least() {
    for _ in 1 2 3; do
        "$TOOLS/measure" "$@"
    done | sort -n | awk 'NR == 1 { print $1, $2, $3 }'
}

if [[ $picture ]]; then
    for users in 1000 3000 10000 30000 100000 300000 1000000; do
        data=$(made "$users")
        say "Measuring $users users"
        sides=("$data/desired.jsonl" "$data/current.jsonl")
        echo "$users $(least "$BIN/scim-diff" --max-deactivations=100% --max-member-removals=100% "${sides[@]}")" \
            "$(least node "$root/tests/bench/join-duckdb.cjs" "${sides[@]}")"
    done >"$folder/sizes"
    exec gnuplot -e "sizes='$folder/sizes'; picture='$root/tests/bench/scim-diff.svg'" "$root/tests/bench/picture.gnuplot"
fi

DATA=$(made "$users")
TENTH=$(made "$((users / 10))")
export DATA TENTH USERS=$users
memory=$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo)
rm -f -- "$folder/rows"
processor=$(awk -F ': *' '/^model name/ { print $2; exit }' /proc/cpuinfo)
printf '%s users, %s cores (%s), %s of memory; the least of up to three runs.\n\n' "$users" "$(nproc)" "${processor:-unknown processor}" "$memory"
printf '| what | measured | against | ratio | target |\n|---|---:|---:|---:|---:|\n'
for piece in "$root"/tests/bench/*.sh; do
    case ${piece##*/} in
        join-*.sh | instructions.sh) continue ;; # no parts of the benchmark
    esac
    "$piece" "${quick[@]}" | tee -a -- "$folder/rows" | while IFS=$'\t' read -r what measured against ratio target; do
        printf '| %s | %s | %s | %s | %s |\n' "$what" "$measured" "$against" "$ratio" "$target"
    done
done

awk -F '\t' '
    { split($5, target, " ") }
    target[1] == "≤" && $4 > 1.2 * target[2] || target[1] == "≥" && 1.2 * $4 < target[2] || target[1] == "=" && $4 != target[2] {
        print "bench.sh: " $1 ": the ratio is " $4 ", and its target is " $5
        missed = 1
    }
    END { exit missed }' "$folder/rows" >&2
