#!/usr/bin/env bats
# pw-activate-scim-sync: env files that are damaged, or have long lines.
# shellcheck disable=SC2016,SC2154 # the dollars of the fakes; variables of bats

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

@test "an env file that lost its end in a crash ends the run: NUL bytes, no byte, or a last line that stops after =" {
    local text=$'CW_SCIM_ORG_USERID=acme\nDRY_RUN=true\nACTIVATE_SYNC_GROUPS=pilot\n'
    { printf 'CW_SCIM_ORG_USERID=acme\n' && head -c 40 /dev/zero; } | env_file
    sync
    expect 78 '.env has a NUL byte, so it is damaged; write it again'
    env_file </dev/null
    sync
    expect 78 '.env is empty; write the settings into it, or remove it'
    sync --env-file=.env
    expect 78 '.env is empty'
    printf %s "${text%%true*}" | env_file
    sync
    expect 78 '.env:2: DRY_RUN has no value, and the last line has no newline, so the file may be cut off'
    [[ ! -e $STATE/called ]]
    printf '%s' 'ACTIVATE_ORG_NAME=acme' | env_file
    sync
    expect 0
    printf 'DRY_RUN=\n' | env_file
    sync
    expect 0
}

@test "a line of an env file with a carriage return in the middle ends the run, also in a comment" {
    printf '# dry runs only\rDRY_RUN=true\r' | env_file
    sync
    expect 78 '.env:1: a carriage return in the middle; end each line with a newline'
    [[ ! -e $STATE/called ]]
}

@test "a long line of an env file takes time that is linear in its length" {
    local quote names
    names=$(printf 'user%d@acme.org,' {1..3000})
    for quote in '' "'" '"'; do
        printf '%s\n' "SYNC_PROTECTED_USERS=$quote$names$quote" | env_file
        before scim-diff <<<'printf "%s" "$SYNC_PROTECTED_USERS" >"$STATE/value"'
        run --separate-stderr timeout 60 "$SYNC" # with a quadratic time: 10 minutes
        expect 0
        [[ $(<"$STATE/value") == "$names" ]]
    done
}
