# restore.bash: --restore, which restores the state of SCIM in a capture.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of other parts

restored='' # the file to restore: the current side that an earlier run has captured
captured='' # its copy, with the records that its list lacks

settle_restore() {
    local given=${option[restore]:-}
    if [[ -z $given ]]; then
        [[ -z ${option["restore-leavers"]:-} ]] || die 64 "--restore-leavers goes with --restore=CAPTURE only"
        return 0
    fi
    restored=$given
    [[ ! -d $given ]] || find_stream "${given%/}" current || true
    [[ ! -d $given ]] || restored=$REPLY
    if [[ ! -f $restored || ! -r $restored ]]; then
        latest_captures "$given"
        die 64 "--restore names $given, where there is no current.jsonl to read$REPLY"
    fi
    [[ -s $restored ]] || die 65 "$restored is empty: that run ended before it had read SCIM; choose another capture"
    [[ -z ${SYNC_SHARD:-} ]] || die 78 "SYNC_SHARD does not go with --restore, which restores all users; unset it"
    unset SYNC_ADOPT_FILE SYNC_ADOPT_GROUPS # a restore adopts no record
}

# latest_captures CAPTURE: REPLY lists up to three captures next to CAPTURE or in it, for a message; empty if there are none. The name of a
# capture begins with its time.
latest_captures() {
    local folder=${1%/} file
    local -a found=()
    [[ -d $folder || $folder == */* ]] || folder=./$folder
    [[ -d $folder ]] || folder=${folder%/*}
    for file in "$folder"/*/; do
        ! find_stream "${file%/}" current || [[ ! -s $REPLY ]] || found+=("${file%/}")
    done
    REPLY=''
    ((${#found[@]})) || return 0
    while ((${#found[@]} > 3)); do found=("${found[@]:1}"); done
    printf -v REPLY ', %s' "${found[@]}"
    REPLY="; the latest captures there are ${REPLY#, }"
}

read_and_plan_restore() {
    read_for_restore
    plan_restore
}

# captured is the state to restore. If the list of SCIM was short in that run, it is the list with the records that a lookup found then.
read_restored() {
    local dir=.
    unpack "$restored" "$work/restored.jsonl" "$restored"
    keep restored.jsonl
    captured=$work/restored.jsonl
    [[ $restored != */* ]] || dir=${restored%/*}
    [[ ${restored##*/} == current.jsonl?(.gz) ]] && find_stream "$dir" scim-confirmations || return 0
    unpack "$REPLY" "$work/found.jsonl" "$REPLY"
    tail -n 1 -- "$work/found.jsonl" | grep -qaE '^\{"type":"end".*"(users|groups)":[1-9]' || return 0
    captured=$work/captured.jsonl
    sed '' -- "$work"/{restored,found}.jsonl >"$captured" # unlike cat, it adds a newline that is missing between them
}

# Both sides in their present state. ACTIVATE shows which users have left since the capture. An active user of the capture who is missing in
# its export is looked up. With --restore-leavers, ACTIVATE is not needed. SCIM is asked about protected users that are missing in its export.
read_for_restore() {
    local asked=(scim-confirm) desired=$work/desired.jsonl
    read_restored
    if [[ -n ${option["restore-leavers"]:-} ]]; then
        start scim-export current.jsonl scim-export
        await scim-export
        require_stages scim-export
        desired=$tmp/no-users.jsonl
        { head -n 1 -- "$work/current.jsonl" | sed 's/"side":"current"/"side":"desired"/' && echo '{"type":"end","users":0,"groups":0}'; } >"$desired"
    else
        export_both
        start activate-confirm confirmations.jsonl "${source[@]}" --confirm "$desired" "$captured"
        asked+=(activate-confirm)
    fi
    start scim-confirm scim-confirmations.jsonl scim-export --confirm "$desired" "$work/current.jsonl"
    await "${asked[@]}"
    require_stages "${asked[@]}"
}

plan_restore() {
    local arguments=(--restore "$captured")
    if [[ -n ${option["restore-leavers"]:-} ]]; then
        arguments+=(--restore-leavers)
    else
        arguments+=("$work/desired.jsonl" "$work/confirmations.jsonl")
    fi
    start scim-diff plan.jsonl scim-diff "${arguments[@]}" "$work"/{current,scim-confirmations}.jsonl
    await scim-diff
    require_stages scim-diff
}
