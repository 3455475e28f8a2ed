#!/usr/bin/env bats
# How runs are scheduled on a host: the units of systemd, the settings of the package, and the line for cron.
# shellcheck disable=SC2013,SC2154 # names are words; bats' variables

bats_require_minimum_version 1.5.0

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
    service=$SOURCE_DIR/scripts/systemd/pw-activate-scim-sync.service
    settings=$SOURCE_DIR/scripts/package/settings.env
    cd "$BATS_TEST_TMPDIR" || return
}

@test "the service is exposed at most 2.0, as systemd-analyze security judges it" {
    type -P systemd-analyze >/dev/null || skip 'systemd-analyze is missing: apt-get install --no-install-recommends systemd'
    systemd-analyze security --offline=true --threshold=20 --no-pager "$service" >report
    grep -E 'Overall exposure level for pw-activate-scim-sync.service: ([01]\.[0-9]|2\.0) ' report
    # A service without these settings is far above.
    sed '/^Protect/d; /^Restrict/d; /^SystemCall/d' "$service" >open.service
    run systemd-analyze security --offline=true --threshold=20 --no-pager open.service
    [[ $status != 0 ]]
}

@test "the service gives the run copies of its settings and credentials, and the variables that name them are known" {
    local name
    [[ $(sed -n 's/^LoadCredential=\([^:]*\):.*/\1/p' "$service" | sort | paste -sd' ') == 'activate-api-key cw-scim-bearer-token settings.env' ]]
    # shellcheck disable=SC2016 # systemd expands it
    grep -qF -- '--env-file=${CREDENTIALS_DIRECTORY}/settings.env' "$service"
    for name in $(sed -n 's/^Environment=//p' "$service" | tr ' ' '\n'); do
        grep -qx "#\?${name%%=*}=.*" "$SOURCE_DIR/env.example"
        grep -q "^LoadCredential=${name##*/}:/etc/pw-activate-scim-sync/${name##*/}$" "$service"
    done
    # The time limits leave a run its own.
    [[ $(sed -n 's/^TimeoutStartSec=\([0-9]*\)min$/\1/p' "$service") -gt 45 && $(sed -n 's/^TimeoutStopSec=//p' "$service") -gt 20 ]]
}

@test "the settings of the package begin with a dry run, and each variable is known" {
    local name
    grep -qx DRY_RUN=true "$settings"
    for name in $(sed -nE 's/^#?([A-Z_]+)=.*/\1/p' "$settings"); do grep -qE "^#?$name=" "$SOURCE_DIR/env.example"; done
    [[ $(<"$SOURCE_DIR/scripts/package/conffiles") == /etc/pw-activate-scim-sync/settings.env ]]
}

@test "the settings of the package name the credentials that the service loads, and the copies of the service override them" {
    local name path
    for name in ACTIVATE_API_KEY_FILE CW_SCIM_BEARER_TOKEN_FILE; do
        path=$(sed -n "s/^$name=//p" "$settings")
        grep -qx "LoadCredential=${path##*/}:$path" "$service"
        grep -qE "^Environment=.*\b$name=%d/${path##*/}( |\$)" "$service"
    done
    (umask 077 && sed 's|^CW_SCIM_BASE_URL=.*|&http://127.0.0.1:9/scim|' "$settings" >settings.env)
    # With the settings alone, as cron starts a run, the paths are those of the settings.
    run -0 env -i PATH="$PATH" "${SCRIPTS:-$SOURCE_DIR/scripts}/pw-activate-scim-sync" --env-file=settings.env --exec env
    [[ $output == *$'ACTIVATE_API_KEY_FILE=/etc/pw-activate-scim-sync/activate-api-key'* && $output == *'CW_SCIM_BEARER_TOKEN_FILE=/etc/'* ]]
    run -0 env -i PATH="$PATH" ACTIVATE_API_KEY_FILE=/copies/activate-api-key "${SCRIPTS:-$SOURCE_DIR/scripts}/pw-activate-scim-sync" --env-file=settings.env --exec env
    [[ $output == *'ACTIVATE_API_KEY_FILE=/copies/activate-api-key'* && $output != *'=/etc/pw-activate-scim-sync/activate-api-key'* ]]
}

@test "the line for cron prints something, which cron mails, only if an operator must act" {
    local line status_of_run
    line=$(sed -n 's/^\*\/15 \* \* \* \* root //p' "$SOURCE_DIR/scripts/package/crontab")
    [[ -n $line && $line != *%* ]] # cron replaces % by newlines
    # shellcheck disable=SC2016 # the dollar is the fake's
    printf '#!/bin/sh\necho "$@" >arguments\necho "the last line" >&2\nexit "$(cat wanted)"\n' >program
    chmod +x program
    line=${line//\/usr\/bin\/pw-activate-scim-sync/.\/program}
    for status_of_run in 0 2 75; do
        echo "$status_of_run" >wanted
        [[ -z $(sh -c "$line" 2>&1) ]]
    done
    for status_of_run in 3 4 64 65 69 70 74 77 78 137; do
        echo "$status_of_run" >wanted
        [[ $(sh -c "$line" 2>&1) == 'the last line' ]]
    done
    [[ $(<arguments) == '--quiet --env-file=/etc/pw-activate-scim-sync/settings.env' ]]
}
