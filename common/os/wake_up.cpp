#include "os/wake_up.hpp"

#include "base/error.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace os {

WakeUp::WakeUp() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_.get() < 0) {
        throw Error(ExitStatus::io_error, std::string("eventfd failed: ") + std::strerror(errno));
    }
}

// Of many calls one is enough: a write that the full counter rejects changes nothing.
void WakeUp::call() const noexcept {
    const std::uint64_t one = 1;
    (void)!write(event_.get(), &one, sizeof one);
}

void WakeUp::wait(std::chrono::milliseconds longest) const {
    pollfd waiting{.fd = event_.get(), .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, static_cast<int>(longest.count())) > 0) {
        clear();
    }
}

void WakeUp::clear() const noexcept {
    std::uint64_t calls = 0;
    (void)!read(event_.get(), &calls, sizeof calls);
}

}  // namespace os
