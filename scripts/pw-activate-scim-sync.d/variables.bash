# variables.bash: the variables that the programs read, and warnings about misspelt ones.
# shellcheck shell=bash

# Every variable that one of the programs reads. env.example explains each.
readonly -a ours=(
    ACTIVATE_API_KEY ACTIVATE_API_KEY_FILE ACTIVATE_API_URL ACTIVATE_ORG_ID ACTIVATE_ORG_NAME ACTIVATE_SCIM_BASE_URL
    ACTIVATE_SCIM_BEARER_TOKEN ACTIVATE_SCIM_BEARER_TOKEN_FILE ACTIVATE_SOURCE ACTIVATE_SSH_KEYS ACTIVATE_SYNC_GROUPS ACTIVATE_USER_KEY
    ACTIVATE_USER_NAME CAPTURE_DIR CW_SCIM_BASE_URL CW_SCIM_BEARER_TOKEN CW_SCIM_BEARER_TOKEN_FILE CW_SCIM_ORG_USERID CW_SCIM_PAGE_SIZE
    DRY_RUN HEARTBEAT_URL LOG_FORMAT LOG_LEVEL METRICS_FILE PUSHGATEWAY_URL RUN_ID SYNC_ACKNOWLEDGED SYNC_ACKNOWLEDGE_FILE SYNC_ADOPT_FILE SYNC_ADOPT_GROUPS SYNC_ALLOW_EMPTY
    SYNC_ALLOW_GROUPS SYNC_APPROVE SYNC_APPROVED_BY SYNC_BULK SYNC_GRACE_SECONDS SYNC_GROUP_WRITES SYNC_HTTP2 SYNC_JOBS SYNC_LOCK_FILE SYNC_MAX_DEACTIVATIONS SYNC_MAX_EMPTIED_GROUPS
    SYNC_MAX_IN_FLIGHT SYNC_MAX_KEYLESS_USERS SYNC_MAX_KEY_REMOVALS SYNC_MAX_MEMBER_REMOVALS SYNC_MAX_PLAN_AGE SYNC_MAX_REACTIVATIONS
    SYNC_MAX_RENAMED_GROUPS SYNC_MAX_TAKEOVERS SYNC_MISSING_GROUPS SYNC_PROTECTED_USERS SYNC_PROTECT_FILE SYNC_RATE
    SYNC_RENAME_USERS SYNC_SHARD SYNC_SHORT_GROUPS SYNC_SSH_KEY_COMMENTS SYNC_STRICT SYNC_VERIFY SYNC_VERIFY_BEFORE)

# An env file can set these variables, those of pw, and those of the libraries, and no other. A .env is found, not chosen: PATH or
# LD_PRELOAD in somebody's folder must not decide which programs run.
is_ours() {
    case $1 in
        PW_* | TMPDIR | SOURCE_DATE_EPOCH | SSL_CERT_FILE | SSL_CERT_DIR) ;;
        HTTP_PROXY | HTTPS_PROXY | NO_PROXY | http_proxy | https_proxy | no_proxy) ;;
        *) is_one_of "$1" "${ours[@]}" ;;
    esac
}

# A limit whose variable is misspelt is not in force, so the environment is checked for misspelt variables.
warn_of_misspelt() {
    local name
    for name in $(compgen -e); do
        case $name in
            *_SERVICE_HOST | *_SERVICE_PORT* | *_PORT | *_PORT_*) ;; # Kubernetes sets these for other services
            ACTIVATE_* | CW_SCIM_* | SYNC_*)
                if ! is_ours "$name" && nearest "$name" "${ours[@]}"; then
                    warn "$name is set, and no program here reads it; did you mean $REPLY?"
                fi
                ;;
        esac
    done
}
