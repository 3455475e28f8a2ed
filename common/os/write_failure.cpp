#include "os/write_failure.hpp"

#include "base/error.hpp"
#include "os/signals.hpp"

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

}  // namespace os
