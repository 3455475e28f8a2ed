# show-plan.bash: the plan of a run for people, and as records with --plan.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of other parts

plan_file='' # the file of --plan, "-" for standard output

settle_plan_file() {
    [[ -z ${option["exit-code"]:-} || -n $dry_run ]] || die 64 "--exit-code goes with --dry-run or --replay only"
    [[ -z ${option[interactive]:-} || -z $dry_run ]] || die 64 "--interactive and DRY_RUN do not go together; give DRY_RUN=false"
    plan_file=${option[plan]:-}
    [[ -z $plan_file || -n $dry_run && -z $plan${option[check]:-}${option[explain]:-} ]] ||
        die 64 "--plan goes with --dry-run or --replay only, and not with --apply-plan, --check or --explain"
}

# The file is created before the first request, so that a run that fails leaves no older plan in it. A run that does not get the lock changes
# no file: another run may just have written it.
create_plan_file() {
    [[ $plan_file == ?(-) ]] || create_files "$plan_file" 2>/dev/null || die 74 "cannot write to $plan_file, which --plan names"
}

# A dry run ends with its plan: for people on standard output, or on standard error if the records go to standard output.
show_plan() {
    tally_plan
    case $plan_file in
        '') ;;
        -) must_print 'the plan to standard output; nothing was changed' cat -- "$work/plan.jsonl" ;;
        *) write_file "$plan_file" cat -- "$work/plan.jsonl" ;;
    esac
    if [[ -n ${option[quiet]:-} ]]; then
        return
    elif [[ $plan_file != - ]]; then
        show_to_people
    elif [[ $log_format != json && $log_level == @(info|debug) ]]; then
        show_to_people >&"$words"
    fi
}

# --interactive: shows the plan, and ends the run unless the answer is yes. If nothing would be sent, there is no question.
ask_to_apply() {
    local reply=''
    tally_plan
    show_to_people
    ((did_total)) || return 0
    REPLY="these $did_total changes"
    ((did_total > 1)) || REPLY='this change'
    # An answer that was typed before the plan was shown is not an answer to the question.
    while IFS= read -rsn 1 -t 0.01 -u "$terminal" reply; do :; done
    must_print 'to standard output' printf '\nApply %s? Only yes does so: ' "$REPLY"
    IFS= read -ru "$terminal" reply || must_print 'to standard output' echo
    [[ $reply == yes ]] || die 3 "not applied, because the answer was not yes; nothing was changed"
    verify_before
}

# While a plan waits for its review, records can change.
verify_before() { [[ -n ${SYNC_VERIFY_BEFORE:-} ]] || export SYNC_VERIFY_BEFORE=true; }

show_to_people() {
    local rc=0
    (
        trap - PIPE
        exec "${program["plan-show"]}" "$work"/{plan,desired,current}.jsonl ${restored:+"$work/restored.jsonl"}
    ) || rc=$?
    case $rc in
        0) ;;
        74) die 74 'cannot write the plan to standard output; nothing was changed' ;;
        141) pipe_closed=true && exit 141 ;;
        *)
            [[ -z ${option[interactive]:-} ]] || die 70 "plan-show ended with status $rc, so the plan could not be shown; use --dry-run --plan=FILE and --apply-plan=FILE; nothing was changed"
            warn "plan-show could not show the plan; its records are unharmed"
            ;;
    esac
}
