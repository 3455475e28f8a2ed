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

# A .env is found, not chosen, so only variables of ours count: PATH or LD_PRELOAD in somebody's folder must not decide what
# is run.
is_ours() {
    case $1 in
        ACTIVATE_* | CW_* | SYNC_* | PW_* | METRICS_* | PUSHGATEWAY_* | HEARTBEAT_URL | CAPTURE_DIR | DRY_RUN) ;;
        LOG_LEVEL | LOG_FORMAT | RUN_ID | TMPDIR | SOURCE_DATE_EPOCH | SSL_CERT_FILE | SSL_CERT_DIR) ;;
        HTTP_PROXY | HTTPS_PROXY | NO_PROXY | http_proxy | https_proxy | no_proxy) ;;
        *) return 1 ;;
    esac
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
            warn "$file:$number: $name is not a variable of this program and is left alone"
            continue
        fi
        rival_of "$name"
        if [[ ! -v environment[$name] && -z ${environment[$REPLY]:-} ]]; then
            export "$name=$value"
        fi
    done <"$file"
}
