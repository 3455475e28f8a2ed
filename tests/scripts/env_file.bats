#!/usr/bin/env bats
# pw-activate-scim-sync: the env file, and the way of the credentials.
# shellcheck disable=SC2154,SC1003,SC2016,SC2030,SC2031 # bats' variables; dollars that must stay; each test is a subshell

bats_require_minimum_version 1.5.0
load fakes

setup() { setup_fakes; }

teardown() { nothing_left; }

# given NAME: the variable that activate-export found in its environment, or "(unset)".
given() {
    if grep -q "^$1=" "$STATE/activate-export.env"; then
        sed -n "s/^$1=//p" "$STATE/activate-export.env"
    else
        echo '(unset)'
    fi
}

@test "the .env in the working directory is read by default" {
    env_file <<<'ACTIVATE_ORG_NAME=acme'
    sync
    expect 0
    [[ $(given ACTIVATE_ORG_NAME) == acme ]]
    [[ $stderr != *warning* ]]
}

@test "quotes, comments, spaces, export and line ends are understood" {
    env_file <<'ENV'
# a comment
   # another

PW_A=plain
  export PW_B = 'single "quoted" # not a comment'   # a comment
PW_C="double 'quoted' \" \\ # not a comment"# a comment
PW_D=a#b
PW_E=  two words   # a comment
PW_F=
PW_G=""
PW_H= # a comment
PW_I=a=b==
PW_L=#a,b # a comment
ENV
    printf 'PW_J=crlf\r\nPW_K=no newline' >>.env
    sync
    expect 0
    [[ $(given PW_A) == plain ]]
    [[ $(given PW_B) == 'single "quoted" # not a comment' ]]
    [[ $(given PW_C) == "double 'quoted' \" \\ # not a comment" ]]
    [[ $(given PW_D) == a#b ]]
    [[ $(given PW_E) == 'two words' ]]
    [[ $(given PW_F) == '' && $(given PW_G) == '' && $(given PW_H) == '' ]]
    [[ $(given PW_I) == a=b== && $(given PW_L) == '#a,b' ]]
    [[ $(given PW_J) == crlf && $(given PW_K) == 'no newline' ]]
}

@test "nothing in the file is expanded or run" {
    env_file <<'ENV'
PW_A=$(touch pwned-a)
PW_B="$(touch pwned-b) `touch pwned-c` ${HOME} \$HOME \`x\`"
PW_C='$(touch pwned-d)'
PW_D=a;touch pwned-e
PW_E=a&touch pwned-f|cat
PW_F=~ *
ENV
    sync
    expect 0
    [[ $(given PW_A) == '$(touch pwned-a)' ]]
    [[ $(given PW_B) == '$(touch pwned-b) `touch pwned-c` ${HOME} $HOME `x`' ]]
    [[ $(given PW_C) == '$(touch pwned-d)' ]]
    [[ $(given PW_D) == 'a;touch pwned-e' ]]
    [[ $(given PW_F) == '~ *' ]]
    [[ $(ls -A) == .env ]]
}

@test "a line that is not NAME=value is rejected by its number, without its text" {
    local line
    for line in '$(touch pwned)=x' 'a[$(touch pwned)]=x' 'touch pwned' 's3cret' '1A=x' 'A-B=x' 'PW_A+=x'; do
        printf 'ACTIVATE_ORG_NAME=acme\n%s\n' "$line" | env_file
        sync
        expect 78 '.env:2: this is not NAME=value'
        [[ $stderr != *"$line"* ]]
    done
    for line in "ACTIVATE_API_KEY='s3cret" 'ACTIVATE_API_KEY="s3cret' "ACTIVATE_API_KEY='a's3cret" 'ACTIVATE_API_KEY="a" s3cret' 'ACTIVATE_API_KEY="s3cret\'; do
        env_file <<<"$line"
        sync
        expect 78 '.env:1: the quotes of ACTIVATE_API_KEY do not close, or more follows them'
        [[ $stderr != *s3cret* ]]
    done
    [[ $(ls -A) == .env && ! -e $STATE/called ]]
}

@test "the environment overrides the file, and settings of other programs also with an empty value" {
    env_file <<'ENV'
ACTIVATE_ORG_NAME=file
HTTPS_PROXY=file
DRY_RUN=true
ENV
    ACTIVATE_ORG_NAME=environment HTTPS_PROXY='' DRY_RUN=false sync
    expect 0 'done: '
    [[ $(given ACTIVATE_ORG_NAME) == environment ]]
    [[ $(given HTTPS_PROXY) == '' ]]
}

@test "an empty setting in the environment does not override that of the file: the run ends" {
    local line
    for line in DRY_RUN=true DRY_RUN=YES DRY_RUN=ture ACTIVATE_SYNC_GROUPS=hpc SYNC_PROTECTED_USERS=root@acme.org SYNC_PROTECT_FILE=names SYNC_STRICT=true \
        SYNC_MAX_DEACTIVATIONS=0 SYNC_NAMESPACE=blue ACTIVATE_ORG_ID=1; do
        env_file <<<"$line"
        run --separate-stderr env "${line%%=*}=" "$SYNC"
        expect 78 "${line%%=*} is empty in the environment, and .env:1 sets it; unset it in the environment, or remove that line"
        [[ ! -e $STATE/called ]]
    done
    for line in DRY_RUN=false SYNC_STRICT=no SYNC_STRICT=; do
        env_file <<<"$line"
        run --separate-stderr env "${line%%=*}=" "$SYNC"
        expect 0 'done: '
    done
    env_file <<<ACTIVATE_API_KEY=k
    ACTIVATE_API_KEY='' ACTIVATE_API_KEY_FILE=/my/key sync
    expect 0 'done: '
}

@test "the file cannot give another name to a setting of the environment" {
    env_file <<'ENV'
ACTIVATE_API_KEY_FILE=/other/key
CW_SCIM_ORG_USERID=production
CW_SCIM_BEARER_TOKEN=other
ENV
    ACTIVATE_API_KEY=k CW_SCIM_BASE_URL=http://127.0.0.1:1/ CW_SCIM_BEARER_TOKEN_FILE=/my/token sync
    expect 0
    [[ $(given ACTIVATE_API_KEY_FILE) == '(unset)' && $(given CW_SCIM_ORG_USERID) == '(unset)' ]]
    refute grep -q '^CW_SCIM_BEARER_TOKEN=' "$STATE/scim-export.env"
    sync
    [[ $(given ACTIVATE_API_KEY_FILE) == /other/key && $(given CW_SCIM_ORG_USERID) == production ]]
}

@test "only variables of this program are read from the file: PATH and LD_PRELOAD are ignored with a warning" {
    env_file <<'ENV'
PATH=/nowhere
LD_PRELOAD=/evil.so
BASH_ENV=/evil
IFS=x
option=x
SHELLOPTS=xtrace
ACTIVATE_ORG_NAME=acme
ENV
    sync
    expect 0 'done: '
    [[ $(given PATH) == "$PATH" && $(given LD_PRELOAD) == '(unset)' && $(given BASH_ENV) == '(unset)' ]]
    [[ $(given ACTIVATE_ORG_NAME) == acme ]]
    [[ $stderr == *'warning: .env:1: PATH is not a variable of this program and is left alone'* ]]
    [[ $stderr == *'.env:2: LD_PRELOAD is not'* ]]
}

@test "a file that others can read gets a warning with the remedy" {
    env_file <<<'ACTIVATE_ORG_NAME=acme'
    chmod 640 .env
    sync
    expect 0
    [[ $stderr == *'warning: .env can be read by others (mode 640) and may hold a credential; chmod 600 .env'* ]]
}

@test "a credential in the wrong place is not shown, in any message, log or capture" {
    local key=pwt_aHR0cHM6Ly94.canary-key-4711 setting
    export CW_SCIM_BEARER_TOKEN=canary-token-4711
    for setting in LOG_LEVEL LOG_FORMAT RUN_ID DRY_RUN SYNC_GRACE_SECONDS HEARTBEAT_URL ACTIVATE_SOURCE CAPTURE_DIR SYNC_LOCK_FILE METRICS_FILE; do
        run --separate-stderr env "$setting=/proc/nowhere/$key" "$SYNC"
        [[ $stderr != *canary* ]] || { echo "$setting: $stderr" && return 1; }
        run --separate-stderr env "$setting=$CW_SCIM_BEARER_TOKEN" LOG_FORMAT=json "$SYNC"
        [[ $stderr != *canary* ]] || { echo "$setting: $stderr" && return 1; }
    done
    rm -rf canary*
    RUN_ID=$key sync
    expect 78 RUN_ID
    for setting in --env-file --bin --replay --apply-plan --log-level; do
        sync "$setting=$key"
        expect 64
        [[ $stderr != *canary* ]] || { echo "$setting: $stderr" && return 1; }
    done
    ends scim-export 77 "scim-export: denied for $key"
    sync --capture="$BATS_TEST_TMPDIR/captures"
    expect 77 'denied for ***'
    refute grep -q canary "$(captured run.json)" "$(captured run.log)"
}

@test "a file that others can write is rejected, whether it is given or found" {
    local mode
    for mode in 620 602 666; do
        env_file <<<'ACTIVATE_ORG_NAME=acme'
        chmod "$mode" .env
        sync
        expect 78 ".env can be written by others (mode $mode), who could decide what is synchronized; chmod 600 .env"
        sync --env-file=.env
        expect 78 '.env can be written by others'
    done
    [[ ! -e $STATE/called ]]
}

@test "--env-file replaces .env" {
    env_file <<<'ACTIVATE_ORG_NAME=acme'
    mv .env other
    env_file <<<'ACTIVATE_ORG_ID=5'
    sync --env-file=other
    expect 0
    [[ $(given ACTIVATE_ORG_NAME) == acme && $(given ACTIVATE_ORG_ID) == '(unset)' ]]
    sync --env-file=missing
    expect 64 '--env-file names missing, which is not a file that can be read'
}

@test "DRY_RUN, LOG_FORMAT and CAPTURE_DIR in the file are used" {
    env_file <<ENV
DRY_RUN=yes
LOG_FORMAT=json
CAPTURE_DIR="$BATS_TEST_TMPDIR/captures"
ENV
    sync
    expect 0 'dry run: '
    jq -e . <<<"$(last_line)"
    compgen -G "$BATS_TEST_TMPDIR/captures/dry-runs/*/run.json"
}

@test "a .env of another user is not used unless it is given" {
    ((EUID == 0)) || skip 'only root can give a file away'
    env_file <<<'ACTIVATE_ORG_NAME=acme'
    chown 65534 .env
    sync
    expect 78 '.env belongs to another user (uid 65534)'
    [[ ! -e $STATE/called ]]
    sync --env-file=.env
    expect 0
}

@test "each stage gets only the credentials that it needs" {
    env_file <<'ENV'
ACTIVATE_API_KEY=s3cret-activate
CW_SCIM_BEARER_TOKEN=s3cret-scim
ENV
    CAPTURE_DIR=$BATS_TEST_TMPDIR/captures sync
    expect 0
    grep -q s3cret-activate "$STATE/activate-export.env"
    local tool
    for tool in activate-export activate-confirm; do
        grep -q s3cret-activate "$STATE/$tool.env"
        refute grep -q s3cret-scim "$STATE/$tool.env"
    done
    for tool in scim-export scim-apply; do
        grep -q s3cret-scim "$STATE/$tool.env"
        refute grep -q s3cret-activate "$STATE/$tool.env"
    done
    refute grep -q s3cret "$STATE/scim-diff.env"
}

@test "no credential is in any argv, log, capture or message" {
    # No other test may have these in an argument: it may run at the same time.
    env_file <<'ENV'
ACTIVATE_API_KEY=nestling-activate
CW_SCIM_BEARER_TOKEN=nestling-scim
HEARTBEAT_URL=https://127.0.0.1:1/nestling-beat
ENV
    local tool
    for tool in activate-export scim-export scim-diff scim-apply; do
        before "$tool" <<<'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" " " >>"$STATE/argv"'
    done
    cat >"$FAKES/curl" <<'FAKE'
#!/bin/bash
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' >>"$STATE/argv"
FAKE
    chmod +x "$FAKES/curl"
    LOG_LEVEL=debug CAPTURE_DIR=$BATS_TEST_TMPDIR/captures sync -v
    expect 0
    grep -q pw-activate-scim-sync "$STATE/argv"
    refute grep -q 'nestling[-]' "$STATE/argv"
    refute grep -rq 'nestling[-]' "$BATS_TEST_TMPDIR/captures"
    [[ $stderr != *nestling-* ]]
}

@test "a misspelt variable in the env file ends the run before anything starts" {
    env_file <<<'SYNC_MAX_DEACTIVATION=3'
    sync
    expect 78 '.env:1: SYNC_MAX_DEACTIVATION is not a variable of this program; did you mean SYNC_MAX_DEACTIVATIONS?'
    [[ ! -e $STATE/called ]]
    env_file <<<$'DRYRUN=true\nSYNC_IGNORE_VARIABLES=DRYRUN'
    sync
    expect 0
    env_file <<<'DRYRUN='
    sync
    expect 0
}

@test "a misspelt variable in the environment ends the run before anything starts" {
    local name
    for name in DRYRUN SYNC_DRY_RUN SYNC_GROUPS ACTIVATE_SYNC_GROUP SYNC_PROTECTED_USER SYNC__JOBS dry_run; do
        run --separate-stderr env "$name=true" "$SYNC"
        expect 78 "$name is not a variable of this program; did you mean "
    done
    [[ ! -e $STATE/called ]]
    DRYRUN=true SYNC_IGNORE_VARIABLES='OTHER, DRYRUN' sync
    expect 0
}

@test "a name with a prefix of this program, not close to a variable, is a warning only in the file" {
    env_file <<<'SYNC_MAX_DEACTIVATIONS_PERCENT=3'
    SYNC_SERVICE_HOST=10.0.0.1 SYNC_PORT=tcp://10.0.0.1:80 SYNC_SOMETHING_ELSE=1 PW_CONTEXT=x METRICS_PORT=9 LOGLEVEL=x CI_SYNC=1 sync
    expect 0
    [[ $(grep -c warning <<<"$stderr") == 1 ]]
}

@test "the variables that are read are those of env.example" {
    source "$SOURCE_DIR/scripts/pw-activate-scim-sync.d/variables.bash"
    diff <(printf '%s\n' "${ours[@]}" | sort) <(sed -nE 's/^#?([A-Za-z0-9_]+)=.*/\1/p' "$SOURCE_DIR/env.example" | sort)
}

@test "env.example can be read by this program, and has every variable of the tools" {
    cp "$SOURCE_DIR/env.example" .env
    chmod 600 .env
    sync
    expect 0
    [[ $stderr != *warning* ]]
    sed 's/^#\([A-Z_]*=\)/\1/' "$SOURCE_DIR/env.example" | sed '/^\(HEARTBEAT_URL\|PUSHGATEWAY_URL\|METRICS_FILE\|CAPTURE_DIR\|SYNC_LOCK_FILE\|SYNC_POLICY[A-Z_]*\|SYNC_NOTIFY_[A-Z]*\)=/d' | env_file
    sync
    expect 0
    [[ $stderr != *warning* ]]
    local name
    for name in $(grep -rhoE '"(ACTIVATE|CW_SCIM|SYNC)_[A-Z_]+"' "$SOURCE_DIR/common" "$SOURCE_DIR/tools" | tr -d '"' | sort -u) \
        $(grep -ohE '\$?\b(HEARTBEAT_URL|METRICS_FILE|PUSHGATEWAY_URL|CAPTURE_DIR|DRY_RUN|LOG_LEVEL|LOG_FORMAT|RUN_ID|ACTIVATE_SOURCE|SYNC_[A-Z_]+)\b' "$SYNC" "$SYNC.d"/[!m]* "$SYNC.d/monitoring.bash" | sort -u); do
        grep -q "^#\?${name#$}=" "$SOURCE_DIR/env.example" || {
            echo "$name is missing in env.example"
            false
        }
    done
}

@test "a variable NAME_FILE that no program reads does not switch off NAME of a file" {
    printf '%s\n' DRY_RUN=true ACTIVATE_SYNC_GROUPS=hpc METRICS_FILE=sync.prom | env_file
    SYNC_IGNORE_VARIABLES=DRY_RUN_FILE DRY_RUN_FILE=x ACTIVATE_SYNC_GROUPS_FILE=x METRICS=1 sync
    expect 0 'dry run'
    [[ $(given ACTIVATE_SYNC_GROUPS) == hpc && -s sync.prom ]]
}

@test "a .env that is not a file, and a working directory that cannot be searched, end the run" {
    local name
    for name in 'ln -s /nowhere/.env' mkdir mkfifo; do
        $name .env
        sync
        expect 78 'the .env here is not a file, or a link to a file that is not there; correct or remove it, or give --env-file'
        [[ ! -e $STATE/called ]]
        rm -rf .env
    done
    ((EUID)) || skip 'root can search every directory'
    chmod 400 .
    sync
    chmod 700 .
    expect 78 'cannot be searched, so a .env in it would not be found'
}

@test "two lines of an env file with different values of one variable end the run; equal ones do not" {
    printf '%s\n' DRY_RUN=true '' ACTIVATE_ORG_NAME=acme DRY_RUN=false | env_file
    sync
    expect 78 '.env:1 and .env:4: DRY_RUN has two different values; delete one of these lines'
    [[ ! -e $STATE/called ]]
    printf '%s\n' ACTIVATE_ORG_NAME=acme 'export ACTIVATE_ORG_NAME="acme"' | env_file
    sync
    expect 0
}

@test "every other name with our prefix, DRY and RUN ends the run, in the environment and in a file" {
    local name
    for name in CW_DRY_RUN PW_DRY_RUN SCIM_DRY_RUN SCIM_SYNC_DRY_RUN DRY_MODE DRY_RUN_ONLY; do
        run --separate-stderr env "$name=true" "$SYNC"
        expect 78 "$name is not a variable of this program; did you mean DRY_RUN?"
    done
    env_file <<<PW_DRY_RUN=true
    sync
    expect 78 'PW_DRY_RUN is not a variable of this program; did you mean DRY_RUN?'
    [[ ! -e $STATE/called ]]
}
