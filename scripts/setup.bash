# Sourced by demo.sh and test.sh: installs missing packages, builds, and reports the progress.
#
# Debian 12 or newer, or Ubuntu 24.04 or newer: missing packages are installed by apt, as root or through sudo. Elsewhere, or without
# either, they are listed and the script ends with 69. Installed software is never replaced.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the lists are read by who sources this

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly root

# PACKAGE  the proof that it is installed: a program on PATH, or a header that the compiler finds (<...>)
readonly build_needs='
g++                    g++
cmake                  cmake
ninja-build            ninja
pkg-config             pkg-config
jq                     jq
ca-certificates        /etc/ssl/certs/ca-certificates.crt
nlohmann-json3-dev     <nlohmann/json.hpp>
libcurl4-openssl-dev   <curl/curl.h>
libargh-dev            <argh.h>
libsodium-dev          <sodium.h>
libsimdjson-dev        <simdjson.h>
libssl-dev             <openssl/evp.h>
libutf8proc-dev        <utf8proc.h>
nettle-dev             <nettle/sha2.h>
zlib1g-dev             <zlib.h>'
readonly sandbox_needs='
catch2                 <catch2/catch.hpp>|<catch2/catch_test_macros.hpp>
libcpp-httplib-dev     <httplib.h>
curl                   curl'
readonly test_needs='
bats                   bats
nodejs                 node
npm                    npm
shellcheck             shellcheck
shfmt                  shfmt
clang-format           clang-format
codespell              codespell
mandoc                 mandoc
openssh-client         ssh-keygen
openssl                openssl
procps                 ps
kubernetes-client      kubectl
valgrind               valgrind'
readonly thorough_needs='
clang-tidy             clang-tidy
python3-clang          /usr/lib/python3/dist-packages/clang/cindex.py
chromium               chromium'
readonly fuzz_needs='
clang                  clang++
libclang-rt-dev        /usr/lib/clang/14/lib/linux/libclang_rt.fuzzer-x86_64.a'
readonly coverage_needs='
llvm                   llvm-cov'
# Debian's prometheus starts a service where systemd runs, so it is not among the packages of the tests.
readonly operation_needs='
prometheus             promtool
zsh                    zsh
fish                   fish
systemd                systemd-analyze
systemd-container      systemd-nspawn
lintian                lintian
debootstrap            debootstrap'
readonly container_needs='
buildah                buildah
podman                 podman
runc                   runc
conmon                 conmon
catatonit              catatonit
debootstrap            debootstrap'
readonly bench_needs='
nodejs                 node
npm                    npm
python3                python3
python3-requests       /usr/lib/python3/dist-packages/requests/__init__.py
sqlite3                sqlite3
gnuplot-nox            gnuplot
nginx-light            nginx
nghttp2-client         h2load
time                   /usr/bin/time'

say() { printf '%s\n' "$*" >&2; }

# die STATUS SENTENCE
die() {
    say "${0##*/}: ${*:2}"
    exit "$1"
}

# has PROOF: whether it is installed. The proofs are separated by |.
has() {
    local proof
    local -a proofs
    IFS='|' read -ra proofs <<<"$1"
    for proof in "${proofs[@]}"; do
        case $proof in
            \<*) printf '#include %s\n' "$proof" | g++ -std=c++20 -x c++ -fsyntax-only - >/dev/null 2>&1 ;;
            /*) [[ -s $proof ]] ;;
            *) type -P "$proof" >/dev/null ;;
        esac && return
    done
    return 1
}

# Reads PACKAGE PROOF lines; prints the packages that are missing.
missing_of() {
    local package proof installed=' '
    if type -P dpkg-query >/dev/null; then
        # shellcheck disable=SC2016 # the dollars are dpkg-query's
        installed=" $(dpkg-query -W -f '${Package}:${db:Status-Status} ' 2>/dev/null) "
    fi
    while read -r package proof; do
        [[ -n $package && $installed != *" $package:installed "* ]] || continue
        has "$proof" || printf '%s\n' "$package"
    done <<<"$1"
}

# as_root COMMAND...: sudo asks for a password only if there is a terminal.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif [[ -t 0 && -t 2 ]]; then
        sudo "$@"
    else
        sudo --non-interactive "$@"
    fi
}

# quietly WHAT COMMAND...: prints one line, and the output of the command only if it fails.
quietly() {
    local what=$1 log rc=0 start=$EPOCHSECONDS
    shift
    log=$(mktemp "${TMPDIR:-/tmp}/pw-activate-scim-sync.XXXXXX") || die 74 "cannot write to ${TMPDIR:-/tmp}; set TMPDIR"
    printf '%s ... ' "$what" >&2
    "$@" >"$log" 2>&1 </dev/null || rc=$?
    if ((rc)); then
        say "failed (status $rc)"
        cat -- "$log" >&2
    else
        say "done in $((EPOCHSECONDS - start)) s"
    fi
    rm -f -- "$log"
    return "$rc"
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

# One by one: apt-cache succeeds if it finds any of several.
are_listed() {
    local package
    for package; do
        apt-cache show --no-all-versions -- "$package" >/dev/null 2>&1 || return 1
    done
}

install_missing() {
    local -a packages=("$@")
    local list="${packages[*]}"
    if ! type -P apt-get >/dev/null || ! type -P dpkg-query >/dev/null; then
        die 69 "missing: $list (Debian's names; this is not Debian or Ubuntu, so install what provides them and come again)"
    fi
    if ((EUID != 0)); then
        type -P sudo >/dev/null ||
            die 69 "missing: $list; not root and there is no sudo: as root, run  apt-get install --no-install-recommends $list"
        if [[ ! (-t 0 && -t 2) ]] && ! sudo --non-interactive true 2>/dev/null; then
            die 69 "missing: $list; sudo requires a password, and this is not a terminal: as root, run  apt-get install --no-install-recommends $list"
        fi
        [[ ! (-t 0 && -t 2) ]] || as_root true || die 69 "missing: $list; sudo did not let us install them"
    fi
    say "Missing: $list"
    # The lists of a new machine are empty, and those of an old one have versions that no longer exist.
    if ! are_listed "${packages[@]}"; then
        quietly 'Reading the package lists' apt update || die 69 "apt-get update failed; is the network there?"
    elif quietly 'Installing' apt install --yes --no-install-recommends "${packages[@]}"; then
        return
    else
        quietly 'Reading the package lists' apt update || die 69 "apt-get update failed; is the network there?"
    fi
    quietly 'Installing' apt install --yes --no-install-recommends "${packages[@]}" ||
        die 69 "apt-get could not install: $list; see its output above"
}

# at_least WANTED WHAT FOUND: fails with a message if a program from elsewhere is too old.
at_least() {
    [[ $(printf '%s\n' "$1" "$3" | sort -V | head -n 1) == "$1" ]] || die 69 "$2 is ${3:-of unknown version}; $1 or newer is needed"
}

# need LIST...: installs the packages of the lists that the machine lacks.
need() {
    local missing text
    missing=$(missing_of "$*")
    # shellcheck disable=SC2086 # a list of words
    [[ -z $missing ]] || install_missing $missing
    missing=$(missing_of "$*")
    [[ -z $missing ]] || die 69 "still missing after the installation: ${missing//$'\n'/ }"
    text=$(cmake --version) && text=${text%%$'\n'*} && at_least 3.25 cmake "${text##* }"
    if [[ $* == *nodejs* ]]; then
        text=$(node --version) && at_least 18 node "${text#v}"
    fi
}

# build PRESET [-DNAME=VALUE]... [TARGET]...: configures and builds. A build directory that was copied from another place is made anew.
build() {
    local preset=$1 cache=$root/build/$1/CMakeCache.txt
    local -a settings=() targets=()
    shift
    while [[ ${1:-} == -D* ]]; do
        settings+=("$1")
        shift
    done
    (($#)) && targets=(--target "$@")
    if [[ -f $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
        settings+=(--fresh)
    fi
    cd -- "$root" || die 74 "cannot enter $root"
    quietly "Configuring ($preset)" cmake --preset "$preset" "${settings[@]}" ||
        die 70 "cmake could not configure; see its output above"
    quietly "Building ($preset; some minutes when it is new)" cmake --build --preset "$preset" "${targets[@]}" ||
        die 70 "the build failed; see the output of the compiler above"
}
