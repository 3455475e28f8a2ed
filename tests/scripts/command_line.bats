#!/usr/bin/env bats
# pw-activate-scim-sync: options, --help and --version, the search for the tools, paths with spaces.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031 # bats' variables; the fakes' dollars; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

@test "an unknown option is rejected with 64 and the nearest one, and nothing starts" {
    sync --dry-rum
    expect 64 'unknown option --dry-rum; did you mean --dry-run?'
    sync --dryrun
    expect 64 'unknown option --dryrun; did you mean --dry-run?'
    sync --capture-dir=x
    expect 64 'unknown option --capture-dir; did you mean --capture?'
    sync --frobnicate=x
    expect 64 'unknown option --frobnicate; --help lists the options'
    local arguments
    for arguments in -x -nq --=x '--dry-run quiet' --dry-run=yes dry-run '' '--env-file=' --replay; do
        sync "$arguments"
        expect 64
    done
    sync -n --dry-run
    expect 64 '--dry-run is given twice'
    [[ ! -e $STATE/called ]]
}

@test "the value of an option comes after = or as the next word" {
    mkdir old
    cp "$STATE/activate-export.out" old/desired.jsonl
    cp "$STATE/scim-export.out" old/current.jsonl
    sync --replay old
    expect 0 'dry run'
    sync --replay=old
    expect 0 'dry run'
}

@test "--help and --version go to stdout and end 0" {
    sync --help
    [[ $status == 0 && $output == Example:* && -z $stderr ]]
    sync -h
    [[ $status == 0 ]]
    sync --version
    [[ $status == 0 && $output == 'pw-activate-scim-sync 1.2.3' && -z $stderr ]]
    [[ ! -e $STATE/called ]]
}

@test "--help lists every option" {
    local name
    sync --help
    for name in dry-run check replay apply-plan restore restore-leavers capture env-file bin quiet verbose log-level log-format help version; do
        [[ $output == *"--$name"* ]]
    done
}

@test "a missing tool is named, with 69, before anything starts" {
    rm "$FAKES/scim-apply" "$FAKES/scim-diff"
    PATH=$FAKES:/usr/bin:/bin sync
    expect 69 'cannot find scim-diff scim-apply on PATH or in '
    [[ ! -e $STATE/called ]]
}

@test "tools are found next to the script, through a link to it, and in --bin" {
    mkdir beside
    cp "$SYNC" beside/sync
    cp -R "$SYNC.d" beside/
    mv "$FAKES"/* beside/
    ln -s beside/sync link
    PATH=/usr/bin:/bin run --separate-stderr ./link
    expect 0 'done: '
    PATH=/usr/bin:/bin sync --bin=beside
    expect 0 'done: '
    sync --bin=nowhere
    expect 64 '--bin names nowhere, where there is no activate-export scim-export scim-diff scim-apply'
}

@test "the script works in a directory, with a TMPDIR and with a capture directory that have spaces" {
    mkdir 'a b'
    cd 'a b'
    export TMPDIR="$BATS_TEST_TMPDIR/t m p"
    mkdir "$TMPDIR"
    sync --capture='c d'
    expect 0 'done: '
    compgen -G 'c d/*/run.json'
}

@test "--exec runs a command with the variables of the env file, and its own options and input" {
    printf 'ACTIVATE_ORG_NAME="acme inc"\nPATH=/nowhere\n' >.env
    chmod 600 .env
    run --separate-stderr bash -c 'echo input | "$1" --exec bash -c "cat; printf \"%s|\" \"\$ACTIVATE_ORG_NAME\" \"\$@\"" x --dry-run -n ""' x "$SYNC"
    expect 0
    [[ $output == $'input\nacme inc|--dry-run|-n||' ]]
    [[ ! -e $STATE/called ]]
    sync --exec bash -c 'exit 7'
    expect 7
    sync --exec bash -c 'yes | head -n 1; exit "${PIPESTATUS[0]}"'
    expect 141
    sync --exec scim-export --check
    grep -qx -- --check "$STATE/scim-check.args"
}

@test "--exec without a command, with a missing one, or with a misspelt variable runs nothing" {
    sync --exec
    expect 64 '--exec needs a command'
    run -127 --separate-stderr "$SYNC" --exec no-such-command --help
    expect 127 'cannot find no-such-command on PATH'
    DRYRUN=1 sync --exec touch here
    expect 78 'DRYRUN'
    [[ ! -e here ]]
}

@test "an option of a run before --exec is refused, because the command would not see it" {
    local option
    for option in --dry-run -n --check --quiet --log-level=debug --plan=plan.jsonl; do
        sync "$option" --exec touch here
        expect 64 'has no effect on touch; leave it out, or give the command an option of its own, after --exec'
    done
    [[ ! -e here && ! -e plan.jsonl ]]
    env_file <<<DRY_RUN=true
    sync --approve=0123abcd --bin="$FAKES" --exec printenv DRY_RUN SYNC_APPROVE
    expect 0
    [[ $output == $'true\n0123abcd' ]]
}

@test "an option that a tool recommends in a message is passed on, and overrides variable and env file" {
    printf 'SYNC_APPROVE=file\n' >.env
    chmod 600 .env
    SYNC_ADOPT_GROUPS=environment sync --approve=0123456789abcdef --adopt-group a,b --rename-users --max-age=60
    expect 0
    grep -qx 'SYNC_APPROVE=0123456789abcdef' "$STATE/scim-diff.env"
    grep -qx 'SYNC_APPROVE=0123456789abcdef' "$STATE/scim-apply.env"
    grep -qx 'SYNC_ADOPT_GROUPS=a,b' "$STATE/scim-diff.env"
    grep -qx 'SYNC_RENAME_USERS=true' "$STATE/scim-diff.env"
    grep -qx 'SYNC_MAX_PLAN_AGE=60' "$STATE/scim-apply.env"
    # Every option that a message about the plan or its application recommends is known here.
    local option
    "$SYNC" --help >known
    for option in $(sed -n '/^common\/\(plan\|apply\|http\|record\)\//,/^$/p' "$SOURCE_DIR/tests/scripts/messages.txt" |
        sed 's/scim-[a-z]* --[a-z-]*//g' | grep -oE -- '(^|[ (])--[a-z][a-z-]+' | tr -d ' (' | sort -u); do
        [[ $option == --@(confirm|bulk|ca-file|restore|restore-leavers) ]] || grep -q -- "  $option\b" known || {
            echo "$option"
            return 1
        }
    done
}
