// libcurl behind the seam, against a server on loopback that does exactly what it is told, byte by
// byte.

#include "http/curl_transport.hpp"

#include "support/catch.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using http::CurlSettings;
using http::CurlTransport;
using http::Failure;
using http::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;

// libcurl asks this one: the name two.test has two addresses, 127.0.0.2 and 127.0.0.1.
extern "C" int getaddrinfo(const char* name,
                           const char* service,
                           const addrinfo* hints,
                           addrinfo** found) {
    static const auto ask =
        reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    if (name == nullptr || std::string(name) != "two.test") {
        return ask(name, service, hints, found);
    }
    const int status = ask("127.0.0.2", service, hints, found);
    return status != 0 ? status : ask("127.0.0.1", service, hints, &(*found)->ai_next);
}

namespace {

sockaddr_in socket_address(in_addr_t host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(host);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

int loopback_socket(int backlog, int& port, in_addr_t host = INADDR_LOOPBACK) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = socket_address(host, port);
    socklen_t size = sizeof address;
    REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(fd, backlog) == 0);
    REQUIRE(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
    return fd;
}

/// Takes one connection after the other, and answers each request as `answer` says; nothing: the
/// connection is closed without a byte.
class Server {
  public:
    using Answer = std::function<std::optional<std::string>(const std::string& request)>;

    enum class After { keep, close };  ///< of the connection, behind an answer

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

/// Neither takes a connection nor refuses one: nobody accepts, and those for whom there is room to
/// wait are there already.
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

/// No answer; but the server can be ended.
Server::Answer silent_until(const std::atomic<bool>& over) {
    return [&over](const std::string&) -> std::optional<std::string> {
        while (!over) {
            std::this_thread::sleep_for(milliseconds(10));
        }
        return std::nullopt;
    };
}

std::string ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Result result_of(CurlTransport& transport, const http::Request& request) {
    std::optional<Result> result;
    transport.start(request, [&](Result r) { result = std::move(r); });
    for (int i = 0; i < 600 && !result; ++i) {
        transport.poll(milliseconds(100));
    }
    REQUIRE(result);
    return *std::move(result);
}

Result result_of(CurlSettings settings, const std::string& url) {
    settings.user_agent = "test/1";
    CurlTransport transport(std::move(settings));
    return result_of(transport, {"GET", url, {}, {}});
}

/// nullopt: there was an answer.
std::optional<Failure::Reason> reason_of(const Result& result) {
    const auto* failure = std::get_if<Failure>(&result);
    return failure == nullptr ? std::nullopt : std::optional(failure->reason);
}

}  // namespace

TEST_CASE("a request is sent as it is, with the user agent and nothing that costs a round trip") {
    Server server([](const std::string&) { return ok("hello"); });
    CurlTransport transport({.user_agent = "scim-apply/1.2"});
    const std::string body(2'000'000, 'x');
    const auto result =
        result_of(transport, {"PATCH", server.url(), {{"If-Match", "\"v 1\""}}, body});
    CHECK(std::get<http::Response>(result).body == "hello");
    REQUIRE(server.requests().size() == 1);
    const auto sent = server.requests().front();
    CHECK(sent.starts_with("PATCH /a HTTP/1.1\r\n"));
    CHECK(sent.find("User-Agent: scim-apply/1.2\r\n") != std::string::npos);
    CHECK(sent.find("If-Match: \"v 1\"\r\n") != std::string::npos);
    CHECK(sent.find("Expect:") == std::string::npos);
    CHECK(sent.ends_with("\r\n\r\n" + body));
}

TEST_CASE(
    "header names come in lower case, values trimmed, and those of an interim answer are not "
    "kept") {
    Server server([](const std::string&) {
        return "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\nHTTP/1.1 429 "
               "Slow\r\nRETRY-AFTER:  7 \r\nContent-Length: 0\r\n\r\n";
    });
    const auto result = result_of({}, server.url());
    CHECK(http::status_of(result) == 429);
    CHECK(std::get<http::Response>(result).header("retry-after") == "7");
}

TEST_CASE("connections are kept for the next request") {
    Server server([](const std::string&) { return ok(""); });
    CurlTransport transport({});
    for (int i = 0; i < 5; ++i) {
        CHECK(http::is_success(
            result_of(transport, {i % 2 == 0 ? "GET" : "POST", server.url(), {}, "{}"})));
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("nothing of a request is left in the next one") {
    Server server([](const std::string&) { return ok(""); });
    CurlTransport transport({.user_agent = "test/1"});
    const std::vector<http::Request> requests{
        {"PATCH", server.url() + "/1", {{"If-Match", "1"}}, "longer body"},
        {"GET", server.url() + "/2", {}, {}},
        {"PATCH", server.url() + "/3", {{"If-Match", "3"}}, "short"},
        {"POST", server.url() + "/4", {}, {}},
        {"GET", server.url() + "/5", {{"If-Match", "5"}}, {}}};
    for (const auto& request : requests) {
        CHECK(http::is_success(result_of(transport, request)));
    }
    const auto sent = server.requests();
    REQUIRE(sent.size() == requests.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        INFO(sent[i]);
        CHECK(sent[i].starts_with(requests[i].method + " /a/" + std::to_string(i + 1) +
                                  " HTTP/1.1\r\n"));
        CHECK((sent[i].find("If-Match") != std::string::npos) == !requests[i].headers.empty());
        CHECK((requests[i].headers.empty() ||
               sent[i].find("If-Match: " + requests[i].headers.front().second + "\r\n") !=
                   std::string::npos));
        CHECK(sent[i].ends_with("\r\n\r\n" + requests[i].body));
        CHECK((sent[i].find("Content-Length") != std::string::npos) ==
              (requests[i].method != "GET"));
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("a request on a kept connection is on its way before anybody waits for its answer") {
    Server server([](const std::string&) { return ok(""); });
    CurlTransport transport({});
    CHECK(http::is_success(result_of(transport, {"GET", server.url(), {}, {}})));
    const http::Request second{"PATCH", server.url(), {}, "{}"};
    std::optional<Result> result;
    transport.start(second, [&](Result r) { result = std::move(r); });
    for (int i = 0; i < 1000 && server.requests().size() < 2; ++i) {
        std::this_thread::sleep_for(milliseconds(10));
    }
    CHECK(server.requests().size() == 2);
    CHECK_FALSE(result);  // `done` is for poll() to call
    while (!result) {
        transport.poll(milliseconds(100));
    }
    CHECK(http::is_success(*result));
}

TEST_CASE(
    "waiting ends when something has ended, be it at its start or by a time limit, and not when "
    "patience does") {
    std::atomic<bool> over = false;
    Server server(silent_until(over));
    const auto url = GENERATE(true, false) ? server.url() : "file:///etc/passwd";
    CurlTransport transport({.total_timeout = milliseconds(200)});
    const http::Request request{"GET", url, {}, {}};
    std::optional<Result> result;
    transport.start(request, [&](Result r) { result = std::move(r); });
    const auto began = http::Clock::now();
    while (!result) {
        transport.poll(seconds(60));
    }
    CHECK(http::Clock::now() - began < seconds(30));
    over = true;
}

TEST_CASE(
    "a POST on a kept connection that breaks is not sent again behind our back; a GET may be") {
    const auto method = GENERATE(as<std::string>{}, "POST", "GET");
    std::atomic<int> requests = 0;
    Server server(
        [&](const std::string&) { return ++requests == 2 ? std::nullopt : std::optional(ok("")); });
    CurlTransport transport({});
    CHECK(http::is_success(result_of(transport, {method, server.url(), {}, "{}"})));
    const auto result = result_of(transport, {method, server.url(), {}, "{}"});
    if (method == "POST") {
        CHECK(reason_of(result) == Failure::Reason::interrupted);
        CHECK(requests == 2);
    } else {
        CHECK(http::is_success(result));
    }
    CHECK(http::is_success(result_of(transport, {method, server.url(), {}, "{}"})));
}

TEST_CASE("a redirect is an answer, and is not followed") {
    Server server([&](const std::string&) {
        return "HTTP/1.1 307 Moved\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n";
    });
    CHECK(http::status_of(result_of({}, server.url())) == 307);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("an answer longer than allowed is cut off, one of exactly the bound is taken") {
    Server server([](const std::string&) { return ok(std::string(1000, 'x')); });
    CHECK(reason_of(result_of({.max_body = 999}, server.url())) == Failure::Reason::too_large);
    CHECK(http::is_success(result_of({.max_body = 1000}, server.url())));
}

TEST_CASE("an answer that stops in the middle is given up after a while") {
    Server server(
        [](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"; });
    CHECK(reason_of(result_of({.stall_timeout = seconds(1)}, server.url())) ==
          Failure::Reason::timeout);
}

TEST_CASE("a connection that ends in mid-answer is broken, however well the answer began") {
    const auto text = GENERATE(as<std::string>{},
                               "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
    Server server([&](const std::string&) { return text; }, Server::After::close);
    CHECK(reason_of(result_of({}, server.url())) == Failure::Reason::interrupted);
}

TEST_CASE("a server that does not answer in time is a time-out of unknown fate") {
    std::atomic<bool> over = false;
    Server server(silent_until(over));
    CHECK(reason_of(result_of({.total_timeout = milliseconds(200)}, server.url())) ==
          Failure::Reason::timeout);
    CHECK(reason_of(result_of({.stall_timeout = seconds(1)}, server.url())) ==
          Failure::Reason::timeout);
    over = true;
}

TEST_CASE("a connection that cannot be made is refused: nothing was sent") {
    int port = 0;
    close(loopback_socket(1, port));
    CHECK(reason_of(result_of({}, "http://127.0.0.1:" + std::to_string(port) + "/")) ==
          Failure::Reason::refused);
}

TEST_CASE("a connection that is not made in time is refused, too") {
    const BlackHole hole;
    CHECK(reason_of(result_of({.connect_timeout = milliseconds(300)},
                              "http://127.0.0.1:" + std::to_string(hole.port()) + "/")) ==
          Failure::Reason::refused);
}

TEST_CASE("where one address of a service is dead, each request goes to the next one") {
    Server server([](const std::string&) { return ok(""); }, Server::After::close);
    const BlackHole hole(INADDR_LOOPBACK + 1, server.port());
    CurlTransport transport({.connect_timeout = seconds(5)});
    const http::Request request{
        "GET", "http://two.test:" + std::to_string(server.port()) + "/", {}, {}};
    std::vector<Result> results;
    for (int i = 0; i < 8; ++i) {
        transport.start(request, [&](Result r) { results.push_back(std::move(r)); });
    }
    while (results.size() < 8) {
        transport.poll(seconds(1));
    }
    CHECK(std::all_of(results.begin(), results.end(), http::is_success));
}

TEST_CASE("a URL of another kind is not used") {
    CHECK(reason_of(result_of({}, "file:///etc/passwd")) == Failure::Reason::unusable);
    CHECK(reason_of(result_of({}, "ftp://127.0.0.1/a")) == Failure::Reason::unusable);
}
