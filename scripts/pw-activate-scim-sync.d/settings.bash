# settings.bash: the settings of a run, from options, variables and defaults.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # other parts read the settings and hold the logging ones

dry_run=''      # true or empty
source=()       # the command that reads the desired side
plan=''         # the file of --apply-plan
plan_options=() # for scim-diff
grace=20        # seconds that a stage has to stop after TERM

# choose NAME DEFAULT CHOICE...: REPLY is option NAME, otherwise variable $NAME, otherwise DEFAULT. In any case it is one of the
# choices. Upper and lower case are the same.
choose() {
    local name=$1 variable=${1^^} given
    variable=${variable//-/_}
    given=${option[$name]:-${!variable:-$2}}
    REPLY=${given,,}
    [[ $REPLY != warn ]] || REPLY=warning
    ! is_one_of "$REPLY" "${@:3}" || return 0
    [[ -z ${option[$name]:-} ]] || die 64 "--$name is \"$given\"; choose one of ${*:3}"
    shown "$given"
    die 78 "$variable is $REPLY; choose one of ${*:3}"
}

# shown VALUE: REPLY is the value in quotes if it is short. A longer one could be a secret in the wrong variable.
shown() {
    REPLY="\"$1\""
    ((${#1} <= 12)) || REPLY="${#1} bytes long (not shown, because it could be a secret)"
}

settle_logging() {
    choose log-format text text timestamped json
    export LOG_FORMAT=$REPLY
    log_format=$REPLY
    choose log-level info error warning info debug
    log_level=$REPLY
    # The tools are silent by default; this script is not.
    if [[ -z ${option["log-level"]:-}${LOG_LEVEL:-} ]]; then LOG_LEVEL=warning; else LOG_LEVEL=$log_level; fi
    if [[ -n ${option[explain]:-} && -z ${option[verbose]:-}${option["log-level"]:-} ]]; then
        LOG_LEVEL=error log_level=error # the warnings are about other people
    elif [[ -n ${option[quiet]:-} ]]; then
        LOG_LEVEL=warning log_level=warning
    elif [[ -n ${option[verbose]:-} && $LOG_LEVEL != debug ]]; then
        LOG_LEVEL=info log_level=info
    fi
    export LOG_LEVEL
}

settle_run_id() {
    local id=${RUN_ID:-}
    [[ -n $id ]] || printf -v id %08x "$SRANDOM"
    [[ $id =~ ^[A-Za-z0-9._-]{1,64}$ && $id != .* ]] || die 78 "RUN_ID may hold letters, digits, dots, - and _, at most 64 of them"
    without_secrets "$id"
    [[ $REPLY == "$id" ]] || die 78 "RUN_ID has a credential in it, and it stands in every log line; choose another id"
    run_id=$id
    export RUN_ID=$id
}

settle_run() {
    choose dry-run false true 1 yes false 0 no
    [[ $REPLY != @(true|1|yes) ]] || dry_run=true
    choose activate-source rest rest scim
    source=(activate-export)
    [[ $REPLY == rest ]] || source=(scim-export --side=desired)
    settle_replay
    settle_plan
    settle_restore
    settle_policy
    settle_only
    settle_plan_file
    [[ -n $plan ]] || shard=${SYNC_SHARD:-}
    unset DRY_RUN
    [[ -z $dry_run ]] || export DRY_RUN=true
    settle_capture
    settle_grace
    settle_deadline
    check_addresses
    settle_metrics
    settle_notify
}

# A replay never writes: its exports may be old.
settle_replay() {
    local dir=${option[replay]:-} name
    [[ -n $dir ]] || return 0
    dry_run=true
    for name in desired current; do
        find_stream "$dir" "$name" || die 64 "--replay names $dir, where there is no $name.jsonl to read"
    done
}

settle_plan() {
    plan=${option["apply-plan"]:-}
    [[ -n $plan ]] || return 0
    [[ -f $plan && -r $plan ]] || die 64 "--apply-plan names $plan, which is not a file that can be read"
    export SYNC_MAX_PLAN_AGE=${SYNC_MAX_PLAN_AGE:-3600}
}

# A plan for some users shows nothing about the others, so its run is not a complete one.
settle_only() {
    [[ -n ${option[only]:-} ]] || return 0
    [[ -z ${SYNC_SHARD:-} ]] || die 78 "SYNC_SHARD does not go with --only; unset it"
    only=${option[only]}
    plan_options=("--only=$only")
}

has_activate_credential() {
    [[ -n ${ACTIVATE_API_KEY:-}${ACTIVATE_API_KEY_FILE:-}${ACTIVATE_SCIM_BEARER_TOKEN:-}${ACTIVATE_SCIM_BEARER_TOKEN_FILE:-} ]]
}

# The value is checked before grace is set, because the end of a failed run calculates with grace.
settle_grace() {
    local limit=${SYNC_GRACE_SECONDS:-$grace}
    [[ $limit =~ ^[1-9][0-9]{0,2}$ ]] || { shown "$limit" && die 78 "SYNC_GRACE_SECONDS is $REPLY; write an integer from 1 to 999"; }
    grace=$limit
}

readonly loopback='(localhost|127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[::1\])(:[0-9]{1,5})?'

# A Pushgateway is usually in the same cluster and has no TLS. It receives counts and no names. Over http it receives no credential.
check_addresses() {
    [[ -z ${HEARTBEAT_URL:-} ]] || is_address "$HEARTBEAT_URL" "$loopback" ||
        die 78 "HEARTBEAT_URL is not an https:// address (http:// is for loopback only)"
    [[ -z ${SYNC_NOTIFY_URL:-} ]] || is_address "$SYNC_NOTIFY_URL" "$loopback" ||
        die 78 "SYNC_NOTIFY_URL is not an https:// address (http:// is for loopback only)"
    [[ -z ${PUSHGATEWAY_URL:-} ]] || is_address "$PUSHGATEWAY_URL" '[^/?#@]+' ||
        die 78 "PUSHGATEWAY_URL is not an https:// address, or an http:// one without a credential in it"
}

# is_address URL PLAIN-HOST: an https URL, or an http URL whose host is PLAIN-HOST. The URL is written into a configuration file of
# curl, so it must not contain an end of line or of a quoted value.
is_address() { [[ $1 != *[[:cntrl:][:space:]\"\\]* && $1 =~ ^(https://[^/?#]+|http://$2)([/?#].*)?$ ]]; }
