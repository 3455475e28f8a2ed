#!/bin/bash
# thorough.sh: scripts/fuzz.sh for FUZZ_SECONDS seconds a target, as the test fuzz/libfuzzer; scripts/test.sh --thorough sets the variable.
#
# Without the variable the script prints that and ends with 77, which ctest counts as skipped.
set -euo pipefail
[[ ${FUZZ_SECONDS:-} ]] || {
    echo 'fuzz/libfuzzer: skipped: it runs in scripts/test.sh --thorough'
    exit 77
}
exec "$(dirname -- "${BASH_SOURCE[0]}")/../../scripts/fuzz.sh" --seconds "$FUZZ_SECONDS"
