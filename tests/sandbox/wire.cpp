#include "wire.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <thread>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sandbox {

namespace {

constexpr int kIdleMs = 60'000;
constexpr int kReadMs = 30'000;
constexpr int kWriteMs = 30'000;

bool wait_for(int socket, short events, int timeout_ms) {
    pollfd entry{.fd = socket, .events = events, .revents = 0};
    return ::poll(&entry, 1, timeout_ms) > 0;
}

}  // namespace

Wire::Wire(int socket) : socket_(socket) {
    // Head and body are two writes. With Nagle's algorithm the second waits for the client's
    // delayed ACK, 44 ms.
    const int on = 1;
    (void)::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Wire::~Wire() {
    if (spoil_.reset) {
        // Closing without lingering sends RST.
        const linger none{.l_onoff = 1, .l_linger = 0};
        (void)::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    } else {
        (void)::shutdown(socket_, SHUT_RDWR);
    }
    (void)::close(socket_);
}

bool Wire::wait_for_request() {
    return !broken_ && (used_ < filled_ || wait_for(socket_, POLLIN, kIdleMs));
}

void Wire::spoil(const Spoil& spoil) {
    spoil_ = spoil;
    in_body_ = false;
    body_sent_ = 0;
}

bool Wire::is_readable() const {
    return used_ < filled_ || wait_for(socket_, POLLIN, kReadMs);
}

bool Wire::is_writable() const {
    return wait_for(socket_, POLLOUT, kWriteMs);
}

ssize_t Wire::read(char* data, size_t size) {
    if (used_ == filled_) {
        if (!is_readable()) {
            return -1;
        }
        const auto got = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
        if (got <= 0) {
            return got;
        }
        used_ = 0;
        filled_ = static_cast<std::size_t>(got);
    }
    const auto taken = std::min(size, filled_ - used_);
    std::memcpy(data, buffer_.data() + used_, taken);
    used_ += taken;
    return static_cast<ssize_t>(taken);
}

ssize_t Wire::write(const char* data, size_t size) {
    const bool sent = spoil_.any() ? send_spoilt(data, size) : send_all(data, size);
    // Stored here, because cpp-httplib does not record that a head without a body was not sent.
    broken_ = broken_ || !sent;
    return sent ? static_cast<ssize_t>(size) : -1;
}

bool Wire::send_all(const char* data, std::size_t size) const {
    while (size > 0) {
        if (!is_writable()) {
            return false;
        }
        const auto sent = ::send(socket_, data, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        data += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

/// False, as if the client had closed the connection, at the point where the answer must end.
bool Wire::send_spoilt(const char* data, std::size_t size) {
    if (spoil_.reset && !spoil_.truncate) {
        return false;
    }
    if (in_body_) {
        return send_body(data, size);
    }
    const auto blank_line = std::string_view(data, size).find("\r\n\r\n");
    const auto head = blank_line == std::string_view::npos ? size : blank_line + 4;
    if (!send_all(data, head)) {
        return false;
    }
    in_body_ = blank_line != std::string_view::npos;
    return head == size || send_body(data + head, size - head);
}

bool Wire::send_body(const char* data, std::size_t size) {
    const auto left = spoil_.truncate.value_or(SIZE_MAX) - body_sent_;
    const auto part = std::min(size, left);
    body_sent_ += part;
    const auto first = spoil_.stall.count() > 0 ? part / 2 : part;
    if (!send_all(data, first)) {
        return false;
    }
    std::this_thread::sleep_for(std::exchange(spoil_.stall, {}));
    return send_all(data + first, part - first) && part == size;
}

void Wire::get_remote_ip_and_port(std::string& ip, int& port) const {
    ip = "127.0.0.1";
    port = 0;
}

void Wire::get_local_ip_and_port(std::string& ip, int& port) const {
    ip = "127.0.0.1";
    port = 0;
}

}  // namespace sandbox
