// Servers on loopback that send exactly the bytes of a test; and an address that never answers.
#pragma once

#include "support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace loopback {

inline sockaddr_in socket_address(in_addr_t host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(host);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

inline int loopback_socket(int backlog, int& port, in_addr_t host = INADDR_LOOPBACK) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = socket_address(host, port);
    socklen_t size = sizeof address;
    REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(fd, backlog) == 0);
    REQUIRE(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
    return fd;
}

/// Takes one connection after the other, and answers each request with the result of `answer`;
/// nullopt: the connection is closed before a byte of the answer.
class Server {
  public:
    using Answer = std::function<std::optional<std::string>(const std::string& request)>;

    enum class After { keep, close };  ///< of the connection, after an answer

    explicit Server(Answer answer, After after = After::keep)
        : answer_(std::move(answer)), after_(after), listening_(loopback_socket(16, port_)) {
        thread_ = std::thread([this] { serve(); });
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        ending_ = true;
        shutdown(listening_, SHUT_RDWR);
        if (const int fd = connection_; fd >= 0) {
            shutdown(fd, SHUT_RDWR);
        }
        thread_.join();
        close(listening_);
    }

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(port_) + "/a";
    }
    [[nodiscard]] int connections() const { return connections_; }
    [[nodiscard]] std::vector<std::string> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

  private:
    void serve() {
        while (!ending_) {
            const int fd = accept(listening_, nullptr, nullptr);
            if (fd < 0) {
                return;
            }
            ++connections_;
            connection_ = fd;
            while (exchange(fd)) {
            }
            connection_ = -1;
            close(fd);
        }
    }

    bool exchange(int fd) {
        std::string request;
        std::size_t head = 0;
        std::size_t body = 0;
        for (char buffer[4096]; head == 0 || request.size() < head + body;) {
            const auto got = recv(fd, buffer, sizeof buffer, 0);
            if (got <= 0) {
                return false;
            }
            request.append(buffer, static_cast<std::size_t>(got));
            if (const auto end = request.find("\r\n\r\n"); head == 0 && end != std::string::npos) {
                head = end + 4;
                const auto length = request.find("Content-Length: ");
                body = length < end ? std::stoul(request.substr(length + 16)) : 0;
            }
        }
        const auto text = answer_(request);
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(std::move(request));
        }
        return text && send(fd, text->data(), text->size(), MSG_NOSIGNAL) > 0 &&
               after_ == After::keep;
    }

    Answer answer_;
    After after_;
    int port_ = 0;
    int listening_;
    std::atomic<int> connection_ = -1;
    std::atomic<int> connections_ = 0;
    std::atomic<bool> ending_ = false;
    std::mutex mutex_{};
    std::vector<std::string> requests_{};
    std::thread thread_{};
};

/// Neither accepts a connection nor refuses one: no program accepts, and the queue is full.
class BlackHole {
  public:
    explicit BlackHole(in_addr_t host = INADDR_LOOPBACK, int port = 0)
        : port_(port), full_(loopback_socket(0, port_, host)) {
        const auto address = socket_address(host, port_);
        for (int& fd : waiting_) {
            fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            (void)connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        }
    }
    BlackHole(const BlackHole&) = delete;
    BlackHole& operator=(const BlackHole&) = delete;
    ~BlackHole() {
        for (const int fd : waiting_) {
            close(fd);
        }
        close(full_);
    }

    [[nodiscard]] int port() const { return port_; }

  private:
    int port_;
    int full_;
    std::array<int, 4> waiting_{};
};

/// Does not answer; the server can still be ended.
inline Server::Answer silent_until(const std::atomic<bool>& over) {
    return [&over](const std::string&) -> std::optional<std::string> {
        while (!over) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return std::nullopt;
    };
}

inline std::string ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace loopback
