#!/bin/bash
# run.sh: the container tests. If the machine cannot run containers, the script prints the reason and exits with 77, which ctest counts as
# skipped. CONTAINER_TESTS=required (scripts/test.sh --container) makes that a failure.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

skip() {
    echo "container tests: $1"
    [[ ${CONTAINER_TESTS:-} != required ]] || exit 1
    exit 77
}

((EUID == 0)) || skip "they need root, for buildah and podman without a daemon"
missing=()
for program in buildah podman runc conmon debootstrap nsenter node; do
    type -P "$program" >/dev/null || missing+=("$program")
done
((!${#missing[@]})) || skip "missing ${missing[*]}; scripts/test.sh --container installs them"
# shellcheck source=tests/container/environment.bash
source environment.bash
# Directories that are still mounted there are not entered.
trap 'podman pod rm --all --force >/dev/null 2>&1 || true; rm -rf --one-file-system -- "$CONTAINER_STORE" || true' EXIT
./stand-in.sh localhost/debian:bookworm-slim >"$CONTAINER_STORE/stand-in.log" 2>&1 || {
    tail -n 20 "$CONTAINER_STORE/stand-in.log"
    skip "the base image could not be made from Debian's packages; the lines above say why"
}
[[ $(podman run --rm --pull never localhost/debian:bookworm-slim echo started 2>"$CONTAINER_STORE/podman.log") == started ]] || {
    cat "$CONTAINER_STORE/podman.log"
    skip "podman cannot start a container here; the lines above say why"
}
bats container.bats
