#include "os/write_failure.hpp"

#include "base/error.hpp"
#include "os/signals.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

namespace os {

void throw_write_failure(int error) {
    if (error == EPIPE) {
        signals::die_of(SIGPIPE);
    }
    throw Error(ExitStatus::io_error,
                std::string("cannot write to standard output: ") +
                    (error != 0 ? std::strerror(error) : "write failed"));
}

void hold_standard_descriptors() {
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(standard, F_GETFD) == -1 && errno == EBADF) {
            // open() returns the lowest free number, which is this one. Read-only, even for
            // standard output.
            (void)open("/dev/null", O_RDONLY);
        }
    }
}

}  // namespace os
