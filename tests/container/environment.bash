# Sourced by run.sh and container.bats: buildah and podman with their own storage, in one directory that is removed after the tests.
# shellcheck shell=bash

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
: "${CONTAINER_STORE:=$(mktemp -d "${TMPDIR:-/var/tmp}/pw-scim-containers.XXXXXX")}"

# overlay if a directory of the storage can be mounted that way, otherwise vfs, which copies every layer and works everywhere.
driver_of() {
    mkdir -p "$1"/probe/{lower,upper,work,merged}
    if mount -t overlay overlay -o "lowerdir=$1/probe/lower,upperdir=$1/probe/upper,workdir=$1/probe/work" "$1/probe/merged" 2>/dev/null; then
        umount "$1/probe/merged"
        echo overlay
    else
        echo vfs
    fi
}

if [[ ! -e $CONTAINER_STORE/storage.conf ]]; then
    printf '[storage]\ndriver = "%s"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$(driver_of "$CONTAINER_STORE")" \
        "$CONTAINER_STORE" "$CONTAINER_STORE" >"$CONTAINER_STORE/storage.conf"
fi
export CONTAINER_STORE CONTAINERS_CONF=$here/containers.conf CONTAINERS_STORAGE_CONF=$CONTAINER_STORE/storage.conf BUILDAH_ISOLATION=chroot
