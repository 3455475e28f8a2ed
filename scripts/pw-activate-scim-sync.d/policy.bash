# policy.bash: SYNC_POLICY, a jq program that drops changes from the plan before they are applied.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the dollars are jq's; variables of other parts

policy=''             # the file with the jq program; empty: all changes are kept
may_delay_removals='' # true or empty
dropped=null          # how many changes the policy has dropped: {grants, removals}; null: there is no policy

# A restore and a reviewed plan are decisions of a person, so the policy does not apply to them.
settle_policy() {
    choose sync-policy-may-delay-removals false true 1 yes false 0 no
    [[ $REPLY != @(true|1|yes) ]] || may_delay_removals=true
    [[ -n ${SYNC_POLICY:-} && -z $plan$restored ]] || return 0
    policy=$SYNC_POLICY
    has_program "$policy" || die 78 "SYNC_POLICY names $policy, which is not a file with a jq program that can be read; correct the path, or unset SYNC_POLICY"
    [[ $policy == /* ]] || policy=./$policy
    dropped='{"grants":0,"removals":0}'
}

# has_program FILE: jq takes a program without an expression for one that keeps everything, and reads up to a NUL byte.
has_program() {
    local text=''
    [[ -f $1 && -r $1 ]] && ! IFS= read -rd '' text <"$1" && grep -qvE '^[[:space:]]*(#|$)' "$1"
}

# refuse_found_policy NAME: a program that decides what is written is chosen, not found; file and number are load_env_file's.
refuse_found_policy() {
    [[ $1 != SYNC_POLICY?(_MAY_DELAY_REMOVALS) || -n ${option["env-file"]:-} ]] ||
        die 78 "$file:$number: a .env that is found cannot set $1; set it in the environment, or give --env-file=$file"
}

policy_report() { with_module policy "$@"; }

# The plan without the changes that the policy drops, resealed. The output of the policy is compared with its input, so that it can
# only drop lines. The order of its lines does not count.
filter_plan() {
    local side
    [[ -n $policy ]] || return 0
    policy_report 'given' -c "$work/plan.jsonl" >"$tmp/given"
    run_policy
    for side in given kept; do
        { jq -cS . "$tmp/$side" | LC_ALL=C sort; } >"$tmp/$side.sorted" 2>/dev/null || refuse_policy 'printed a line that is not JSON'
    done
    LC_ALL=C comm -13 "$tmp/given.sorted" "$tmp/kept.sorted" >"$tmp/foreign"
    if [[ -s $tmp/foreign ]]; then
        ask policy_report 'first(inputs) | sentence' -nr "$tmp/foreign"
        refuse_policy "printed a line that the plan does not have, or changed one (${answer[0]})"
    fi
    LC_ALL=C comm -23 "$tmp/given.sorted" "$tmp/kept.sorted" >"$work/dropped.jsonl"
    take_out_dropped
}

# jq can read files and send nothing. It gets no variable but the time zone, so no credential. Without HOME, it would read ~/.jq all the same.
run_policy() {
    local rc=0 time
    ask policy_report 'first(inputs) | header, (.at | strings | fromdate)' -nc "$work/plan.jsonl"
    printf -v time '%(%FT%T%z)T' "${answer[1]:--1}" # -1: now
    (
        close_lock
        close_timer
        exec env -i HOME=/dev/null PATH="$PATH" LC_ALL="$LC_ALL" ${TZ:+"TZ=$TZ"} jq -c --argjson plan "${answer[0]%\}},\"localTime\":\"$time\"}" -f "$policy" "$tmp/given" {words}>&-
    ) >"$tmp/kept" 2>"$tmp/policy.err" &
    wait "$!" || rc=$?
    ((rc)) || return 0
    ask head -n 1 -- "$tmp/policy.err"
    refuse_policy "failed with status $rc of jq (${answer[0]:-no message})"
}

refuse_policy() {
    conclude error "the policy $policy $1; a policy may only drop changes; correct it, or unset SYNC_POLICY; nothing was changed"
    exit 78
}

take_out_dropped() {
    local sentence
    ask policy_report 'tally' -nr "$work/dropped.jsonl"
    dropped=${answer[0]}
    if [[ -n ${answer[1]:-} && -z $may_delay_removals ]]; then
        refuse_policy "drops a removal (${answer[1]}), and SYNC_POLICY_MAY_DELAY_REMOVALS is not true"
    fi
    has_dropped || return 0
    for sentence in "${answer[@]:2}"; do warn "the policy ${policy##*/} drops $sentence"; done
    policy_report 'without($dropped; $counts)' -nrR --slurpfile dropped "$work/dropped.jsonl" --argjson counts "$dropped" "$work/plan.jsonl" >"$tmp/rest"
    "${program[reseal]}" "$tmp/rest" >"$work/plan.jsonl"
    keep plan.jsonl
    keep dropped.jsonl
}

has_dropped() { [[ $dropped != @(null|'{"grants":0,"removals":0}') ]]; }

# read_dropped PLAN: a plan of --apply-plan may have been made under a policy. The dropped changes are still to be made.
read_dropped() {
    ask tail -n 1 -- "$1"
    [[ ! ${answer[0]:-} =~ \"dropped\":(\{\"grants\":[0-9]+,\"removals\":[0-9]+\}) ]] || dropped=${BASH_REMATCH[1]}
}
