// The reaction to a failed write to standard output.
#pragma once

namespace os {

/// `error` is the errno of the write; 0: unknown. A closed pipe (EPIPE) ends the process by
/// SIGPIPE, quietly, as if the signal had never been ignored. Anything else throws Error{io_error}.
[[noreturn]] void throw_write_failure(int error);

/// Opens standard input, output and error if they are closed, so that no socket gets their number,
/// and the records with it. A write to standard output then fails, as it should.
void hold_standard_descriptors();

}  // namespace os
