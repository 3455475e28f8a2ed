#!/bin/bash
# diff.sh: scim-diff compared with the minimum of reading, DuckDB, and joins as a script would write them. scripts/bench.sh calls it.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tests/bench/common.bash
source "$here/common.bash"

desired=$DATA/desired.jsonl current=$DATA/current.jsonl
diff=("$BIN/scim-diff" --max-deactivations=100% --max-member-removals=100%)

# shellcheck disable=SC2016 # the inner shell's dollars
floor=(bash -c 'cat "$1" "$2" >/dev/null; exec "$0" "$1" "$2"' "$TOOLS/floor" "$desired" "$current")
# Another process writes into the pipe: only the time of scim-diff is measured.
# shellcheck disable=SC2016
piped=(bash -c 'exec "$0" "${@:3}" < <(exec cat "$1" "$2")' "${diff[0]}" "$desired" "$current" "${diff[@]:1}")

cpu=$(best 1 "${diff[@]}" "$desired" "$current")
wall=$(best 2 "${diff[@]}" "$desired" "$current")
row "scim-diff / cat and simdjson touching every value, CPU" "$cpu" "$(best 1 "${floor[@]}")" s "≤ 1.4"
portable=$(SIMDJSON_FORCE_IMPLEMENTATION=fallback best 1 "${floor[@]}")
row "  the same, with simdjson's kernel for any processor" "$cpu" "$portable" s ""
row "scim-diff from a pipe / from files, its own CPU" "$(best 5 "${piped[@]}")" "$cpu" s "≤ 1.4"
duckdb=(node "$here/join-duckdb.cjs" "$desired" "$current")
row "scim-diff / DuckDB full outer join, CPU" "$cpu" "$(best 1 "${duckdb[@]}")" s "≤ 0.6"
row "scim-diff / DuckDB on two threads, wall" "$wall" "$(best 2 "${duckdb[@]}")" s "≤ 0.6"
memory=$(best 3 "${diff[@]}" "$desired" "$current")
members=$(grep -o '"pw-activate:user:' < <(grep '^{"type":"group"' "$desired") | wc -l)
allowed=$(awk "BEGIN { print 8 + (136 * $USERS + 4 * $members) / 1048576 }")
row "scim-diff, peak memory / 136 bytes a user, 4 a membership, 8 MiB" "$memory" "$allowed" MiB "≤ 1"

# Plans with a line for each user: a first load creates all users, and --all lists the unchanged ones.
empty=$DATA/empty.jsonl
{
    head -1 "$current"
    echo '{"type":"end","users":0,"groups":0}'
} >"$empty"
rows=(node "$here/join-duckdb.cjs" --rows)
row "first load: scim-diff / DuckDB writing the joined rows, CPU" "$(best 1 "${diff[@]}" "$desired" "$empty")" \
    "$(best 1 "${rows[@]}" "$desired" "$empty")" s "≤ 2.0"
row "--all: scim-diff / DuckDB writing the joined rows, CPU" "$(best 1 "${diff[@]}" --all "$desired" "$current")" \
    "$(best 1 "${rows[@]}" "$desired" "$current")" s "≤ 2.0"

# A capture that is restored after 2 % of the users became inactive.
changed=$DATA/current.changed.jsonl
awk 'NR % 50 == 0 && /^{"type":"user"/ { sub(/"active":true/, "\"active\":false") } { print }' "$current" >"$changed"
row "--restore: scim-diff / DuckDB writing the joined rows, CPU" "$(best 1 "${diff[@]}" --restore "$current" "$changed")" \
    "$(best 1 "${rows[@]}" "$current" "$changed")" s "≤ 2.0"

# The same records, spelled as another producer may write them.
for side in desired current; do
    respelled=$DATA/$side.respelled.jsonl
    [[ -s $respelled && $respelled -nt $DATA/$side.jsonl ]] || node "$here/respell.mjs" "$DATA/$side.jsonl" >"$respelled"
done
respelled=("$DATA/desired.respelled.jsonl" "$DATA/current.respelled.jsonl")
duckdb=(node "$here/join-duckdb.cjs" "${respelled[@]}")
row "other spelling: scim-diff / DuckDB, CPU" "$(best 1 "${diff[@]}" "${respelled[@]}")" "$(best 1 "${duckdb[@]}")" s "≤ 1.0"
row "other spelling: scim-diff / DuckDB on two threads, wall" "$(best 2 "${diff[@]}" "${respelled[@]}")" "$(best 2 "${duckdb[@]}")" s "≤ 0.9"
row "other spelling: scim-diff / DuckDB, peak memory" "$(best 3 "${diff[@]}" "${respelled[@]}")" "$(best 3 "${duckdb[@]}")" MiB "≤ 1.0"

# The scripts need minutes for a million users, so all of them get a tenth.
desired=$TENTH/desired.jsonl current=$TENTH/current.jsonl
cpu=$(best 1 "${diff[@]}" "$desired" "$current")
row "a tenth of that: scim-diff / join in node, CPU" "$cpu" "$(best 1 node "$here/join.mjs" "$desired" "$current")" s ""
row "scim-diff / join in Python, CPU" "$cpu" "$(best 1 python3 "$here/join.py" "$desired" "$current")" s ""
row "scim-diff / join in jq, CPU" "$cpu" "$(best 1 "$here/join-jq.sh" "$desired" "$current")" s ""
row "scim-diff / join in sqlite3, CPU" "$cpu" "$(best 1 "$here/join-sqlite.sh" "$desired" "$current")" s ""
