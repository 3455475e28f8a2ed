// epoll(7): waits for many descriptors, at a cost that depends only on the number of those that are
// ready.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace os {

class Epoll {
  public:
    /// Throws Error{io_error} if no descriptor is left.
    Epoll();
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;
    ~Epoll();

    /// Begins to watch a descriptor for `events` (EPOLLIN, EPOLLOUT); its events carry `data`.
    /// False, with errno, if it cannot be watched.
    [[nodiscard]] bool add(int descriptor, std::uint32_t events, std::uint64_t data);
    [[nodiscard]] bool change(int descriptor, std::uint32_t events, std::uint64_t data);
    /// Stops watching. A descriptor that is closed already is forgotten by the kernel.
    void remove(int descriptor);

    /// The events, after a wait of up to `longest`; empty if there are none, or if a signal
    /// arrived. Valid until the next call.
    [[nodiscard]] std::span<const epoll_event> wait(std::chrono::milliseconds longest);

  private:
    int epoll_;
    std::vector<epoll_event> ready_;
};

}  // namespace os
