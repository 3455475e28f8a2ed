# lock.bash: the lock file, which allows one run at a time.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # measured and me are the script's

lock='' lock_fd=''

# A run removes the file at its end. So a run that gets the lock checks that the file it has locked is still the file at that path.
take_lock() {
    local rc
    lock=${SYNC_LOCK_FILE:-${XDG_RUNTIME_DIR:-${TMPDIR:-/tmp}}/$me-$EUID.lock}
    while :; do
        lock_is_there || (set -o noclobber && : >"$lock") 2>/dev/null || # O_EXCL: follows no link
            lock_is_there || die 74 "cannot create the lock file $lock; set SYNC_LOCK_FILE"
        if ! is_our_lock; then
            lock_is_there || continue # the run that held it has just removed it
            die 78 "the lock file $lock is a link or not ours; look who put it there, or set SYNC_LOCK_FILE"
        fi
        { exec {lock_fd}<>"$lock"; } 2>/dev/null || die 74 "cannot open the lock file $lock"
        rc=0
        flock --nonblock --conflict-exit-code 100 "$lock_fd" || rc=$?
        if ((rc == 100)); then
            measured=''
            conclude warning "another run holds the lock $lock; this run did nothing; run again when that run has ended"
            exit 75
        fi
        ((rc == 0)) || die 74 "cannot lock $lock; set SYNC_LOCK_FILE to a file on a local disk"
        [[ ! $lock -ef /dev/fd/$lock_fd ]] || break
        close_lock
    done
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
