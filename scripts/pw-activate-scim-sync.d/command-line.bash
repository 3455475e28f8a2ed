# command-line.bash: the options of pw-activate-scim-sync and its --help.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # options.bash reads the table and fills option

options=('-n, --dry-run' --plan=FILE --exit-code '-i, --interactive' --check --explain=NAME --only=NAMES --replay=DIR --apply-plan=FILE --restore=CAPTURE --restore-leavers --target=any --capture=DIR --env-file=FILE --bin=DIR '-q, --quiet' '-v, --verbose'
    --log-level=LEVEL --log-format=FORMAT --approve=DIGESTS --adopt=FILE --adopt-group=NAMES --allow-group=NAMES --allow-user=NAMES --posix-names=RULE --allow-empty
    --rename-users --group-writes=MODE --verify-before --max-age=SECONDS --extra-ca-file=FILE --exec '-h, --help' --version)
# Options that messages of the tools recommend, and the variables that pass them to the tools.
declare -rA handed_on=([approve]=SYNC_APPROVE [adopt]=SYNC_ADOPT_FILE ["adopt-group"]=SYNC_ADOPT_GROUPS ["allow-group"]=SYNC_ALLOW_GROUPS
    ["allow-user"]=SYNC_ALLOW_USERS ["posix-names"]=SYNC_POSIX_NAMES ["allow-empty"]=SYNC_ALLOW_EMPTY ["rename-users"]=SYNC_RENAME_USERS ["group-writes"]=SYNC_GROUP_WRITES
    ["verify-before"]=SYNC_VERIFY_BEFORE ["max-age"]=SYNC_MAX_PLAN_AGE ["extra-ca-file"]=SYNC_CA_FILE)
suggests_options=true

help() {
    cat <<'TEXT'
Example: pw-activate-scim-sync --dry-run

Usage: pw-activate-scim-sync [OPTION]...
       pw-activate-scim-sync [--env-file=FILE] --exec COMMAND...
Keeps a CoreWeave SCIM service in sync with ACTIVATE: users, groups, SSH keys.

Options:
  -n, --dry-run             change nothing; show the plan ($DRY_RUN)
      --plan=FILE           write the records of the plan to FILE, or with - to
                            standard output (with --dry-run)
      --exit-code           exit with 1 if a dry run would change something
  -i, --interactive         show the plan, ask, and apply exactly this plan if
                            the answer is yes
      --check               check whether a run would succeed, and explain how
                            to fix problems; change nothing
      --explain=NAME        print why this person can or cannot log in: both
                            sides, what a run would do, what held it, and the
                            next step; change nothing
      --only=NAMES          plan and apply only the changes of these users and
                            of their memberships; limits count these alone
      --replay=DIR          use the exports captured in DIR instead of the
                            network; implies --dry-run
      --apply-plan=FILE     carry out the plan in FILE as it is, unless it is
                            too old or holds changes that are not approved
      --restore=CAPTURE     restore the state of SCIM before the run of this
                            capture, except for users who have left ACTIVATE
      --restore-leavers     restore these users as well (with --restore);
                            ACTIVATE is not read
      --target=any          apply a plan, or restore a capture, that does not
                            name its SCIM service
      --capture=DIR         keep streams and logs of runs in new directories in
                            DIR ($CAPTURE_DIR)
      --env-file=FILE       read NAME=value lines from FILE; the environment
                            overrides them [.env, if it exists]
      --bin=DIR             use the four tools in DIR [PATH, then the directory
                            of this script]
  -q, --quiet               log warnings and errors only, and nothing after a
                            run that exits with 0
  -v, --verbose             log each step of each tool as well
      --log-level=error|warning|info|debug
                            log messages of this level and above [info; tools:
                            warning] ($LOG_LEVEL)
      --log-format=text|timestamped|json
                            write log lines as text, timestamped (text with the
                            time) or json [text] ($LOG_FORMAT)
      --exec                run the command that follows with the variables of
                            the env file, and nothing else
      --approve=DIGESTS     approve the held changes that have these digests
                            ($SYNC_APPROVE)
      --adopt=FILE          adopt the unmanaged users with these userNames, one
                            a line ($SYNC_ADOPT_FILE)
      --adopt-group=NAMES   adopt the unmanaged groups of these names
                            ($SYNC_ADOPT_GROUPS)
      --allow-group=NAMES   allow synchronising these groups although their
                            names are privileged ($SYNC_ALLOW_GROUPS)
      --allow-user=NAMES    allow synchronising these users although the names
                            are those of system users ($SYNC_ALLOW_USERS)
      --posix-names=letter|digits
                            require a letter before the @ of a userName
                            (letter), or not (digits) ($SYNC_POSIX_NAMES)
      --allow-empty         make a plan even if ACTIVATE has no users
                            ($SYNC_ALLOW_EMPTY)
      --rename-users        send a changed userName or e-mail address
                            ($SYNC_RENAME_USERS)
      --group-writes=replace|add-remove
                            send members with replace or add-remove
                            ($SYNC_GROUP_WRITES)
      --verify-before       read every resource before writing it
                            ($SYNC_VERIFY_BEFORE)
      --max-age=SECONDS     reject a plan that is older ($SYNC_MAX_PLAN_AGE)
      --extra-ca-file=FILE  trust the certificate authorities in FILE as well
                            ($SYNC_CA_FILE)
  -h, --help                print this and exit
      --version             print the version and exit

Variables of this script; env.example lists all variables:
  ACTIVATE_SOURCE           source of the desired side: rest (ACTIVATE's API) or
                            scim (ACTIVATE's own SCIM service) [rest]
  CAPTURE_WHEN              captures to keep: changes (of runs that changed or
                            held something or failed, or that found SCIM
                            changed), or always [changes]
  CAPTURE_KEEP              time after which captures are removed: 90d, 36h; 0:
                            never [0]
  HEARTBEAT_URL             URL to GET after a complete run that exited with 0;
                            https, or http to loopback
  METRICS_FILE              file for the metrics of each run, for Prometheus
  PUSHGATEWAY_URL           URL to POST these metrics to:
                            https://HOST/metrics/job/NAME
  SYNC_NOTIFY_URL           URL to POST a report to, as JSON with a text field,
                            when something changed, failed, is held or is
                            unresolved
  SYNC_NOTIFY_COMMAND       command that gets this report as standard input
  SYNC_NOTIFY_NAMES         true: the report has names [false]
  SYNC_LOCK_FILE            file that is locked during a run; a second run exits
                            with 75
                            [/run/lock/pw-activate-scim-sync-TARGET.lock]
  SYNC_MAX_RUN_SECONDS      seconds after which a run is stopped and exits with
                            75 [2700; with SYNC_SHARD 14000]
  SYNC_GRACE_SECONDS        seconds between TERM and KILL for a tool [20]
  SYNC_POLICY               file with a jq program that drops changes from the
                            plan (man scim-policy)
  SYNC_POLICY_MAY_DELAY_REMOVALS
                            true: also changes that take access away [false]
  RUN_ID                    id of the run in every log line [random]

Exit status: that of the first stage that failed; otherwise 3 if changes are
held, 4 if access differs and no later run changes that until an operator acts,
2 if something failed or is unknown, 0 if both sides grant the same access.
64 usage, 65 bad input, 69 unavailable, 70 internal error, 74 i/o error, 75 try
again later, 77 denied, 78 bad configuration, 128+n ended by signal n.
TEXT
}

# The command line overrides the environment and the env file.
hand_on_options() {
    local name
    for name in "${!handed_on[@]}"; do
        [[ -z ${option[$name]:-} ]] || export "${handed_on[$name]}=${option[$name]}"
    done
}

# --exec: the command in place of this script, with the environment of a run. All options after --exec are those of the command.
run_command() {
    local name
    ((${#rest[@]})) || die 64 "--exec needs a command: --exec scim-export --check"
    for name in "${!option[@]}"; do
        is_one_of "$name" exec env-file bin "${!handed_on[@]}" || die 64 "--$name has no effect on ${rest[0]:0:40}; leave it out, or give the command an option of its own, after --exec"
    done
    find_env_file
    refuse_misspelt
    PATH=${option[bin]:+${option[bin]}:}$PATH:$here
    type -P "${rest[0]}" >/dev/null || die 127 "cannot find ${rest[0]} on PATH or in $here"
    trap - EXIT ERR TERM INT HUP PIPE
    exec {words}>&-
    exec -- "${rest[@]}"
}

take_operand() { die 64 "unexpected operand \"$1\"; --help shows the usage"; }

refuse_combinations() {
    local name given=''
    for name in check explain only replay apply-plan restore; do [[ -z ${option[$name]:-} ]] || given+=" and --$name"; done
    [[ $given != *and*and* || $given == " and --"@(explain|only)" and --replay" ]] || die 64 "${given# and } do not go together"
    [[ ${option[target]:-any} == any ]] || die 64 "--target is \"${option[target]:0:40}\"; choose one of any"
    [[ -z ${option[interactive]:-} ]] || refuse_interactive
}

refuse_interactive() {
    local name
    for name in dry-run check explain replay apply-plan quiet; do
        [[ -z ${option[$name]:-} ]] || die 64 "--interactive and --$name do not go together"
    done
    [[ -t 0 && -t 1 ]] || die 64 "--interactive needs a terminal as standard input and output; without one, use --dry-run --plan=FILE and --apply-plan=FILE"
}
