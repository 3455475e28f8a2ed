#include "os/epoll.hpp"

#include "base/error.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace os {

namespace {

constexpr std::size_t kMostAtOnce = 128;

[[noreturn]] void throw_errno(const char* call) {
    throw Error(ExitStatus::io_error, std::string(call) + " failed: " + std::strerror(errno));
}

}  // namespace

Epoll::Epoll() : epoll_(epoll_create1(EPOLL_CLOEXEC)), ready_(kMostAtOnce) {
    if (epoll_ < 0) {
        throw_errno("epoll_create1");
    }
}

Epoll::~Epoll() {
    close(epoll_);
}

bool Epoll::add(int descriptor, std::uint32_t events, std::uint64_t data) {
    epoll_event event{.events = events, .data = {.u64 = data}};
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool Epoll::change(int descriptor, std::uint32_t events, std::uint64_t data) {
    epoll_event event{.events = events, .data = {.u64 = data}};
    return epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) == 0;
}

void Epoll::remove(int descriptor) {
    (void)epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
}

std::span<const epoll_event> Epoll::wait(std::chrono::milliseconds longest) {
    const int count = epoll_wait(
        epoll_, ready_.data(), static_cast<int>(ready_.size()), static_cast<int>(longest.count()));
    if (count < 0 && errno != EINTR) {
        throw_errno("epoll_wait");
    }
    return {ready_.data(), static_cast<std::size_t>(count < 0 ? 0 : count)};
}

}  // namespace os
