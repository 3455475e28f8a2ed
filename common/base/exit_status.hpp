// The exit statuses of all programs. Every man page has the table, and it decides the Job's
// podFailurePolicy.
#pragma once

inline namespace base {

/// Numbers follow sysexits.h if it has a suitable one.
enum class ExitStatus : int {
    ok = 0,            ///< done, or nothing to do
    differs = 1,       ///< scim-diff --exit-code, and there is a change
    partial = 2,       ///< only a part was done; records or outcomes have the details
    refused = 3,       ///< a limit held removals, or rejected the complete plan
    unresolved = 4,    ///< access differs, and an operator must act: later runs do not correct it
    usage = 64,        ///< the command line is wrong
    bad_input = 65,    ///< a stream is damaged or invalid
    unavailable = 69,  ///< the service rejected the request permanently
    internal = 70,     ///< a bug of the program
    io_error = 74,     ///< disk, pipe or standard output
    retry_later = 75,  ///< temporary failure, retry later
    denied = 77,       ///< 401 or 403
    bad_config = 78,   ///< environment or configuration is wrong
};

}  // namespace base
