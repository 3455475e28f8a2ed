#!/bin/bash
# test.sh: installs what is missing, builds, and runs every test. Options go to ctest: scripts/test.sh -L unit
set -euo pipefail
# shellcheck source=scripts/setup.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.bash"

need "$build_needs" "$sandbox_needs" "$test_needs"
build dev
cd -- "$root"
exec ctest --preset dev --no-tests=error --parallel "$(nproc)" "$@"
