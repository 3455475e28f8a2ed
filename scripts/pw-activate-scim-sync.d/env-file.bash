# Sourced by pw-activate-scim-sync: reading an env file. Nothing in it is ever expanded or run.
# shellcheck shell=bash

# REPLY: the value that $1, the right side of a line, stands for: quoted or not, with or without a comment behind it.
# Fails when it is not well formed.
unquote() {
    local text=${1##+([[:blank:]])} rest=''
    REPLY=''
    case $text in
        \'*)
            text=${text:1}
            [[ $text == *\'* ]] || return 1
            REPLY=${text%%\'*} rest=${text#*\'}
            ;;
        \"*)
            text=${text:1}
            while [[ $text != \"* ]]; do
                [[ $text != \\[\"\\\$\`]* ]] || text=${text:1}
                [[ -n $text ]] || return 1
                REPLY+=${text:0:1} text=${text:1}
            done
            rest=${text:1}
            ;;
        \#*) ;;
        *)
            REPLY=${text%%[[:blank:]]#*}
            REPLY=${REPLY%%+([[:blank:]])}
            ;;
    esac
    rest=${rest##+([[:blank:]])}
    [[ -z $rest || $rest == \#* ]]
}

# REPLY: the other variable that says the same thing as $1. Where the environment gives one, a file must not add the other.
rival_of() {
    case $1 in
        CW_SCIM_ORG_USERID) REPLY=CW_SCIM_BASE_URL ;;
        CW_SCIM_BASE_URL) REPLY=CW_SCIM_ORG_USERID ;;
        *_FILE) REPLY=${1%_FILE} ;;
        *) REPLY=$1_FILE ;;
    esac
}

# Every variable that one of the programs reads; env.example explains them.
readonly -a ours=(
    ACTIVATE_API_KEY ACTIVATE_API_KEY_FILE ACTIVATE_API_URL ACTIVATE_ORG_ID ACTIVATE_ORG_NAME ACTIVATE_SCIM_BASE_URL
    ACTIVATE_SCIM_BEARER_TOKEN ACTIVATE_SCIM_BEARER_TOKEN_FILE ACTIVATE_SOURCE ACTIVATE_SSH_KEYS ACTIVATE_SYNC_GROUPS ACTIVATE_USER_KEY
    ACTIVATE_USER_NAME CAPTURE_DIR CW_SCIM_BASE_URL CW_SCIM_BEARER_TOKEN CW_SCIM_BEARER_TOKEN_FILE CW_SCIM_ORG_USERID CW_SCIM_PAGE_SIZE
    DRY_RUN HEARTBEAT_URL LOG_FORMAT LOG_LEVEL METRICS_FILE PUSHGATEWAY_URL RUN_ID SYNC_ALLOW_EMPTY SYNC_ALLOW_GROUPS SYNC_APPROVE SYNC_BULK
    SYNC_GRACE_SECONDS SYNC_GROUP_WRITES SYNC_HTTP2 SYNC_JOBS SYNC_LOCK_FILE SYNC_MAX_DEACTIVATIONS SYNC_MAX_EMPTIED_GROUPS
    SYNC_MAX_IN_FLIGHT SYNC_MAX_KEYLESS_USERS SYNC_MAX_MEMBER_REMOVALS SYNC_MAX_PLAN_AGE SYNC_PROTECTED_USERS SYNC_PROTECT_FILE SYNC_RATE
    SYNC_RENAME_USERS SYNC_SHARD SYNC_SSH_KEY_COMMENTS SYNC_STRICT SYNC_VERIFY SYNC_VERIFY_BEFORE)

# A .env is found, not chosen, so only variables of ours, of pw and of what they are built on count: PATH or LD_PRELOAD in somebody's folder
# must not decide what is run.
is_ours() {
    case $1 in
        PW_* | TMPDIR | SOURCE_DATE_EPOCH | SSL_CERT_FILE | SSL_CERT_DIR) ;;
        HTTP_PROXY | HTTPS_PROXY | NO_PROXY | http_proxy | https_proxy | no_proxy) ;;
        *) is_one_of "$1" "${ours[@]}" ;;
    esac
}

# Whoever misspells a limit has none of their own.
warn_of_misspelt() {
    local name
    for name in $(compgen -e); do
        case $name in
            *_SERVICE_HOST | *_SERVICE_PORT* | *_PORT | *_PORT_*) ;; # a neighbour's, from Kubernetes
            ACTIVATE_* | CW_SCIM_* | SYNC_*)
                if ! is_ours "$name" && nearest "$name" "${ours[@]}"; then
                    warn "$name is set, and no program here reads it; did you mean $REPLY?"
                fi
                ;;
        esac
    done
}

# load_env_file FILE CHOSEN: exports what FILE names and the environment does not. CHOSEN is empty when it was only found.
load_env_file() {
    local file=$1 line name value owner mode number=0
    local -A environment=()
    for name in $(compgen -e); do environment[$name]=${!name:+given}; done
    read -r owner mode <<<"$(stat -Lc '%u %a' -- "$file")"
    if [[ -z $2 && $owner != "$EUID" && $owner != 0 ]]; then
        die 78 "$file belongs to somebody else (uid $owner); give --env-file=$file to use it all the same"
    fi
    if ((8#$mode & 8#077)); then
        warn "$file can be read by others (mode $mode) and may hold a credential; chmod 600 $file"
    fi
    while IFS= read -r line || [[ -n $line ]]; do
        number=$((number + 1))
        ((number > 1)) || line=${line#$'\uFEFF'}
        line=${line%$'\r'}
        line=${line##+([[:blank:]])}
        [[ -n $line && $line != \#* ]] || continue
        [[ ${line#export+([[:blank:]])} =~ ^([A-Za-z_][A-Za-z0-9_]*)[[:blank:]]*=(.*)$ ]] ||
            die 78 "$file:$number: this is not NAME=value"
        name=${BASH_REMATCH[1]}
        unquote "${BASH_REMATCH[2]}" || die 78 "$file:$number: the quotes of $name do not close, or more follows them"
        value=$REPLY
        if ! is_ours "$name"; then
            ! nearest "$name" "${ours[@]}" || REPLY="; did you mean $REPLY?"
            warn "$file:$number: $name is not a variable of this program and is left alone$REPLY"
            continue
        fi
        rival_of "$name"
        if [[ ! -v environment[$name] && -z ${environment[$REPLY]:-} ]]; then
            export "$name=$value"
        fi
    done <"$file"
}
