# command-line.bash: the options of pw-activate-scim-sync and its --help.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # options.bash reads the table and fills option

options=('-n, --dry-run' --check --replay=DIR --apply-plan=FILE --restore=CAPTURE --restore-leavers --target=any --capture=DIR --env-file=FILE --bin=DIR '-q, --quiet' '-v, --verbose'
    --log-level=LEVEL --log-format=FORMAT --approve=DIGESTS --adopt=FILE --adopt-group=NAMES --allow-group=NAMES --allow-user=NAMES --allow-empty
    --rename-users --group-writes=MODE --verify-before --max-age=SECONDS --extra-ca-file=FILE --exec '-h, --help' --version)
# Options that messages of the tools recommend, and the variables by which the tools get them.
declare -rA handed_on=([approve]=SYNC_APPROVE [adopt]=SYNC_ADOPT_FILE ["adopt-group"]=SYNC_ADOPT_GROUPS ["allow-group"]=SYNC_ALLOW_GROUPS
    ["allow-user"]=SYNC_ALLOW_USERS ["allow-empty"]=SYNC_ALLOW_EMPTY ["rename-users"]=SYNC_RENAME_USERS ["group-writes"]=SYNC_GROUP_WRITES
    ["verify-before"]=SYNC_VERIFY_BEFORE ["max-age"]=SYNC_MAX_PLAN_AGE ["extra-ca-file"]=SYNC_CA_FILE)
suggests_options=true

help() {
    cat <<'TEXT'
Example: pw-activate-scim-sync --dry-run | jq 'select(.action == "deactivate")'

Usage: pw-activate-scim-sync [OPTION]...
       pw-activate-scim-sync [--env-file=FILE] --exec COMMAND...
Keeps a CoreWeave SCIM service in sync with ACTIVATE: users, groups and SSH keys.

Options:
  -n, --dry-run             change nothing; the plan goes to standard output, unless that is a terminal ($DRY_RUN)
      --check               ask both services whether a run would work, and what to do if not; change nothing
      --replay=DIR          use the exports captured in DIR, not the network; implies --dry-run
      --apply-plan=FILE     carry out the plan in FILE as it is, if it is young enough and nothing in it is held unapproved
      --restore=CAPTURE     go back to the state of SCIM before the run of this capture; users who have left ACTIVATE stay out
      --restore-leavers     with --restore, give them their access back, too; ACTIVATE is not read
      --target=any          apply a plan, or restore a capture, that does not say for which SCIM service it is
      --capture=DIR         keep streams and logs of each run in a new folder of DIR ($CAPTURE_DIR)
      --env-file=FILE       NAME=value lines; the environment beats them [.env, if there is one]
      --bin=DIR             where the four tools are [PATH, else the folder of this script]
  -q, --quiet               warnings and the last line only
  -v, --verbose             also what each tool does
      --log-level=LEVEL     error, warning, info or debug [info; the tools: warning] ($LOG_LEVEL)
      --log-format=FORMAT   text or json, on standard error [text] ($LOG_FORMAT)
      --exec                run the command that follows, with the variables of the env file, and nothing else
      --approve=DIGESTS     let through the held changes that have these digests ($SYNC_APPROVE)
      --adopt=FILE          manage the unmanaged users that FILE names, one a line ($SYNC_ADOPT_FILE)
      --adopt-group=NAMES   manage the unmanaged groups of these names ($SYNC_ADOPT_GROUPS)
      --allow-group=NAMES   synchronize these groups in spite of their powerful names ($SYNC_ALLOW_GROUPS)
      --allow-user=NAMES    synchronize these users in spite of names of system users ($SYNC_ALLOW_USERS)
      --allow-empty         plan even if ACTIVATE has no user at all ($SYNC_ALLOW_EMPTY)
      --rename-users        send a changed userName or e-mail ($SYNC_RENAME_USERS)
      --group-writes=MODE   replace or add-remove: how members are sent ($SYNC_GROUP_WRITES)
      --verify-before       read each resource just before writing it ($SYNC_VERIFY_BEFORE)
      --max-age=SECONDS     refuse a plan that is older ($SYNC_MAX_PLAN_AGE)
      --extra-ca-file=FILE  also trust the certificate authorities in this file ($SYNC_CA_FILE)
  -h, --help                print this and exit
      --version             print the version and exit

Environment of this script alone:
  ACTIVATE_SOURCE           rest: activate-export reads ACTIVATE's API; scim: scim-export reads its SCIM service [rest]
  HEARTBEAT_URL             gets one GET after a complete run that ends with 0; https, or http on loopback
  METRICS_FILE              gets the figures of each run, as Prometheus reads them
  PUSHGATEWAY_URL           gets them by POST: https://HOST/metrics/job/NAME; http if no credential is in it
  SYNC_LOCK_FILE            held during a run; a second run says so and ends with 75
                            [/run/lock/pw-activate-scim-sync-TARGET.lock]
  SYNC_MAX_RUN_SECONDS      the longest time of a run; after it, it is stopped and ends with 75 [2700; with SYNC_SHARD 14000]
  SYNC_GRACE_SECONDS        how long a tool may take to stop on TERM [20]
  RUN_ID                    names the run in every log line [random]
The tools' variables are in env.example.

Exit status: that of the first stage that failed; otherwise 3 if changes are held, 4 if access differs and no later run
changes that until somebody acts, 2 if something failed or is unknown, 0 if both sides grant the same access. 64 usage, 65 bad input, 69 unavailable, 70 internal error, 74 i/o error, 75 try again later, 77 denied,
78 bad configuration, 128+n killed by signal n.
TEXT
}

# What the command line says beats the environment and the env file.
hand_on_options() {
    local name
    for name in "${!handed_on[@]}"; do
        [[ -z ${option[$name]:-} ]] || export "${handed_on[$name]}=${option[$name]}"
    done
}

# --exec: the command in place of this script, with the environment that a run has. Its options are its own.
run_command() {
    ((${#rest[@]})) || die 64 "--exec needs a command: --exec scim-export --check"
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
    for name in check replay apply-plan restore; do [[ -z ${option[$name]:-} ]] || given+=" and --$name"; done
    [[ $given != *and*and* ]] || die 64 "${given# and } do not go together"
}
