#!/bin/bash
# clang-tidy.sh: clang-tidy over common/ and tools/, with the checks of .clang-tidy, and tests/swappable-values.py; each warning is an error.
#
#   tests/clang-tidy.sh FILE...         these files, for example common/http/pace.cpp
#   CLANG_TIDY=1 tests/clang-tidy.sh    all files; scripts/test.sh --thorough sets the variable
#
# Without a file and without the variable, the script prints the reason and ends with 77, which ctest counts as skipped. It does so, too, if
# clang-tidy is missing or is not version 14, since others have other checks, or if python3-clang is missing.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

skip() {
    echo "clang-tidy: skipped: $1"
    exit 77
}

(($#)) || [[ ${CLANG_TIDY:-} ]] || skip 'it runs in scripts/test.sh --thorough'
type -P clang-tidy >/dev/null || skip 'it is not installed; scripts/test.sh --thorough installs it'
version=$(clang-tidy --version)
[[ $version == *' version 14.'* ]] || skip "version 14 is needed; $(grep -o 'version.*' <<<"$version" | head -n 1) has other checks"

[[ -e /usr/lib/python3/dist-packages/clang/cindex.py ]] || skip 'python3-clang is not installed; scripts/test.sh --thorough installs it'

# Only the commands of the compiler are needed. clang cannot read the precompiled headers of g++, so this tree has none.
build=$PWD/build/clang-tidy
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DSCIM_SYNC_TESTS=OFF -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null

# One file: its warnings, without clang-tidy's count of the warnings in system headers.
check() {
    local output rc=0
    output=$(clang-tidy --quiet -p "$1" "$2" 2>&1) || rc=$?
    ((!rc)) || grep -v ' warnings\? generated\.$' <<<"$output"
    return "$rc"
}
export -f check

files=("$@")
(($#)) || mapfile -t files < <(find common tools -name '*.cpp' | sort)
# shellcheck disable=SC2016 # the dollars are the inner shell's
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c 'check "$0" "$1"' "$build" || {
    echo 'clang-tidy: correct the lines above, or turn a check off in .clang-tidy with a reason'
    exit 1
}
tests/swappable-values.py "$build" "${files[@]}"
