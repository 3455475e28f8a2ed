#!/usr/bin/env bats
# setup.bash: finds missing packages and installs them. apt-get, dpkg-query, sudo and the compiler are fakes.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)}
    AS=()
    export STATE=$BATS_TEST_TMPDIR/state TMPDIR=$BATS_TEST_TMPDIR/tmp
    FAKES=$BATS_TEST_TMPDIR/bin
    mkdir -p "$STATE" "$TMPDIR" "$FAKES"
    local program
    for program in bash env cat cut grep sed sort head tail mktemp rm dirname touch; do
        ln -s "$(type -P "$program")" "$FAKES/$program"
    done
    touch "$STATE/installed" "$STATE/known" "$STATE/apt.log"
    # dpkg-query prints the content of $STATE/installed; apt-get install adds packages to it that are in $STATE/known.
    fake dpkg-query 'while read -r p; do printf "%s:installed " "$p"; done <"$STATE/installed"'
    fake apt-cache 'shift; [[ $1 == --no-all-versions ]] && shift; [[ $1 == -- ]] && shift
        for p; do grep -qx -- "$p" "$STATE/known" || exit 100; done'
    fake apt-get 'echo "$DEBIAN_FRONTEND $*" >>"$STATE/apt.log"
        [[ ! -e $STATE/apt.broken ]] || { echo "E: the mirror is on fire"; exit 100; }
        [[ " $* " != *" update"* ]] || { cp_known; exit 0; }
        for p; do case $p in -* | install | DPkg*) ;; *) grep -qx -- "$p" "$STATE/known" || { echo "E: no $p"; exit 100; }
            echo "$p" >>"$STATE/installed" ;; esac; done'
    sed -i '2i cp_known() { cat "$STATE/after-update" >>"$STATE/known" 2>/dev/null; }' "$FAKES/apt-get"
    fake cmake 'echo "cmake version 3.25.1"'
    fake node 'echo v18.20.4'
    printf '%s\n' alpha beta >"$STATE/known"
}

teardown() { [[ -z $(ls -A "$TMPDIR") ]]; }

fake() {
    printf '#!/bin/bash\n%s\n' "$2" >"$FAKES/$1"
    chmod +x "$FAKES/$1"
}

# need LIST: as the scripts call it, with only the fakes on PATH.
need() {
    run --separate-stderr env -i PATH="$FAKES" STATE="$STATE" TMPDIR="$TMPDIR" "${AS[@]}" bash -euo pipefail -c \
        'source "$1/scripts/setup.bash"; need "$2"' demo.sh "$SOURCE_DIR" "$1" </dev/null
}

@test "an installed package is not installed again, and apt is not called" {
    printf '%s\n' alpha beta >"$STATE/installed"
    need $'alpha a-program\nbeta b-program'
    [[ $status == 0 && ! -s $STATE/apt.log && -z $stderr ]]
}

@test "software from elsewhere counts: a program on PATH, a header, a file" {
    fake a-program true
    fake g++ 'grep -q "#include <there.h>"'
    need $'alpha a-program\nbeta <missing.h>|<there.h>\ngamma /etc/passwd'
    [[ $status == 0 && ! -s $STATE/apt.log ]]
}

@test "only missing packages are installed, without questions and without recommended packages" {
    ((EUID == 0)) || skip 'plays root'
    echo alpha >"$STATE/installed"
    need $'alpha a-program\nbeta b-program'
    [[ $status == 0 ]]
    [[ $(<"$STATE/apt.log") == 'noninteractive -q -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends beta' ]]
    [[ $stderr == *'Missing: beta'* ]]
}

@test "the package lists are updated only if they lack a package" {
    ((EUID == 0)) || skip 'plays root'
    echo beta >"$STATE/after-update"
    echo alpha >"$STATE/known"
    need $'alpha a-program\nbeta b-program'
    [[ $status == 0 ]]
    [[ $(<"$STATE/apt.log") == 'noninteractive -q -o DPkg::Lock::Timeout=300 update
noninteractive -q -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends alpha beta' ]]
}

@test "an installation that fails because of old lists is tried again with new ones" {
    ((EUID == 0)) || skip 'plays root'
    fake apt-cache true
    echo alpha >"$STATE/after-update"
    : >"$STATE/known"
    need 'alpha a-program'
    [[ $status == 0 ]]
    [[ $(grep -c ' install ' "$STATE/apt.log") == 2 ]]
}

@test "the output of apt is shown only if it fails, and then the status is 69" {
    ((EUID == 0)) || skip 'plays root'
    touch "$STATE/apt.broken"
    need 'alpha a-program'
    [[ $status == 69 && $stderr == *'the mirror is on fire'* ]]
    rm "$STATE/apt.broken"
    need 'nowhere a-program'
    [[ $status == 69 && $stderr == *'demo.sh: apt-get could not install: nowhere'* ]]
}

@test "without apt the missing packages are listed, with status 69" {
    rm "$FAKES/apt-get" "$FAKES/dpkg-query"
    need $'alpha a-program\nbeta b-program'
    [[ $status == 69 && $stderr == *"demo.sh: missing: alpha beta (Debian's names; this is not Debian or Ubuntu"* ]]
}

as_somebody() {
    ((EUID == 0)) || return 0
    AS=("$(type -P setpriv)" --reuid=65534 --regid=65534 --clear-groups)
    chmod -R a+rwX "$BATS_TEST_TMPDIR"
    chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
    "${AS[@]}" test -x "$FAKES/apt-get" || skip 'the temporary folder is private to root'
    "${AS[@]}" test -r "$SOURCE_DIR/scripts/setup.bash" || skip 'the tree is private to root'
}

@test "neither root nor sudo: prints the command to run as root, and ends with 69" {
    as_somebody
    need $'alpha a-program\nbeta b-program'
    [[ $status == 69 && $stderr == *'not root and there is no sudo: as root, run  apt-get install --no-install-recommends alpha beta'* ]]
    [[ ! -s $STATE/apt.log ]]
}

@test "not root: sudo installs, without asking for a password if there is no terminal" {
    as_somebody
    fake sudo 'echo "$*" >>"$STATE/sudo.log"; [[ $1 == --non-interactive ]] && shift; "$@"'
    need 'alpha a-program'
    [[ $status == 0 ]]
    [[ $(tail -n 1 "$STATE/sudo.log") == '--non-interactive env DEBIAN_FRONTEND=noninteractive apt-get -q'*' alpha' ]]
    fake sudo 'exit 1'
    : >"$STATE/installed"
    need 'alpha a-program'
    [[ $status == 69 && $stderr == *'sudo requires a password, and this is not a terminal'* ]]
}

@test "a node or cmake that is too old is named, with the required version" {
    fake node 'echo v12.22.9'
    fake npm true
    need $'nodejs node\nnpm npm'
    [[ $status == 69 && $stderr == *'demo.sh: node is 12.22.9; 18 or newer is needed'* ]]
    fake cmake 'echo "cmake version 3.22.1"'
    need 'alpha cmake'
    [[ $status == 69 && $stderr == *'cmake is 3.22.1; 3.25 or newer is needed'* ]]
}

@test "a node that was not installed by Debian is accepted" {
    fake node 'echo v20.20.2'
    fake npm true
    need $'nodejs node\nnpm npm'
    [[ $status == 0 && ! -s $STATE/apt.log ]]
}
