// What follows a failed write to standard output.
#pragma once

namespace os {

/// `error` is the errno of the write; 0: unknown. A closed pipe (EPIPE) ends the process by
/// SIGPIPE, quietly, as if the signal had never been ignored. Anything else throws Error{io_error}.
[[noreturn]] void throw_write_failure(int error);

}  // namespace os
