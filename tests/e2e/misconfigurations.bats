#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr
#
# Misconfigurations, each with its status and a word of its message; none of them leads to a write. And environments of other programs in
# which everything works.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    fixture_once --users 12 --groups 3
    start_sandbox --fixture "$FIXTURE"
    export CW_SCIM_BASE_URL CW_SCIM_BEARER_TOKEN ACTIVATE_API_KEY
    cd "$BATS_FILE_TMPDIR" || return
    : >empty
    printf '# nobody\n' >comment
    printf 'ada@acme.org\nben@acme.org, cyd@acme.org\n' >separators
    printf '\xff\xfea\0' >utf16
    printf 'breakglass\n' >bare
    printf '%s' "$ACTIVATE_API_KEY" >key
    echo 'no certificate' >ca.pem
    sed '/END CERTIFICATE/q' /etc/ssl/certs/ca-certificates.crt | head -n -3 >cut.pem
}

teardown_file() { stop_all; }

setup() { cd "$BATS_FILE_TMPDIR" || return; }

# VARIABLE|VALUE|STATUS|WORD; KEY in a value is the API key, HERE the directory of the files above.
table() {
    cat <<'END'
DRYRUN|true|78|DRY_RUN
dry_run|1|78|DRY_RUN
SYNC_DRY_RUN|true|78|DRY_RUN
DRY_RUN|maybe|78|choose one of
ACTIVATE_SYNC_GROUP|hpc|78|ACTIVATE_SYNC_GROUPS
SYNC_GROUPS|hpc|78|ACTIVATE_SYNC_GROUPS
ACTIVATE_SYNC_GROUPS| , |78|holds no entry
ACTIVATE_SYNC_GROUPS|"hpc"|78|a quote
SYNC_MAX_DEACTIVATION|3|78|SYNC_MAX_DEACTIVATIONS
SYNC_MAX_DEACTIVATIONS|many|78|write N, P% or P%,N
SYNC_MAX_KEYLESS_USERS|-1|78|write N, P% or P%,N
SYNC_PROTECTED_USER|a@acme.org|78|SYNC_PROTECTED_USERS
SYNC_PROTECTED_USERS|a@acme.org;b@acme.org|78|separate names by commas
SYNC_PROTECTED_USERS|a@acme.org b@acme.org|78|has white space
SYNC_PROTECTED_USERS|*@acme.org|78|write each name
SYNC_PROTECTED_USERS|breakglass|78|not an address
SYNC_PROTECTED_USERS|,|78|holds no entry
SYNC_PROTECT_FILE|/nonexistent/file|78|not a file that can be read
SYNC_PROTECT_FILE|HERE|78|not a file that can be read
SYNC_PROTECT_FILE|HERE/empty|78|holds no name
SYNC_PROTECT_FILE|HERE/comment|78|holds no name
SYNC_PROTECT_FILE|HERE/separators|78|line 2
SYNC_PROTECT_FILE|HERE/utf16|78|save it as UTF-8
SYNC_PROTECT_FILE|HERE/bare|78|not an address
SYNC_ADOPT_FILE|HERE/bare|78|not an address
SYNC_ADOPT_GROUPS|hpc users|78|SYNC_ADOPT_GROUPS
SYNC_ALLOW_GROUPS|docker;sudo|78|SYNC_ALLOW_GROUPS
SYNC_ACKNOWLEDGED|ada@acme.org|78|name=reason
SYNC_ACKNOWLEDGED|ada@acme.org=|78|name=reason
SYNC_ACKNOWLEDGED|=user-name-taken|78|name=reason
SYNC_ACKNOWLEDGE_FILE|HERE/bare|78|name=reason
SYNC_SHARD|4/4|78|write I/N
SYNC_GROUP_WRITES|merge|78|choose one of
SYNC_MISSING_GROUPS|ignore|78|choose one of
SYNC_SHORT_GROUPS|yes|78|choose one of
SYNC_POSIX_NAMES|any|78|choose one of
SYNC_MAX_IN_FLIGHT|0|78|from 1 to 256
SYNC_RATE|fast|78|write an integer
SYNC_HTTP2|on|78|true/1/yes
SYNC_RENAME_USERS|y|78|true/1/yes
SYNC_STRICT|si|78|true/1/yes
SYNC_BULK|on|78|true/1/yes
SYNC_JOBS|many|78|from 1 to 256
SYNC_MAX_PLAN_AGE|soon|78|SYNC_MAX_PLAN_AGE
SYNC_GRACE_SECONDS|0|78|from 1 to 999
SYNC_MAX_RUN_SECONDS|45m|78|from 1 to 999999
LOG_LEVEL|loud|78|choose one of
LOG_FORMAT|xml|78|choose one of
RUN_ID|a b|78|RUN_ID
ACTIVATE_SOURCE|ldap|78|choose one of
ACTIVATE_SSH_KEYS|github|78|choose one of
ACTIVATE_SSH_KEYS|pw|78|no pw program on PATH
ACTIVATE_USER_KEY|email|78|choose one of
ACTIVATE_USER_NAME|login|78|choose one of
ACTIVATE_ORG_NAME|globex|78|ACTIVATE_ORG_NAME
ACTIVATE_API_KEY| |78|missing configuration
ACTIVATE_API_KEY|HERE/key|78|ACTIVATE_API_KEY_FILE
ACTIVATE_API_KEY_FILE|KEY|78|ACTIVATE_API_KEY_FILE
ACTIVATE_API_KEY_FILE|HERE/empty|78|holds nothing
ACTIVATE_API_URL|http://activate.example|78|clear text
ACTIVATE_URL|https://activate.example|78|ACTIVATE_API_URL
CW_SCIM_BASE_URL|"https://api.example/scim"|78|a quote
CW_SCIM_BASE_URL|api.example/scim|78|CW_SCIM_BASE_URL
CW_SCIM_BASE_URL|http://api.example/scim|78|clear text
CW_SCIM_BASE_URL|https://ada:KEY@api.example/scim|78|user or password
CW_SCIM_ORG_USERID|acme|78|both given
CW_SCIM_BEARER_TOKEN|two words|78|white space
CW_SCIM_BEARER_TOKEN_FILE|/nonexistent/token|78|not a file that can be read
CW_SCIM_TOKEN|KEY|78|CW_SCIM_BEARER_TOKEN
CW_SCIM_PAGE_SIZE|0|78|from 1 to 10000
SYNC_CA_FILE|/nonexistent/ca.pem|78|not a file that can be read
SYNC_CA_FILE|HERE/ca.pem|78|no certificate
SYNC_CA_FILE|HERE/cut.pem|78|a damaged one
SSL_CERT_FILE|HERE/empty|78|no certificate
HEARTBEAT_URL|http://ping.example/KEY|78|https://
PUSHGATEWAY_URL|ftp://gateway.example|78|https://
SOURCE_DATE_EPOCH|yesterday|78|SOURCE_DATE_EPOCH
SYNC_LOCK_FILE|/nonexistent/lock|74|cannot create the lock file
TMPDIR|/nonexistent/tmp|74|/nonexistent/tmp
END
}

# misconfigured FIRST STEP - every STEP-th row of the table, from FIRST.
misconfigured() {
    local variable value wanted word before
    local -a failures=()
    before=$(sandbox GET /requests | jq '.byMethod | del(.GET)')
    while IFS='|' read -r variable value wanted word; do
        value=${value//KEY/$ACTIVATE_API_KEY}
        value=${value//HERE/$PWD}
        run --separate-stderr env SYNC_LOCK_FILE="$BATS_TEST_TMPDIR/lock" "$variable=$value" "$SCRIPTS/pw-activate-scim-sync"
        [[ $status == "$wanted" && $stderr == *"$word"* && $stderr == *"$variable"* || $variable == TMPDIR && $stderr == *"$word"* ]] ||
            failures+=("$variable=$value: status $status, wanted $wanted and \"$word\": $stderr")
        [[ $stderr != *"${ACTIVATE_API_KEY#*.}"* && $(tail -n 1 <<<"$stderr") == "pw-activate-scim-sync: "* ]] ||
            failures+=("$variable: the key is shown, or the last line is not that of the script: $stderr")
    done < <(table | awk -v first="$1" -v step="$2" 'NR % step == first')
    ((${#failures[@]} == 0)) || printf '%s\n' "${failures[@]}"
    ((${#failures[@]} == 0))
    [[ $(sandbox GET /requests | jq '.byMethod | del(.GET)') == "$before" ]]
}

@test "a misconfiguration ends with its status and the name of the variable, and writes nothing: first quarter" { misconfigured 0 4; }
@test "a misconfiguration ends with its status and the name of the variable, and writes nothing: second quarter" { misconfigured 1 4; }
@test "a misconfiguration ends with its status and the name of the variable, and writes nothing: third quarter" { misconfigured 2 4; }
@test "a misconfiguration ends with its status and the name of the variable, and writes nothing: fourth quarter" { misconfigured 3 4; }

@test "the tools reject a misspelt variable as the script does" {
    local tool name
    for tool in 'activate-export' 'scim-export' 'scim-diff desired current' 'scim-apply plan'; do
        for name in DRYRUN SYNC_MAX_DEACTIVATION dry_run CW_SCIM_TOKEN; do
            # shellcheck disable=SC2086 # a command and its operands
            run --separate-stderr env "$name=x" $tool
            [[ $status == 78 && $stderr == *"$name is not a variable of this program; did you mean "* ]]
            # shellcheck disable=SC2086
            run --separate-stderr env "$name=x" "SYNC_IGNORE_VARIABLES=$name" $tool --version
            [[ $status == 0 ]]
        done
    done
}

# valid NAME=VALUE... - a dry run in that environment ends as one in an empty environment, without a message about any of the variables.
valid() {
    local word name
    run --separate-stderr env -i PATH="$PATH" HOME="$PWD" TMPDIR="$BATS_TEST_TMPDIR" ACTIVATE_API_KEY="$ACTIVATE_API_KEY" CW_SCIM_BASE_URL="$CW_SCIM_BASE_URL" \
        CW_SCIM_BEARER_TOKEN="$CW_SCIM_BEARER_TOKEN" SYNC_LOCK_FILE="$BATS_TEST_TMPDIR/lock" ACTIVATE_SSH_KEYS=rest LOG_LEVEL=warning "$@" \
        "$SCRIPTS/pw-activate-scim-sync" --dry-run
    word=$(tail -n 1 <<<"$stderr")
    [[ $status == 0 && $word == *'dry run: '* ]] || {
        printf '%s: status %s\n%s\n' "$*" "$status" "$stderr"
        return 1
    }
    for name; do
        [[ $stderr != *"${name%%=*} "* ]] || { echo "$stderr" && return 1; }
    done
}

@test "everything works in the environments of other programs" {
    valid
    # A CI runner of GitHub, and one of GitLab.
    valid CI=true GITHUB_ACTIONS=true GITHUB_TOKEN=x GITHUB_WORKSPACE=/w RUNNER_OS=Linux ACTIONS_RUNTIME_TOKEN=x ImageOS=ubuntu24 CI_SYNC_GROUPS=x
    valid CI=true GITLAB_CI=true CI_JOB_TOKEN=x CI_COMMIT_SHA=x CI_REGISTRY_PASSWORD=x CI_DRY_RUN=x FF_DRY_RUN=x
    # systemd, and cron.
    valid INVOCATION_ID=x JOURNAL_STREAM=8:1 SYSTEMD_EXEC_PID=1 CREDENTIALS_DIRECTORY=/run/credentials LOGNAME=sync USER=sync NOTIFY_SOCKET=/run/x
    valid SHELL=/bin/sh LOGNAME=root MAILTO=ops@acme.org PWD=/ LANG=C
    # Kubernetes with service links, some of them of services with names like ours.
    valid KUBERNETES_SERVICE_HOST=10.0.0.1 KUBERNETES_PORT=tcp://10.0.0.1:443 SYNC_SERVICE_HOST=10.0.0.2 SYNC_SERVICE_PORT_HTTP=80 SYNC_PORT=tcp://10.0.0.2:80 \
        SYNC_JOB_PORT_80_TCP_ADDR=10.0.0.3 ACTIVATE_API_SERVICE_PORT=443 CW_SCIM_PORT_443_TCP=tcp://10.0.0.4:443 DRYRUN_SERVICE_HOST=10.0.0.5
    # docker compose: variables without a value, and variables of other containers.
    valid HOSTNAME=x METRICS_PORT=9100 LOGLEVEL=debug METRICS_FILES=x SYNC_APPROVE= SYNC_PROTECTED_USERS= ACTIVATE_SYNC_GROUPS= DRYRUN= SYNC_GATEWAY_MODE=x
    # A login shell.
    valid LANG=de_DE.UTF-8 LC_ALL=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8 'PS1=\u$ ' 'PROMPT_COMMAND=history -a' CDPATH=/ TMOUT=900 POSIXLY_CORRECT=1 \
        'LS_COLORS=*.x=1' SSH_CONNECTION=x XDG_RUNTIME_DIR=/nonexistent XDG_SESSION_ID=1 TERM=xterm EDITOR=vi SHELLOPTS=braceexpand
    # A proxy of the company, which cannot reach loopback.
    valid HTTP_PROXY=http://ada:pw@127.0.0.1:9 http_proxy=http://ada:pw@127.0.0.1:9 HTTPS_PROXY=http://127.0.0.1:9 ALL_PROXY=socks5://127.0.0.1:9
    # conda, Nix and Python.
    valid SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt SSL_CERT_DIR=/etc/ssl/certs VIRTUAL_ENV=/v PYTHONPATH=/p CONDA_PREFIX=/c NIX_SSL_CERT_FILE=/x
    # A workspace of ACTIVATE, and a variable of another program with a name like ours.
    valid PW_USER=ada PW_API_KEY=pwt_x.y PW_PLATFORM_HOST=activate.example PW_JOB_ID=1 SYNC_JOB=1 SYNC_IGNORE_VARIABLES=SYNC_JOB
    # A user without a home directory, in an empty directory.
    valid HOME=/nonexistent USER=nobody TZ=Asia/Kathmandu IFS=x PS4=x SHLVL=99
}
