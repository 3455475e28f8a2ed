// The exit codes of every program here, once. The table stands in every man page and drives the
// Job's podFailurePolicy.
#pragma once

inline namespace base {

/// Numbers follow sysexits.h where it has one.
enum class ExitStatus : int {
    ok = 0,            ///< done, also when nothing had to be done
    differs = 1,       ///< scim-diff --exit-code, and there is a change
    partial = 2,       ///< some of it done, some not; records or outcomes say which
    refused = 3,       ///< a limit held removals back, or refused the complete plan
    unresolved = 4,    ///< access differs, and no later run changes that until an operator acts
    usage = 64,        ///< the command line is wrong
    bad_input = 65,    ///< a stream is not what it should be
    unavailable = 69,  ///< the service rejected the request permanently
    internal = 70,     ///< our bug
    io_error = 74,     ///< disk, pipe or standard output
    retry_later = 75,  ///< temporary failure, retry later
    denied = 77,       ///< 401 or 403
    bad_config = 78,   ///< environment or configuration is wrong
};

}  // namespace base
