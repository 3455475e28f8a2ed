#!/usr/bin/env bats
# Hardening: the flags of a release build and their effect on a program, and the environment that the scripts ignore.
# shellcheck disable=SC2154,SC2016 # bats' variables; dollars of other shells

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

@test "a release build has a stack protector, _FORTIFY_SOURCE, full RELRO and PIE" {
    local build=$BATS_TEST_TMPDIR/build source flags
    command -v cmake ninja readelf >/dev/null || skip 'no cmake, ninja or readelf'
    cmake -S "$SOURCE_DIR" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSCIM_SYNC_TESTS=OFF >/dev/null
    jq -e 'all(.[] | select(.file | test("/(common|tools)/")) | .command;
        contains(" -fstack-protector-strong ") and contains(" -D_FORTIFY_SOURCE=2 ") and contains(" -fPIE ") and (contains(" -fPIC ") | not))' "$build/compile_commands.json"
    for tool in activate-export scim-export scim-diff scim-apply; do
        ninja -C "$build" -t commands "$tool" | tail -n 1 | grep -q -- ' -pie .*-Wl,-z,relro,-z,now\| -Wl,-z,relro,-z,now.* -pie '
    done
    # The same flags for a program that is compiled quickly.
    flags=$(jq -r 'first(.[] | select(.file | endswith("/tools/scim-diff.cpp")).command)' "$build/compile_commands.json" | tr ' ' '\n' | grep -E '^-(O|f|U|D_F)' | grep -v -- -ffile | xargs)
    source=$BATS_TEST_TMPDIR/program.cpp
    printf '#include <cstring>\nint main(int, char** argv) { char b[9]; std::strcpy(b, argv[0]); return b[1]; }\n' >"$source"
    # shellcheck disable=SC2086 # a list of flags
    c++ $flags -w "$source" -o "$BATS_TEST_TMPDIR/program" -pie -Wl,-z,relro,-z,now
    hardened "$BATS_TEST_TMPDIR/program"
}

# hardened PROGRAM: checks it with readelf.
hardened() {
    readelf -hW "$1" | grep -q 'Type: *DYN'
    readelf -dW "$1" | grep -q 'BIND_NOW\|Flags:.* NOW'
    readelf -lW "$1" | grep -q GNU_RELRO
    readelf -lW "$1" | grep -q 'GNU_STACK.* RW '
    readelf -sW "$1" | grep -q '__stack_chk_fail'
    readelf -sW "$1" | grep -q '__[a-z]*_chk@'
}

@test "the programs of a release build are hardened" {
    local tool
    for tool in activate-export scim-export scim-diff scim-apply; do
        [[ -x $SOURCE_DIR/build/release/tools/$tool ]] || skip "no release build of $tool here"
        hardened "$SOURCE_DIR/build/release/tools/$tool"
    done
}

@test "bash takes no function, no BASH_ENV and no option from the environment" {
    echo '[[ $0 != */pw-activate-scim-sync && $0 != */reseal && $0 != */plan-show && $0 != */rehearse && $0 != */sync-captures ]] || touch "$STATE/beaten"' >"$STATE/env"
    local script
    run --separate-stderr env "BASH_ENV=$STATE/env" "ENV=$STATE/env" SHELLOPTS=xtrace:noexec BASHOPTS=failglob CDPATH=/ 'GLOBIGNORE=*' TMOUT=1 POSIXLY_CORRECT=1 \
        'BASH_FUNC_jq%%=() { touch "$STATE/beaten"; }' 'BASH_FUNC_mkdir%%=() { touch "$STATE/beaten"; }' "$SYNC"
    expect 0 'done: '
    [[ $stderr != *'+ '* ]]
    for script in reseal plan-show rehearse sync-captures; do
        run env "BASH_ENV=$STATE/env" 'BASH_FUNC_cat%%=() { touch "$STATE/beaten"; }' SHELLOPTS=xtrace "$SCRIPTS/$script" --help
        [[ $status == 0 && $output != *'+ '* ]]
    done
    [[ ! -e $STATE/beaten ]]
}

@test "metrics and captures follow no link that another user has made" {
    ((EUID == 0)) || skip 'only root can play another user'
    mkdir shared
    chmod 1777 shared
    echo precious >precious
    ln -s "$PWD/precious" "shared/metrics.$$"
    ln -s "$PWD/precious" shared/metrics
    mkdir "$BATS_TEST_TMPDIR/elsewhere"
    METRICS_FILE=$PWD/shared/metrics CAPTURE_DIR=$PWD/shared/captures RUN_ID=known sync
    expect 0
    [[ $(<precious) == precious && ! -L shared/metrics ]]
    grep -q '^pw_scim_sync_last_run_status 0$' shared/metrics
    # A directory with the name of the capture exists before: another name is used, and nothing is written there.
    rm -r shared/captures
    mkdir shared/captures
    local second
    for second in {0..20}; do
        TZ=UTC0 printf -v second '%(%Y%m%dT%H%M%SZ)T' "$(($(printf '%(%s)T' -1) + second))"
        ln -s "$BATS_TEST_TMPDIR/elsewhere" "shared/captures/$second-known"
    done
    CAPTURE_DIR=$PWD/shared/captures RUN_ID=known sync
    expect 0
    [[ $stderr == *'cannot write to the capture directory'* && -z $(ls -A "$BATS_TEST_TMPDIR/elsewhere") ]]
}

@test "definitions in ~/.jq change no result of a script" {
    local jq_program line name=0
    mkdir "$BATS_TEST_TMPDIR/home"
    export HOME=$BATS_TEST_TMPDIR/home
    line='"resource":"User","externalId":"a","userName":"ada@acme.org","before":null,"after":{},"why":[]}'
    plan '{"create":1,"deactivate":1,"held":1}' '{"type":"change","action":"create","id":"c-1",'"$line" '{"type":"change","action":"deactivate","id":"c-2","held":"deactivations",'"$line"
    for jq_program in '' 'def select(f): .; def tojson: "odd";' 'def broken'; do
        printf '%s\n' "$jq_program" >"$HOME/.jq"
        rm -rf captures
        sync --dry-run --capture=captures
        expect 0 'dry run: would create 1, update 0, deactivate 0, 1 held'
        "$SCRIPTS/reseal" "$STATE/scim-diff.out" >resealed
        "$SCRIPTS/plan-show" "$STATE/scim-diff.out" >shown
        "$SCRIPTS/sync-captures" list --dir=captures/dry-runs | sed -E 's/[0-9TZ.:-]{20,}|[0-9.]+ s|[0-9a-f]{8}//g' >listed
        name=$((name + 1))
        cat resealed shown listed >"results$name"
    done
    cmp results1 results2
    cmp results1 results3
}

@test "no script starts jq without a home directory that has no ~/.jq" {
    local file
    cd "$SCRIPTS"
    # The function jq in files.bash is not used by a command that another command starts.
    grep -nE '^[^#]*\b(xargs|env|exec|command) ([^|;]* )?jq ' pw-activate-scim-sync{,.d/*.bash} plan-show rehearse reseal sync-captures >"$BATS_TEST_TMPDIR/found"
    refute grep -v HOME=/dev/null "$BATS_TEST_TMPDIR/found"
    for file in pw-activate-scim-sync plan-show rehearse reseal sync-captures; do
        grep -qE '/files.bash"$|for part in .* files ' "$file"
    done
}

@test "FUNCNEST has no effect, and a failure before the run begins ends with 70" {
    FUNCNEST=4 sync
    expect 0 'done: '
    cp -r "$SCRIPTS" copy
    rm copy/pw-activate-scim-sync.d/finish.bash
    run --separate-stderr copy/pw-activate-scim-sync -n --exit-code
    expect 70 'finish.bash: No such file or directory'
}
