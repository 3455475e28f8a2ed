// Sockets of connections that are kept: watched from their first request to their end, not from
// each request to its answer.
//
// Between two requests a connection is at rest for a moment. To tell the kernel of each costs two
// calls a request, so it is told only when something comes that nobody waits for. That can be done
// for sockets whose end is heard of: a number may be given to another.
#pragma once

#include "os/epoll.hpp"

#include <chrono>
#include <cstdint>
#include <unordered_map>

namespace http {

class SocketWatch {
  public:
    /// A connection's socket begins, and ends; close it only then.
    void opened(int socket);
    void closed(int socket);

    /// From now on `events` (EPOLLIN, EPOLLOUT) are waited for on the socket, or nothing is. False,
    /// and errno, when it cannot be watched.
    [[nodiscard]] bool want(int socket, std::uint32_t events);
    void rest(int socket);

    /// Calls `each` with each socket where something has happened that is waited for, and its
    /// events. Waits up to `longest`.
    template <class Each>
    void wait(std::chrono::milliseconds longest, Each each) {
        for (const auto& event : epoll_.wait(longest)) {
            const auto socket = static_cast<int>(event.data.u64);
            if (is_wanted(socket)) {
                each(socket, event.events);
            }
        }
    }

  private:
    struct Interest {
        std::uint32_t told = 0;  // the kernel
        bool rests = false;
    };

    [[nodiscard]] bool is_wanted(int socket);

    os::Epoll epoll_{};
    std::unordered_map<int, Interest> connections_{};
};

}  // namespace http
