#!/bin/bash
# startup.sh: the start time of each tool, compared with a minimal C program. scripts/bench.sh calls it. --quick: the mean of 20 starts, not
# of 100.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=tests/bench/common.bash
source "$here/common.bash"

starts=100
[[ ${1:-} != --quick ]] || starts=20

# start COMMAND...: CPU milliseconds of one of these starts.
start() {
    local seconds
    # shellcheck disable=SC2016 # the inner shell's dollars
    seconds=$(best 1 bash -c 'for ((i = 0; i < $0; i++)); do "$@"; done' "$starts" "$@")
    awk "BEGIN { print 1000 * $seconds / $starts }"
}

hello=$(start "$TOOLS/hello")
for tool in scim-diff scim-apply scim-export activate-export; do
    target=''
    [[ $tool != scim-diff ]] || target='≤ 2.5'
    row "$tool --version / hello world in C, CPU of a start" "$(start "$BIN/$tool" --version)" "$hello" ms "$target"
done
