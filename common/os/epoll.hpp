// epoll(7): which of many descriptors are ready, at a cost that does not grow with those that are
// not.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace os {

class Epoll {
  public:
    /// Throws Error{io_error} when there is no descriptor left.
    Epoll();
    Epoll(const Epoll&) = delete;
    Epoll& operator=(const Epoll&) = delete;
    ~Epoll();

    /// Begins to watch a descriptor for `events` (EPOLLIN, EPOLLOUT); `data` comes back with what
    /// happens. False, and errno, when it cannot.
    [[nodiscard]] bool add(int descriptor, std::uint32_t events, std::uint64_t data);
    [[nodiscard]] bool change(int descriptor, std::uint32_t events, std::uint64_t data);
    /// Ends watching; one that is closed already is forgotten by itself.
    void remove(int descriptor);

    /// What is ready, waiting up to `longest` for it; empty when nothing is, or a signal came.
    /// Valid until the next call.
    [[nodiscard]] std::span<const epoll_event> wait(std::chrono::milliseconds longest);

  private:
    int epoll_;
    std::vector<epoll_event> ready_;
};

}  // namespace os
