// The reaction to a failed write to standard output.
#pragma once

namespace os {

/// `error` is the errno of the write; 0: unknown. A closed pipe (EPIPE) ends the process quietly by
/// SIGPIPE, with the default action. Any other error throws Error{io_error}.
[[noreturn]] void throw_write_failure(int error);

/// Opens standard input, output and error if they are closed, so that no socket gets their number
/// and receives the records. A write to standard output then fails, as it should.
void hold_standard_descriptors();

}  // namespace os
