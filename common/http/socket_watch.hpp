// Watches the sockets of persistent connections from their first request until they are closed.
//
// libcurl removes a socket from the poll set after each request and adds it again for the next. To
// save two epoll_ctl calls per request, the removal is ignored until an unexpected event arrives.
// This is safe only for sockets whose close is reported, because the number of a closed socket may
// be reused.
#pragma once

#include "os/epoll.hpp"
#include "os/wake_up.hpp"

#include <chrono>
#include <cstdint>
#include <unordered_map>

namespace http {

class SocketWatch {
  public:
    SocketWatch();

    /// Opens a socket and watches it. Programs that this process starts do not inherit the socket.
    /// Returns -1 if the socket cannot be opened.
    [[nodiscard]] int open(int family, int type, int protocol) noexcept;
    /// Called when a socket is created, and when it must be closed. Close it only there.
    void opened(int socket);
    void closed(int socket);

    /// Sets the `events` (EPOLLIN, EPOLLOUT) to wait for on the socket; 0: none. False, with errno,
    /// if it cannot be watched.
    [[nodiscard]] bool want(int socket, std::uint32_t events);
    void rest(int socket);

    /// Ends the wait() that runs, or the next one. May be called from any thread.
    void wake() const noexcept { wake_up_.call(); }
    /// Calls `each` with each socket that has events, and with these events. Waits up to `longest`.
    template <class Each>
    void wait(std::chrono::milliseconds longest, Each each) {
        for (const auto& event : epoll_.wait(longest)) {
            const auto socket = static_cast<int>(event.data.u64);
            if (socket == wake_up_.descriptor()) {
                wake_up_.clear();
            } else if (is_wanted(socket)) {
                each(socket, event.events);
            }
        }
    }

  private:
    struct Interest {
        std::uint32_t told = 0;  // of the kernel
        bool rests = false;
    };

    [[nodiscard]] bool is_wanted(int socket);

    os::Epoll epoll_{};
    os::WakeUp wake_up_{};
    std::unordered_map<int, Interest> connections_{};
};

}  // namespace http
