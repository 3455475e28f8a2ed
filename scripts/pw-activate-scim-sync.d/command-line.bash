# command-line.bash: the options of pw-activate-scim-sync and its --help.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # options.bash reads the table and fills option

options=('-n, --dry-run' --check --replay=DIR --apply-plan=FILE --restore=CAPTURE --restore-leavers --capture=DIR --env-file=FILE --bin=DIR '-q, --quiet' '-v, --verbose'
    --log-level=LEVEL --log-format=FORMAT '-h, --help' --version)
suggests_options=true

help() {
    cat <<'TEXT'
Example: pw-activate-scim-sync --dry-run | jq 'select(.action == "deactivate")'

Usage: pw-activate-scim-sync [OPTION]...
Keeps a CoreWeave SCIM service in sync with ACTIVATE: users, groups and SSH keys.

Options:
  -n, --dry-run             change nothing; the plan goes to standard output, unless that is a terminal ($DRY_RUN)
      --check               ask both services whether a run would work, and what to do if not; change nothing
      --replay=DIR          use the exports captured in DIR, not the network; implies --dry-run
      --apply-plan=FILE     carry out the plan in FILE as it is, if it is young enough and nothing in it is held unapproved
      --restore=CAPTURE     go back to the state of SCIM before the run of this capture; users who have left ACTIVATE stay out
      --restore-leavers     with --restore, give them their access back, too; ACTIVATE is not read
      --capture=DIR         keep streams and logs of each run in a new folder of DIR ($CAPTURE_DIR)
      --env-file=FILE       NAME=value lines; the environment beats them [.env, if there is one]
      --bin=DIR             where the four tools are [PATH, else the folder of this script]
  -q, --quiet               warnings and the last line only
  -v, --verbose             also what each tool does
      --log-level=LEVEL     error, warning, info or debug [info; the tools: warning] ($LOG_LEVEL)
      --log-format=FORMAT   text or json, on standard error [text] ($LOG_FORMAT)
  -h, --help                print this and exit
      --version             print the version and exit

Environment of this script alone:
  ACTIVATE_SOURCE           rest: activate-export reads ACTIVATE's API; scim: scim-export reads its SCIM service [rest]
  HEARTBEAT_URL             gets one GET after a complete run that ends with 0; https, or http on loopback
  METRICS_FILE              gets the figures of each run, as Prometheus reads them
  PUSHGATEWAY_URL           gets them by POST: https://HOST/metrics/job/NAME; http if no credential is in it
  SYNC_LOCK_FILE            held during a run; a second run says so and ends with 75
                            [/run/lock/pw-activate-scim-sync-TARGET.lock]
  SYNC_GRACE_SECONDS        how long a tool may take to stop on TERM [20]
  RUN_ID                    names the run in every log line [random]
The tools' variables are in env.example.

Exit status: that of the first stage that failed; otherwise 3 if changes are held, 4 if access differs and no later run
changes that until somebody acts, 2 if something failed or is unknown, 0 if both sides grant the same access. 64 usage, 65 bad input, 69 unavailable, 70 internal error, 74 i/o error, 75 try again later, 77 denied,
78 bad configuration, 128+n killed by signal n.
TEXT
}

take_operand() { die 64 "unexpected operand \"$1\"; --help shows the usage"; }

refuse_combinations() {
    local name given=''
    for name in check replay apply-plan restore; do [[ -z ${option[$name]:-} ]] || given+=" and --$name"; done
    [[ $given != *and*and* ]] || die 64 "${given# and } do not go together"
}
