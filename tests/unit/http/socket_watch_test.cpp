#include "http/socket_watch.hpp"

#include "support/catch.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <vector>

using std::chrono::milliseconds;

namespace {

/// Two ends of a connection; ours is watched.
class Connection {
  public:
    Connection() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) == 0); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        close(ends_[0]);
        close(ends_[1]);
    }
    [[nodiscard]] int ours() const { return ends_[0]; }
    void speak() const { REQUIRE(write(ends_[1], "x", 1) == 1); }
    void hang_up() const { REQUIRE(shutdown(ends_[1], SHUT_RDWR) == 0); }
    void hear() const {
        char byte = 0;
        REQUIRE(read(ends_[0], &byte, 1) == 1);
    }

  private:
    std::array<int, 2> ends_{};
};

std::vector<int> ready(http::SocketWatch& watch, milliseconds longest = milliseconds(0)) {
    std::vector<int> sockets;
    watch.wait(longest, [&](int socket, std::uint32_t) { sockets.push_back(socket); });
    return sockets;
}

}  // namespace

TEST_CASE("a socket is reported while one of its events is waited for") {
    const Connection connection;
    http::SocketWatch watch;
    watch.opened(connection.ours());
    REQUIRE(watch.want(connection.ours(), EPOLLIN));
    CHECK(ready(watch).empty());
    connection.speak();
    CHECK(ready(watch) == std::vector{connection.ours()});
    connection.hear();
    for (int request = 0; request < 3; ++request) {
        watch.rest(connection.ours());
        REQUIRE(watch.want(connection.ours(), EPOLLIN));
        connection.speak();
        CHECK(ready(watch) == std::vector{connection.ours()});
        connection.hear();
    }
    REQUIRE(watch.want(connection.ours(), EPOLLIN | EPOLLOUT));
    CHECK(ready(watch) == std::vector{connection.ours()});
    REQUIRE(watch.want(connection.ours(), EPOLLIN));
    CHECK(ready(watch).empty());
}

TEST_CASE(
    "an event on an idle connection does not end a wait, and is reported once it is waited for") {
    const Connection connection;
    http::SocketWatch watch;
    watch.opened(connection.ours());
    REQUIRE(watch.want(connection.ours(), EPOLLIN));
    watch.rest(connection.ours());
    connection.hang_up();
    CHECK(ready(watch).empty());
    const auto before = std::chrono::steady_clock::now();
    CHECK(ready(watch, milliseconds(50)).empty());
    CHECK(std::chrono::steady_clock::now() - before >=
          milliseconds(40));  // otherwise a server that hangs up would cause a busy loop
    REQUIRE(watch.want(connection.ours(), EPOLLIN));
    CHECK(ready(watch) == std::vector{connection.ours()});
}

TEST_CASE("a connection that gets the number of a closed socket is watched") {
    http::SocketWatch watch;
    int number = 0;
    {
        const Connection first;
        number = first.ours();
        watch.opened(number);
        REQUIRE(watch.want(number, EPOLLIN));
        watch.rest(number);
        watch.closed(number);
    }
    const Connection second;
    REQUIRE(second.ours() == number);
    SECTION("of a connection") {
        watch.opened(number);
    }
    SECTION("of another kind") {}
    REQUIRE(watch.want(number, EPOLLIN));
    second.speak();
    CHECK(ready(watch) == std::vector{number});
}

TEST_CASE("a closed connection causes no event, even if a child process still has the socket") {
    const Connection connection;
    http::SocketWatch watch;
    watch.opened(connection.ours());
    REQUIRE(watch.want(connection.ours(), EPOLLIN));
    watch.closed(connection.ours());
    connection.speak();
    CHECK(ready(watch).empty());
}

TEST_CASE("a socket that is not a connection is not watched while it is idle") {
    const Connection other;
    http::SocketWatch watch;
    REQUIRE(watch.want(other.ours(), EPOLLIN));
    watch.rest(other.ours());
    other.speak();
    CHECK(ready(watch).empty());
    REQUIRE(watch.want(other.ours(), EPOLLIN));
    CHECK(ready(watch) == std::vector{other.ours()});
}
