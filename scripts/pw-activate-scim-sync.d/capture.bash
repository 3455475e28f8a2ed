# capture.bash: the capture of a run: its streams and logs in a directory of CAPTURE_DIR, and its lines in the index there.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the dollars are jq's; variables of other parts

capture=''          # the directory of the capture, if there is one
capture_root=''     # the directory that it is in, with the index
capture_failed=''   # true if a capture was wanted and is missing or incomplete
leaver_latency=null # the longest of this run, in seconds; see sync-captures(1)
capture_when=changes
capture_keep=0 # seconds; 0: for ever

settle_capture() {
    choose capture-when changes changes always
    capture_when=$REPLY
    seconds_of "${CAPTURE_KEEP:-0}" || { shown "$CAPTURE_KEEP" && die 78 "CAPTURE_KEEP is $REPLY; write a number of days or hours, such as 90d or 36h; 0 keeps captures for ever"; }
    capture_keep=$REPLY
}

# If the capture cannot be written, the run continues. Otherwise users who have left would keep access.
make_capture() {
    local stamp
    capture_root=$1${dry_run:+/dry-runs}
    TZ=UTC0 printf -v stamp '%(%Y%m%dT%H%M%SZ)T' "${started:0:-6}"
    capture=$capture_root/$stamp-$run_id
    if create_capture "$1" 2>/dev/null; then
        run_log=$capture/run.log
    else
        capture=''
        lose_capture "cannot write to the capture directory $1"
    fi
}

create_capture() {
    mkdir -p -- "$1" && [[ ! -L $1/dry-runs ]] && mkdir -p -- "$capture_root" && mkdir -- "$capture" &&
        create_files "$capture"/run.log "$capture"/{desired,current,confirmations,scim-confirmations,plan,results}.jsonl
}

# lose_capture SENTENCE
lose_capture() {
    [[ -n $capture_failed ]] || warn "$1; this run continues without a complete capture; make room, or correct CAPTURE_DIR"
    capture_failed=true
}

# keep FILE: the file of the workspace in the capture, too.
keep() {
    [[ -n $capture && -e $work/$1 ]] || return 0
    [[ ! $work/$1 -ef $capture/$1 ]] || return 0
    cp -- "$work/$1" "$capture/$1" 2>/dev/null || {
        { : >"$capture/$1"; } 2>/dev/null || true # a part of a stream is of no use
        lose_capture "cannot write to the capture $capture"
    }
}

# keep_live FILE: from now on, everything written to the file goes to the capture at once. The outcomes of writes are then there even if
# this script is killed. If the capture may not have enough space, the file is copied later.
keep_live() {
    local size
    [[ -n $capture ]] || return 0
    ask stat -c %s -- "$work/plan.jsonl" || return 0
    size=${answer[0]}
    ask stat -f -c '%a*%S' -- "$capture" || return 0
    ((answer[0] < 4 * size + 65536)) || ln -sfr -- "$capture/$1" "$work/$1" || true
}

# close_capture: the end of a run. Its lines go to the index. Its directory is removed if it has nothing to look back at, and
# compressed otherwise. Old captures are removed. A run that was stopped does only what is quick.
close_capture() {
    local lines=$tmp/index.jsonl
    make_index_lines >"$lines" 2>/dev/null || : >"$lines"
    if ! ask tail -n 1 -- "$lines" || [[ ${answer[0]:-} != '{"type":"run"'* ]]; then
        lose_capture "cannot write the index lines of this run to $tmp"
    elif [[ ${answer[0]} != *',"capture":"'* ]]; then
        run_log=/dev/null
        remove_capture "$capture"
    fi
    [[ ! ${answer[0]:-} =~ ,\"latencySeconds\":([0-9.]+) ]] || leaver_latency=${BASH_REMATCH[1]}
    append_to_index "$capture_root" "$lines" || lose_capture "cannot write to $capture_root/index.jsonl"
    [[ -z $signal$overtime ]] || return 0
    [[ ! -d $capture ]] || pack_capture
    ((!capture_keep)) || prune_all || lose_capture "cannot remove all captures in $capture_root that are older than $CAPTURE_KEEP"
}

prune_all() {
    local rc=0 dir=${capture_root%"${dry_run:+/dry-runs}"}
    prune_captures "$dir" "$capture_keep" || rc=1
    [[ -L $dir/dry-runs ]] || prune_captures "$dir/dry-runs" "$capture_keep" || rc=1
    return "$rc"
}

# If there is no room, gzip leaves the file as it is.
pack_capture() {
    local file
    for file in "$capture"/*.jsonl; do
        [[ ! -s $file || -L $file ]] || gzip -1nq -- "$file" 2>/dev/null || true
    done
}

# Prints the lines of this run for the index: its changes, and the run. The line of the run names the capture if it is kept. It is kept if
# the run changed something, failed or held something, or if SCIM differs from the state in the last capture.
make_index_lines() {
    local digest='' index=$capture_root/index.jsonl
    [[ ${sealed["scim-export"]:-} != true ]] || { ask digest_of_records "$work/current.jsonl" && digest=${answer[0]%% *}; }
    create_files "$tmp"/{last-run,last-stored,past,plan-seal} || return 1
    [[ ! -s $work/plan.jsonl ]] || tail -n 1 -- "$work/plan.jsonl" >"$tmp/plan-seal"
    if [[ -f $index ]]; then
        grep -a '^{"type":"run"' -- "$index" | tail -n 1 >"$tmp/last-run"
        grep -a '^{"type":"run".*,"capture":".*,"current":{' -- "$index" | tail -n 1 >"$tmp/last-stored"
        past_of_leavers "$index" >"$tmp/past"
    fi
    [[ $(<"$tmp/last-stored") =~ ,\"capture\":\"([A-Za-z0-9._-]+)\" && -d $capture_root/${BASH_REMATCH[1]} ]] || : >"$tmp/last-stored"
    names_of_members >"$tmp/names" && outcomes_of_changes >"$tmp/outcomes" || return 1
    index_jq 'index_lines' -nRc --slurpfile outcomes "$tmp/outcomes" --slurpfile run "$capture/run.json" \
        --rawfile seal "$tmp/plan-seal" --rawfile last "$tmp/last-run" --rawfile stored "$tmp/last-stored" --rawfile past "$tmp/past" --slurpfile names "$tmp/names" \
        --arg digest "$digest" --arg when "$capture_when" --arg capture "${capture##*/}" --argjson did "$did" \
        --argjson desired "${sealed["activate-export"]:-false}" "$work/plan.jsonl"
}

# index_jq FILTER [JQ-OPTION]...: a filter of capture-index.jq.
index_jq() { with_module capture-index "$@"; }

# digest_of_records FILE: the version of a record changes without the record.
digest_of_records() {
    sed -nE '/^\{"type":"(user|group)"/{s/,"version":"([^"\\]|\\.)*"//;p}' -- "$1" | sha256sum
}

# The outcome of each change, as one object.
outcomes_of_changes() {
    if grep -qaF '"outcome"' -- "$work/results.jsonl"; then index_jq 'outcomes' -nRc "$work/results.jsonl"; else echo '{}'; fi
}

# The names of users who join or leave a group, as one object.
names_of_members() {
    grep -ah '"resource":"Group"' -- "$work/plan.jsonl" >"$tmp/groups" || { echo '{}' && return 0; }
    index_jq 'inputs | fromjson? | joined[], left[] | as_pattern' -nRr "$tmp/groups" | sort -u >"$tmp/members" &&
        { grep -ah '^{"type":"user"' -- "$work/desired.jsonl" "$work/current.jsonl" || true; } | { grep -aFf "$tmp/members" || true; } |
        jq -nRc 'reduce (inputs | fromjson? | select(.userName)) as $user ({}; .[$user.externalId] = $user.userName)'
}

# past_of_leavers INDEX: the lines of all runs, and of earlier changes of the users whom this run has deactivated.
past_of_leavers() {
    grep -ah '"action":"deactivate"' -- "$work/results.jsonl" >"$tmp/deactivated" || return 0
    index_jq 'inputs | fromjson? | select(.outcome == "applied") | as_pattern' -nRr "$tmp/deactivated" >"$tmp/leavers" && [[ -s $tmp/leavers ]] || return 0
    echo '{"type":"run"' >>"$tmp/leavers"
    grep -aFf "$tmp/leavers" -- "$1"
}
