#!/bin/bash
# stand-in.sh TAG: makes an image from Debian's own packages that replaces debian:bookworm-slim for the Dockerfile. It uses the machine's
# own package sources. The root that debootstrap made is kept for the next time.
set -euo pipefail

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/pw-activate-scim-sync
work=$(mktemp -d "${TMPDIR:-/var/tmp}/stand-in.XXXXXX")
trap 'rm -rf -- "$work"' EXIT

# The week is in the name, so that the kept root is never much older than Debian.
archive=$cache/bookworm-$(date +%G-%V)-$(sha256sum "${BASH_SOURCE[0]}" | cut -c1-12).tar
if [[ ! -s $archive ]]; then
    # shellcheck disable=SC2016 # the dollars are apt's
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 'Component: main' | head -n 1)
    [[ -n $mirror ]] || {
        echo "apt knows no source of bookworm to make the base image from" >&2
        exit 69
    }
    root=$work/root
    debootstrap --variant=minbase --include=usr-is-merged bookworm "$root" "$mirror"
    # As in the official image: apt keeps nothing, dpkg installs no manuals.
    rm -f "$root/etc/apt/sources.list"
    cp -a /etc/apt/sources.list /etc/apt/sources.list.d "$root/etc/apt/" 2>/dev/null || true
    cat >"$root/etc/apt/apt.conf.d/docker-clean" <<'APT'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT
    cat >"$root/etc/dpkg/dpkg.cfg.d/docker" <<'DPKG'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
DPKG
    rm -rf "$root"/usr/share/{man,info,locale}/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/*
    find "$root/usr/share/doc" -type f ! -name copyright -delete
    mkdir -p "$cache"
    rm -f "$cache"/bookworm-*.tar
    tar --numeric-owner --sort=name --one-file-system -C "$root" -cf "$archive.part" .
    mv "$archive.part" "$archive"
fi
ln "$archive" "$work/root.tar" 2>/dev/null || cp "$archive" "$work/root.tar"
printf 'FROM scratch\nADD root.tar /\nCMD ["bash"]\n' >"$work/Dockerfile"
rm -rf "$work/root"
buildah bud --timestamp 0 -t "$1" "$work"
