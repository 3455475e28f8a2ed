#!/bin/bash
# startup.sh: what it takes to start each tool, against a C program that only says hello. scripts/bench.sh calls it.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tests/bench/common.bash
source "$here/common.bash"

# hundred COMMAND...: CPU milliseconds of one of a hundred starts.
hundred() {
    local seconds
    # shellcheck disable=SC2016 # the inner shell's dollars
    seconds=$(best 1 bash -c 'for ((i = 0; i < 100; i++)); do "$@"; done' start "$@")
    awk "BEGIN { print 10 * $seconds }"
}

hello=$(hundred "$TOOLS/hello")
for tool in scim-diff scim-apply scim-export activate-export; do
    target=''
    [[ $tool != scim-diff ]] || target='≤ 2.5'
    row "$tool --version / hello world in C, CPU of a start" "$(hundred "$BIN/$tool" --version)" "$hello" ms "$target"
done
