#!/bin/bash
# test.sh: installs what is missing, builds, and runs every test. Options go to ctest: scripts/test.sh -L unit
# With --container first, the container tests must run, too; in continuous integration (CI is set) they do where the machine can, and
# elsewhere where buildah and podman are there already.
set -euo pipefail
# shellcheck source=scripts/setup.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.bash"

needs=("$build_needs" "$sandbox_needs" "$test_needs")
if [[ ${1:-} == --container ]]; then
    shift
    export CONTAINER_TESTS=required
fi
if [[ ${CONTAINER_TESTS:-} || ${CI:-} ]]; then needs+=("$container_needs"); fi
need "${needs[@]}"
build dev
cd -- "$root"
exec ctest --preset dev --no-tests=error --parallel "$(nproc)" "$@"
