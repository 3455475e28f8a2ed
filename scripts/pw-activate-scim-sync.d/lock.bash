# lock.bash: the lock file, which allows one run at a time for each SCIM service.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # measured and me are the script's

lock='' lock_fd=''

# A run removes the file at its end. So a run that gets the lock checks that the file it has locked is still the file at that path.
take_lock() {
    local rc
    name_lock
    while :; do
        lock_is_there || (set -o noclobber && : >"$lock") 2>/dev/null || # O_EXCL: follows no link
            lock_is_there || die 74 "cannot create the lock file $lock; set SYNC_LOCK_FILE"
        if ! is_our_lock; then
            lock_is_there || continue # the run that held it has just removed it
            die 78 "the lock file $lock is a symbolic link, a directory or another user's file; check who created it (another user can have a run of its own), or set SYNC_LOCK_FILE"
        fi
        { exec {lock_fd}<>"$lock"; } 2>/dev/null || die 74 "cannot open the lock file $lock"
        rc=0
        flock --nonblock --conflict-exit-code 100 "$lock_fd" || rc=$?
        if ((rc == 100)); then
            measured=''
            read_holder
            conclude warning "another run holds the lock $lock$REPLY; this run did nothing; run again when that run has ended"
            exit 75
        fi
        ((rc == 0)) || die 74 "cannot lock $lock; set SYNC_LOCK_FILE to a file on a local disk"
        [[ ! $lock -ef /dev/fd/$lock_fd ]] || break
        close_lock
    done
    refuse_other_contents
    { TZ=UTC0 printf '%s %s %(%Y-%m-%dT%H:%M:%SZ)T\n' "$$" "$HOSTNAME" -1 >&"$lock_fd"; } 2>/dev/null || die 74 "cannot write to the lock file $lock"
}

# The file of a run that was killed has the line of that run. A file with other contents would be overwritten, and removed at the end.
refuse_other_contents() {
    local file=$lock
    [[ -s $file ]] || return 0
    read_holder
    [[ -z $REPLY ]] || return 0
    close_lock
    lock=''
    die 78 "the lock file $file has contents of another program; set SYNC_LOCK_FILE to a path that nothing else uses"
}

# The lock has the name of the SCIM service and is in one place, with any TMPDIR and XDG_RUNTIME_DIR of cron, systemd and a login shell. So
# two runs for one service find each other. A pod has its own places, of which only TMPDIR can be written.
name_lock() {
    local target place host
    lock=${SYNC_LOCK_FILE:-}
    [[ -z $lock ]] || return 0
    read_service || REPLY=invalid-url
    host=${REPLY%%/*}
    target=${host,,}
    target=${target%:443}${REPLY:${#host}}
    target=${target//[^A-Za-z0-9.-]/-}
    for place in /run/lock /var/tmp /tmp "${TMPDIR:-/tmp}"; do
        [[ ! -d $place || ! -w $place ]] || break
    done
    lock=$place/$me-${target: -120}.lock
    ((${#target} > 120)) || lock=$place/$me-$target.lock
}

# read_service: REPLY is the SCIM service, as HOST/PATH. Fails if the URL is not one that a run accepts: it can be a credential in the wrong
# variable. Messages and names of files must not have that.
read_service() {
    local url=${CW_SCIM_BASE_URL:-https://api.coreweave.com/scim/${CW_SCIM_ORG_USERID:-}}
    [[ $url =~ ^[[:space:]]*[Hh][Tt][Tt][Pp][Ss]?://([^]/?#@[:space:]]+\]?(:[0-9]+)?(/[^?#@[:space:]]*)?)[[:space:]]*$ ]] || return 1
    REPLY=${BASH_REMATCH[1]}
    while [[ $REPLY == */ ]]; do REPLY=${REPLY%/}; done
}

# REPLY: the process that holds the lock, for a message; empty if the file does not have it.
read_holder() {
    local id host since
    REPLY=''
    read -r id host since <"$lock" 2>/dev/null || true
    [[ ! $id =~ ^[0-9]+$ || ! $since =~ ^[0-9TZ:-]{20}$ ]] || REPLY=" (process $id on $host since $since)"
}

lock_is_there() { [[ -e $lock || -L $lock ]]; }
is_our_lock() { [[ ! -L $lock && -f $lock && -O $lock ]]; }

close_lock() {
    [[ -z $lock_fd ]] || exec {lock_fd}>&-
    lock_fd=''
}

# Removes the file, unless another run has locked it in the meantime.
remove_lock() {
    close_lock
    [[ -z $lock ]] || ! is_our_lock || flock --nonblock "$lock" rm -f -- "$lock"
}
