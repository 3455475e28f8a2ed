#include "http/socket_watch.hpp"

#include "base/error.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace http {

SocketWatch::SocketWatch() {
    const auto wake_up = wake_up_.descriptor();
    if (!epoll_.add(wake_up, EPOLLIN, static_cast<std::uint64_t>(wake_up))) {
        throw Error(ExitStatus::io_error, std::string("epoll_ctl failed: ") + std::strerror(errno));
    }
}

int SocketWatch::open(int family, int type, int protocol) noexcept {
    const int socket = ::socket(family, type | SOCK_CLOEXEC, protocol);
    try {
        if (socket >= 0) {
            opened(socket);
        }
        return socket;
    } catch (...) {
        close(socket);
        return -1;
    }
}

void SocketWatch::opened(int socket) {
    connections_[socket] = {};
}

// The socket may stay open in a child process, and the kernel would still report its events.
void SocketWatch::closed(int socket) {
    if (connections_.erase(socket) > 0) {
        epoll_.remove(socket);
    }
}

bool SocketWatch::want(int socket, std::uint32_t events) {
    const auto known = connections_.find(socket);
    if (known != connections_.end() && known->second.told == events) {
        known->second.rests = false;
        return true;
    }
    const auto data = static_cast<std::uint64_t>(socket);
    const bool watched = epoll_.add(socket, events, data) || epoll_.change(socket, events, data);
    if (watched && known != connections_.end()) {
        known->second = {.told = events};
    }
    return watched;
}

void SocketWatch::rest(int socket) {
    if (const auto known = connections_.find(socket); known != connections_.end()) {
        known->second.rests = true;
    } else {
        epoll_.remove(socket);
    }
}

// An event on an idle connection usually means that the server has closed it: libcurl notices this
// at the next use.
bool SocketWatch::is_wanted(int socket) {
    const auto known = connections_.find(socket);
    if (known == connections_.end() || !known->second.rests) {
        return true;
    }
    epoll_.remove(socket);
    known->second.told = 0;
    return false;
}

}  // namespace http
