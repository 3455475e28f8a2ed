#!/bin/bash
# instructions.sh: fails if a fixed run takes over 5 % more instructions than in tests/bench/instructions.tsv.
#
# A diff of 2,000 users, and a dry run of applying its plan, counted by valgrind's callgrind. The count is the same on every machine with
# the same compiler and flags, so these are written with the figures; with others nothing is compared.
#
#   BIN=DIR                folder of the tools
#   MAKE_ORGANIZATION=FILE the generator
#   BUILD=WORDS            compiler and flags of both
#   UPDATE=1               writes the figures; the commit says why they rose
#
# Ends with 77 if there is nothing to compare with, which ctest counts as skipped.
set -euo pipefail
: "${BUILD:?compiler and flags}" "${BIN:?}" "${MAKE_ORGANIZATION:?}"

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
figures=$here/instructions.tsv
type -P valgrind >/dev/null || {
    echo "instructions.sh: valgrind is not there, so nothing is counted; scripts/test.sh installs it"
    exit 77
}

# Other builds are not counted at all; with sanitizers they would not run under valgrind.
if [[ -z ${UPDATE:-} ]] && ! grep -qF -- $'\t'"$BUILD"$'\t' <(sed 's/$/\t/' "$figures"); then
    echo "instructions.sh: there are no figures of \"$BUILD\"; nothing is compared"
    exit 77
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/instructions.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
"$MAKE_ORGANIZATION" 2000 "$work"

# count COMMAND...: the instructions of one run, as far as possible without those of library code that depends on the processor.
count() {
    local status=0
    GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-ERMS,-FSRM SIMDJSON_FORCE_IMPLEMENTATION=westmere SOURCE_DATE_EPOCH=1795456800 \
        valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" >"$work/out" 2>"$work/err" || status=$?
    ((status == 0)) || {
        cat "$work/err" >&2
        return 70
    }
    sed -n 's/.*Collected : //p' "$work/err"
}

# With the limits off, the plan has every kind of change.
diff=$(count "$BIN/scim-diff" --max-deactivations=100% --max-member-removals=100% "$work/desired.jsonl" "$work/current.jsonl")
cp "$work/out" "$work/plan.jsonl"
apply=$(count "$BIN/scim-apply" --dry-run "$work/plan.jsonl")

if [[ -n ${UPDATE:-} ]]; then
    printf 'scim-diff\t%s\t%s\nscim-apply --dry-run\t%s\t%s\n' "$diff" "$BUILD" "$apply" "$BUILD" >"$figures"
    cat -- "$figures"
    exit
fi

failed=0
while IFS=$'\t' read -r what kept build; do
    if [[ $build != "$BUILD" ]]; then
        echo "$what: the figure is of \"$build\", this is \"$BUILD\": not compared"
        ((failed)) || failed=77
        continue
    fi
    [[ $what == scim-diff ]] && now=$diff || now=$apply
    echo "$what: $now instructions, $kept kept: $((100 * now / kept)) %"
    if ((100 * now > 105 * kept)); then
        echo "instructions.sh: $what takes more than 5 % more instructions than before; make it cheaper, or run this with UPDATE=1 and say why" >&2
        failed=1
    fi
done <"$figures"
exit "$failed"
