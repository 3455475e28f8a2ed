# explain.bash: --explain=NAME, why a person can or cannot log in. It shows both sides, the plan for the person, the limit that held it, and
# the next step.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2016 # variables of other parts; the dollars are jq's
#
# It takes no lock and writes no capture and no metrics. It sends nothing but reads: the lists, one request for the SSH keys of the
# person, and one question to the side that lacks the person.

person_id='' # the external id, as a JSON string: as it stands in a line of a stream
most_captures=500

explain() {
    unset SYNC_STRICT SYNC_SHARD
    if [[ -n ${option[replay]:-} ]]; then replay "${option[replay]}"; else export_without_keys; fi
    find_person "${option[explain]}"
    keep_person
    [[ -n ${option[replay]:-} ]] || { read_person_keys && ask_about_person; }
    start_complete_plan
    await scim-diff
    require_stages scim-diff
    start list-keys keys.jsonl scim-diff --list-keys "$tmp/desired-person.jsonl" "$tmp/current-person.jsonl"
    await list-keys
    require_stages list-keys
    read_captures
    show_person
}

# The plan of a complete run. Messages about other people are not shown. A capture has the confirmations of all absent users.
start_complete_plan() {
    local words inputs=("$work/desired.jsonl" "$work/current.jsonl") name
    for name in confirmations scim-confirmations; do
        [[ ! -s $work/$name.jsonl ]] || inputs+=("$work/$name.jsonl")
    done
    # If users or groups of ACTIVATE are malformed, each absent user needs a confirmation.
    ! tail -n 1 -- "$work/desired.jsonl" | grep -qaE '"malformed(Groups)?":[1-9]' || [[ ! -s $work/asked-again.jsonl ]] || inputs+=("$work/asked-again.jsonl")
    exec {words}>/dev/null
    start scim-diff plan.jsonl scim-diff --all "${inputs[@]}"
    exec {words}>&-
}

# explanation FILTER [JQ-OPTION]...: a filter of explain.jq.
explanation() { with_module explain "$@"; }

# grep_lists [OPTION]...: lines of both exports. Status 0 also if there is no such line.
grep_lists() { grep -ha "$@" -- "$work/desired.jsonl" "$work/current.jsonl" || (($? == 1)); }

# find_person NAME: sets person_id. Ends the run if NAME fits no person, or several.
find_person() {
    jq -nr --arg name "$1" '$name | tojson[1:-1]' >"$tmp/pattern"
    grep_lists -iFf "$tmp/pattern" >"$tmp/candidates"
    ask explanation 'people($name)' -nrR --arg name "$1" "$tmp/candidates"
    case ${#answer[@]} in
        0) refuse_unknown_person "$1" ;;
        2) person_id=${answer[0]} ;;
        *) refuse_several_people "$1" ;;
    esac
}

refuse_unknown_person() {
    local hint='' scope=${ACTIVATE_SYNC_GROUPS:-}
    grep_lists -iF -e "${1:0:2}" >"$tmp/candidates"
    ask explanation 'similar_names($name)' -nrR --arg name "$1" "$tmp/candidates"
    ! ((${#answer[@]})) || ! nearest "${1,,}" "${answer[@]}" || hint="; did you mean \"$REPLY\"?"
    [[ -z $scope ]] || scope=" (members of the groups in ACTIVATE_SYNC_GROUPS only)"
    die 64 "--explain found no person \"${1:0:80}\" in ACTIVATE$scope or in SCIM: not as userName, e-mail address, username or external id, and not in a display name$hint"
}

refuse_several_people() {
    local text='' i
    for ((i = 1; i < ${#answer[@]} && i < 20; i += 2)); do text+="; ${answer[i]}"; done
    ((${#answer[@]} <= 20)) || text+="; and $((${#answer[@]} / 2 - 10)) more"
    die 64 "--explain found $((${#answer[@]} / 2)) people for \"${1:0:80}\": ${text#; }. Name one by the address or the external id"
}

# The streams of both sides with this person alone. A side without the person has an empty list.
keep_person() {
    local side
    printf '%s\n' "$person_id" >"$tmp/pattern"
    for side in desired current; do
        { grep -aFf "$tmp/pattern" -- "$work/$side.jsonl" || (($? == 1)); } >"$tmp/$side-lines"
        explanation 'records_of($id)' -nrR --argjson id "$person_id" "$tmp/$side-lines" >"$tmp/$side-records"
        seal_person "$side"
    done
}

# seal_person SIDE: the records of the person on that side as a stream.
seal_person() {
    local records=()
    mapfile -t records <"$tmp/$1-records"
    {
        head -n 1 -- "$work/$1.jsonl"
        cat -- "$tmp/$1-records"
        printf '{"type":"end","users":%d,"groups":0}\n' "${#records[@]}"
    } >"$tmp/$1-person.jsonl"
}

# The SSH keys of the person, in the desired side. ACTIVATE's SCIM service sends keys with its list.
read_person_keys() {
    [[ ${source[*]} == activate-export && ${ACTIVATE_SSH_KEYS:-} != none ]] || return 0
    ask explanation 'username' -nrR "$tmp/desired-person.jsonl"
    [[ -n ${answer[0]:-} ]] || return 0
    LOG_LEVEL=warning start activate-keys ssh-keys.jsonl activate-export --ssh-keys-of="${answer[0]}"
    await activate-keys
    require_stages activate-keys
    explanation 'with_keys($keys)' -nrR --slurpfile keys "$work/ssh-keys.jsonl" "$tmp/desired-records" >"$tmp/with-keys"
    {
        head -n 1 -- "$work/desired.jsonl"
        cat -- "$tmp/with-keys"
        tail -n +2 -- "$work/desired.jsonl" | grep -avxFf "$tmp/desired-records"
    } >"$tmp/desired"
    cat -- "$tmp/desired" >"$work/desired.jsonl"
    mv -- "$tmp/with-keys" "$tmp/desired-records"
    seal_person desired
}

# A run asks again about a person whom one side lacks. The answer about one absent person is not given to scim-diff, which would
# then skip all others who are absent, and limits count them.
ask_about_person() {
    if [[ ! -s $tmp/desired-records ]]; then
        start activate-confirm asked-again.jsonl "${source[@]}" --confirm "$work/desired.jsonl" "$tmp/current-person.jsonl"
        await activate-confirm
        require_stages activate-confirm
    elif [[ ! -s $tmp/current-records ]]; then
        start scim-confirm scim-confirmations.jsonl scim-export --confirm "$tmp/desired-person.jsonl" "$work/current.jsonl"
        await scim-confirm
        require_stages scim-confirm
    fi
}

# capture_stream CAPTURE NAME: the stream of a capture, compressed or not.
capture_stream() {
    if [[ -e $1/$2.jsonl ]]; then
        cat -- "$1/$2.jsonl"
    elif [[ -e $1/$2.jsonl.gz ]]; then
        gzip -cd -- "$1/$2.jsonl.gz"
    fi 2>/dev/null || true
}

# The latest run in the captures, and the latest one that changed the person. The name of a capture begins with its time.
read_captures() {
    local folder=${option[capture]:-${CAPTURE_DIR:-}} dir file i last
    local -a all=() dirs=() runs=()
    local -A is_about_person=()
    : >"$tmp/last" && : >"$tmp/changed"
    [[ -n $folder ]] || return 0
    all=("$folder"/*/)
    for ((i = ${#all[@]} - 1; i >= 0 && ${#dirs[@]} < most_captures; --i)); do
        [[ ! -s ${all[i]}run.json ]] || dirs+=("${all[i]%/}")
    done
    ((${#dirs[@]})) || return 0
    for dir in "${dirs[@]:0:20}"; do runs+=("$dir/run.json"); done
    ask explanation 'latest_run' -nrR "${runs[@]}"
    last=${answer[0]:-}
    last=${last%/run.json}
    [[ -z $last ]] || capture_of_person "$last" >"$tmp/last"
    ask grep -lasFf "$tmp/pattern" -- "${dirs[@]/%//plan.jsonl}" || true
    for file in "${answer[@]}"; do is_about_person[$file]=true; done
    for dir in "${dirs[@]}"; do
        file=$dir/plan.jsonl
        if [[ -e $file ]]; then
            [[ -n ${is_about_person[$file]:-} ]] || continue
        else
            capture_stream "$dir" plan | grep -qaFf "$tmp/pattern" || continue
        fi
        if [[ $dir == "$last" ]]; then cp -- "$tmp/last" "$tmp/capture"; else capture_of_person "$dir" >"$tmp/capture" || continue; fi
        explanation 'changed_by($id; $capture)' -nc --argjson id "$person_id" --slurpfile capture "$tmp/capture" >"$tmp/changed"
        [[ ! -s $tmp/changed ]] || return 0
    done
}

# capture_of_person CAPTURE: one object with its run, the lines of its plan about the person and the seal, and all outcomes of these.
capture_of_person() {
    capture_stream "$1" plan | { grep -aFf "$tmp/pattern" -e '"type":"end"' || true; } >"$tmp/capture-plan"
    explanation 'change_ids' -r "$tmp/capture-plan" >"$tmp/change-ids"
    capture_stream "$1" results | { grep -aFf "$tmp/change-ids" || true; } >"$tmp/capture-results"
    explanation 'capture($run; $plan; $results)' -nc --slurpfile run "$1/run.json" --slurpfile plan "$tmp/capture-plan" --slurpfile results "$tmp/capture-results"
}

show_person() {
    local color=never
    [[ ! -t 1 || -n ${NO_COLOR:-} || ${TERM:-dumb} == dumb ]] || color=always
    explanation 'group_ids' -r "$tmp/desired-lines" "$tmp/current-lines" >>"$tmp/pattern"
    { grep -aFf "$tmp/pattern" -- "$work/plan.jsonl" || (($? == 1)); } >"$tmp/plan-lines"
    write_file "$tmp/screen" jq -nr -f "$library/explain-screen.jq" --arg color "$color" --argjson id "$person_id" \
        --arg captures "${option[capture]:-${CAPTURE_DIR:-}}" --arg scope "${ACTIVATE_SYNC_GROUPS:-}" \
        --slurpfile desired "$tmp/desired-records" --slurpfile current "$tmp/current-records" \
        --slurpfile wanted "$tmp/desired-lines" --slurpfile present "$tmp/current-lines" \
        --slurpfile keys "$work/keys.jsonl" --slurpfile asked "${output["activate-confirm"]:-/dev/null}" \
        --slurpfile plan "$tmp/plan-lines" --slurpfile last "$tmp/last" --slurpfile changed "$tmp/changed"
    must_print 'to standard output' cat -- "$tmp/screen"
}
