#!/bin/bash
# run.sh: the Debian package on a fresh Debian: installed, its timer started by hand, one run against the sandbox, purged.
#
# A small Debian is made by debootstrap and booted by systemd-nspawn. That takes minutes, so it runs with PACKAGE_TEST=1 only, which
# scripts/test.sh --thorough sets; elsewhere it ends with 77 (skipped). PACKAGE_BUILD names a build directory to use.
#
#   PACKAGE_TEST=1 SANDBOX=build/dev/tests/sandbox/sandbox tests/package/run.sh
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
source_dir=$PWD
: "${SANDBOX:?the sandbox program}"

skip() {
    echo "package: skipped: $1"
    exit 77
}
[[ -n ${PACKAGE_TEST:-} ]] || skip 'PACKAGE_TEST is not set'
((EUID == 0)) || skip 'only root can make and boot a Debian'
for program in debootstrap systemd-nspawn lintian; do
    type -P "$program" >/dev/null || skip "$program is missing"
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/package-test.XXXXXX")
sandbox_pid=''
clean_up() {
    [[ -z $sandbox_pid ]] || kill "$sandbox_pid"
    rm -rf --one-file-system -- "$folder"
}
trap clean_up EXIT

echo '# build'
build=${PACKAGE_BUILD:-$folder/build}
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSCIM_SYNC_TESTS=OFF >"$folder/cmake.log"
cmake --build "$build" --target package >>"$folder/cmake.log" || { tail -n 30 "$folder/cmake.log" && exit 1; }
cd "$build"
deb=$(echo ./*.deb)
sha256sum --check --quiet ./*.sha256

echo '# lintian'
lintian --fail-on error,warning "$deb"

echo '# a fresh Debian'
mirror=$(sed -nE 's/^(URIs:|deb( \[[^]]*\])?) *(https?:[^ ]*\/debian\/?)( .*)?$/\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1) || true
root=$folder/root
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" ${mirror:+"$mirror"} >"$folder/debootstrap.log" ||
    { tail "$folder/debootstrap.log" && exit 1; }
cp -- "$deb" "$root/package.deb"
cp -- "$source_dir/tests/package/inside.sh" "$root/inside.sh"

"$SANDBOX" --port 0 --env-file "$root/sandbox.env" >"$folder/sandbox.out" &
sandbox_pid=$!
until grep -q '^ready ' "$folder/sandbox.out"; do sleep 0.1; done

echo '# boot'
cat >"$root/etc/systemd/system/inside.service" <<'END'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /inside.sh
StandardOutput=file:/inside.out
StandardError=inherit
ExecStopPost=/bin/systemctl poweroff --no-block
END
mkdir -p "$root/etc/systemd/system/graphical.target.wants"
ln -s ../inside.service "$root/etc/systemd/system/graphical.target.wants/inside.service"
timeout 600 systemd-nspawn --quiet --directory "$root" --boot --register=no --keep-unit >"$folder/boot.log" 2>&1 </dev/null || true
cat "$root/inside.out"
grep -qx 'package: all is well' "$root/inside.out"
url=$(sed -n 's/^ready .*\(http[^ ]*\).*/\1/p' "$folder/sandbox.out")
users=$(curl -fsS "${url%/}/sandbox/scim" | jq '[.Users[] | select(.externalId // "" | startswith("pw-activate:")) | select(.active)] | length')
((users > 100)) || { echo "SCIM has $users managed users" && exit 1; }
echo "# $users users are in SCIM"
