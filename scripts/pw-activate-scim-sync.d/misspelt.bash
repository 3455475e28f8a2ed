# misspelt.bash: misspelt variables of this program. They end the run.
# shellcheck shell=bash
# shellcheck disable=SC2154 # ours is in variables.bash

# A setting whose name is misspelt has no effect: with DRYRUN=true, a run would make changes. So such a name ends a run. The four tools have
# these two tables, too (common/cli/misspelt.cpp).
declare -rA mistakes=(
    [DRY]=DRY_RUN [SYNC_DRY_RUN]=DRY_RUN [ACTIVATE_DRY_RUN]=DRY_RUN [CW_SCIM_DRY_RUN]=DRY_RUN [SYNC_NO_WRITE]=DRY_RUN
    [SYNC_GROUPS]=ACTIVATE_SYNC_GROUPS [SYNC_SCOPE]=ACTIVATE_SYNC_GROUPS [SYNC_ONLY_GROUPS]=ACTIVATE_SYNC_GROUPS
    [ACTIVATE_GROUPS]=ACTIVATE_SYNC_GROUPS [ACTIVATE_SCOPE]=ACTIVATE_SYNC_GROUPS [CW_SCIM_GROUPS]=ACTIVATE_SYNC_GROUPS
    [ACTIVATE_KEY]=ACTIVATE_API_KEY [ACTIVATE_TOKEN]=ACTIVATE_API_KEY [ACTIVATE_API_TOKEN]=ACTIVATE_API_KEY
    [ACTIVATE_URL]=ACTIVATE_API_URL [ACTIVATE_BASE_URL]=ACTIVATE_API_URL [ACTIVATE_ORG]=ACTIVATE_ORG_NAME
    [ACTIVATE_ORGANIZATION]=ACTIVATE_ORG_NAME [SYNC_ORG_NAME]=ACTIVATE_ORG_NAME [SYNC_SOURCE]=ACTIVATE_SOURCE
    [SYNC_SSH_KEYS]=ACTIVATE_SSH_KEYS [SYNC_USER_NAME]=ACTIVATE_USER_NAME [SYNC_USER_KEY]=ACTIVATE_USER_KEY
    [CW_SCIM_URL]=CW_SCIM_BASE_URL [CW_BASE_URL]=CW_SCIM_BASE_URL [CW_SCIM_ORG]=CW_SCIM_ORG_USERID [CW_SCIM_ORG_ID]=CW_SCIM_ORG_USERID
    [CW_SCIM_TOKEN]=CW_SCIM_BEARER_TOKEN [CW_BEARER_TOKEN]=CW_SCIM_BEARER_TOKEN [CW_SCIM_BEARER]=CW_SCIM_BEARER_TOKEN
    [CW_SCIM_TOKEN_FILE]=CW_SCIM_BEARER_TOKEN_FILE
    [SYNC_PROTECT]=SYNC_PROTECTED_USERS [SYNC_PROTECT_USERS]=SYNC_PROTECTED_USERS [SYNC_PROTECTED]=SYNC_PROTECTED_USERS
    [ACTIVATE_PROTECTED_USERS]=SYNC_PROTECTED_USERS [SYNC_PROTECTED_USERS_FILE]=SYNC_PROTECT_FILE
    [SYNC_MAX_DELETIONS]=SYNC_MAX_DEACTIVATIONS [SYNC_MAX_DISABLED]=SYNC_MAX_DEACTIVATIONS [SYNC_MAX_REMOVALS]=SYNC_MAX_MEMBER_REMOVALS
    [SYNC_MAX_DEACTIVATED_USERS]=SYNC_MAX_DEACTIVATIONS [SYNC_MAX_RENAMES]=SYNC_MAX_RENAMED_GROUPS [SYNC_APPROVAL]=SYNC_APPROVE
    [SYNC_MAX_DEACTIVATE]=SYNC_MAX_DEACTIVATIONS [SYNC_MAX_DEACTIVATED]=SYNC_MAX_DEACTIVATIONS [SYNC_MAX_LEAVERS]=SYNC_MAX_DEACTIVATIONS
    [SYNC_MAX_REMOVED_MEMBERS]=SYNC_MAX_MEMBER_REMOVALS [SYNC_MAX_MEMBERS_REMOVED]=SYNC_MAX_MEMBER_REMOVALS
    [SYNC_MAX_KEYS_REMOVED]=SYNC_MAX_KEY_REMOVALS [SYNC_MAX_REMOVED_KEYS]=SYNC_MAX_KEY_REMOVALS
    [ACTIVATE_SYNC_ONLY]=ACTIVATE_SYNC_GROUPS [ACTIVATE_SYNC_GROUP_NAMES]=ACTIVATE_SYNC_GROUPS [ACTIVATE_ONLY_GROUPS]=ACTIVATE_SYNC_GROUPS
    [SYNC_ACTIVATE_GROUPS]=ACTIVATE_SYNC_GROUPS [SYNC_ORG]=ACTIVATE_ORG_NAME [CW_SCIM_BASE]=CW_SCIM_BASE_URL [SYNC_SCIM_BASE_URL]=CW_SCIM_BASE_URL
    [SYNC_API_KEY]=ACTIVATE_API_KEY [SYNC_TIMEOUT]=SYNC_MAX_RUN_SECONDS [SYNC_MAX_SECONDS]=SYNC_MAX_RUN_SECONDS
    [SYNC_PROTECTED_ACCOUNTS]=SYNC_PROTECTED_USERS [SYNC_KEEP_USERS]=SYNC_PROTECTED_USERS
    [SYNC_ACKNOWLEDGE]=SYNC_ACKNOWLEDGED [SYNC_ADOPT_USERS]=SYNC_ADOPT_FILE [SYNC_ADOPT]=SYNC_ADOPT_FILE
    [SYNC_LOG_LEVEL]=LOG_LEVEL [SYNC_LOG_FORMAT]=LOG_FORMAT [SYNC_CAPTURE_DIR]=CAPTURE_DIR [SYNC_CAPTURE_WHEN]=CAPTURE_WHEN [SYNC_CAPTURE_KEEP]=CAPTURE_KEEP
    [SYNC_METRICS_FILE]=METRICS_FILE [SYNC_WEBHOOK_URL]=SYNC_NOTIFY_URL [SYNC_SLACK_URL]=SYNC_NOTIFY_URL
    [SYNC_HEARTBEAT_URL]=HEARTBEAT_URL [SYNC_PUSHGATEWAY_URL]=PUSHGATEWAY_URL [SYNC_RUN_ID]=RUN_ID [SYNC_LOCK]=SYNC_LOCK_FILE
    [SYNC_CA]=SYNC_CA_FILE [SYNC_CA_BUNDLE]=SYNC_CA_FILE [SYNC_CACERT]=SYNC_CA_FILE [SYNC_SSL_CERT_FILE]=SYNC_CA_FILE
    [SYNC_CONCURRENCY]=SYNC_MAX_IN_FLIGHT [SYNC_RATE_LIMIT]=SYNC_RATE [SYNC_IGNORE]=SYNC_IGNORE_VARIABLES)

# intended NAME: REPLY is the variable that was probably meant by NAME. NAME is a known mistake, or has one of our prefixes with DRY and RUN,
# or has our prefix and at most two characters that differ from a variable. Case and "_" do not count. Fails if NAME is correct or belongs
# to another program.
intended() {
    local given=${1^^} name
    REPLY=''
    case $1 in
        *_SERVICE_HOST | *_SERVICE_PORT* | *_PORT | *_PORT_*) return 1 ;; # Kubernetes sets these for other services
    esac
    given=${given//_/}
    # With any ending, such a variable was meant to stop all changes.
    if [[ $given == @(ACTIVATE*|CW*|PW*|SCIM*|SYNC*|)DRY@(*RUN*|MODE) ]] && ! is_ours "$1" && ! is_ignored "$1"; then
        REPLY=DRY_RUN
        return
    fi
    [[ $given == @(ACTIVATE|CW|SYNC|DRY)* ]] || return 1
    ! is_ours "$1" && ! is_ignored "$1" || return 1
    for name in "${!mistakes[@]}"; do
        [[ $given != "${name//_/}" ]] || { REPLY=${mistakes[$name]} && return; }
    done
    [[ $given == @(ACTIVATE|CWSCIM|SYNC|DRY)* ]] || return 1
    nearest_spelling "$given" || return 1
}

# nearest_spelling NAME: REPLY is the variable that is nearest to NAME, which has no "_", if two characters or fewer differ.
nearest_spelling() {
    local name plain found='' least=3
    for name in "${ours[@]}"; do
        plain=${name//_/}
        ((${#plain} - ${#1} < 3 && ${#1} - ${#plain} < 3)) || continue
        distance "$1" "$plain"
        ((REPLY >= least)) || { least=$REPLY && found=$name; }
    done
    REPLY=$found
    [[ -n $found ]]
}

is_ignored() {
    local list=${SYNC_IGNORE_VARIABLES:-}
    [[ ,${list//[[:space:]]/}, == *",$1,"* ]]
}

# The names with our prefixes in the environment, before the parts of this script set such variables themselves. An empty variable counts as
# unset.
with_our_prefix=()
for candidate in $(compgen -e); do
    [[ ${candidate^^} != @(ACTIVATE|CW|SYNC|DRY|PW|SCIM)* || -z ${!candidate} ]] || with_our_prefix+=("$candidate")
done

refuse_misspelt() {
    local name
    for name in "${with_our_prefix[@]}"; do
        ! intended "$name" ||
            die 78 "$name is not a variable of this program; did you mean $REPLY? Correct the name, or list it in SYNC_IGNORE_VARIABLES"
        case $name in
            *_SERVICE_HOST | *_SERVICE_PORT* | *_PORT | *_PORT_*) ;;
            ACTIVATE_* | CW_SCIM_* | SYNC_*)
                if ! is_ours "$name" && ! is_ignored "$name" && nearest "$name" "${ours[@]}"; then
                    warn "$name is set, and no program here reads it; did you mean $REPLY?"
                fi
                ;;
        esac
    done
}
