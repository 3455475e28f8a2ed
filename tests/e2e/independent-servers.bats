#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# The scenario of independent_servers.bash on SCIM servers that other projects wrote. Without MORE_SERVERS=1, its first
# steps on one of them.

bats_require_minimum_version 1.5.0
load servers.bash
load independent_servers.bash

setup_file() {
    need_node_modules
    export START_SECONDS=120
}

setup() {
    fixture_once --users 16 --groups 4
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    stop_all
}

need_more() { [[ ${MORE_SERVERS:-} ]] || skip "with MORE_SERVERS=1, as scripts/test.sh --thorough sets it"; }

@test "scim-patch: the scenario" {
    scenario scim-patch
}

@test "scimmy: the scenario" {
    need_more
    scenario scimmy
}

@test "scimmy on express 5: the scenario, as long as one page has all records; then the run ends with 75" {
    need_more
    scenario express-5
}

@test "@better-auth/scim: SSH keys and members above 1,000 are status 4; without them, the scenario, with filters by equality only" {
    need_more
    scenario better-auth
}

@test "@boxyhq/saml-jackson: the members and keys that it does not show are status 4, and leavers become inactive" {
    need_more
    scenario saml-jackson
}
