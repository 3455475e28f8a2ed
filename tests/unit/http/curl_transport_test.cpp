// CurlTransport with servers on loopback: requests, kept connections, limits, failures.

#include "http/curl_transport.hpp"

#include "support/catch.hpp"
#include "support/loopback_server.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
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
using namespace loopback;

// The DNS server for libcurl: the name two.test has two addresses, 127.0.0.2 and 127.0.0.1.
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

/// Nullopt if there was an answer.
std::optional<Failure::Reason> reason_of(const Result& result) {
    const auto* failure = std::get_if<Failure>(&result);
    return failure == nullptr ? std::nullopt : std::optional(failure->reason);
}

}  // namespace

TEST_CASE("a request is sent unchanged, with the user agent and without extra round trips") {
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
    "header names are in lower case, values trimmed, and those of an interim answer are dropped") {
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

TEST_CASE("a connection is closed in programs that are started") {
    Server server([](const std::string&) { return ok(""); });
    CurlTransport transport({});
    CHECK(http::is_success(result_of(transport, {"GET", server.url(), {}, {}})));
    int connections = 0;
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
            peer.sin_family == AF_INET && ntohs(peer.sin_port) == server.port()) {
            ++connections;
            CHECK((fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0);
        }
    }
    CHECK(connections == 1);
}

TEST_CASE("no part of a request remains in the next one") {
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

TEST_CASE("a request on a kept connection is sent before its answer is awaited") {
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
    CHECK_FALSE(result);  // `done` is called only by poll()
    while (!result) {
        transport.poll(milliseconds(100));
    }
    CHECK(http::is_success(*result));
}

TEST_CASE(
    "poll() returns when a request has ended, even at its start or by a time limit, not at its own "
    "limit") {
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

TEST_CASE("wake() ends the poll() that runs, or the next one, and no other") {
    CurlTransport transport({});
    const auto began = http::Clock::now();
    transport.wake();
    transport.poll(seconds(60));
    const std::jthread other([&] {
        std::this_thread::sleep_for(milliseconds(50));
        transport.wake();
    });
    transport.poll(seconds(60));
    CHECK(http::Clock::now() - began >= milliseconds(50));
    CHECK(http::Clock::now() - began < seconds(30));
}

TEST_CASE("a POST on a kept connection that breaks is not repeated by libcurl; a GET may be") {
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

TEST_CASE("a redirect is returned, and is not followed") {
    Server server([&](const std::string&) {
        return "HTTP/1.1 307 Moved\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n";
    });
    CHECK(http::status_of(result_of({}, server.url())) == 307);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("an answer longer than allowed is cut off, and one of exactly the maximum is not") {
    Server server([](const std::string&) { return ok(std::string(1000, 'x')); });
    CHECK(reason_of(result_of({.max_body = 999}, server.url())) == Failure::Reason::too_large);
    CHECK(http::is_success(result_of({.max_body = 1000}, server.url())));
}

TEST_CASE("an answer that stops in the middle times out") {
    Server server(
        [](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"; });
    CHECK(reason_of(result_of({.stall_timeout = seconds(1)}, server.url())) ==
          Failure::Reason::timeout);
}

TEST_CASE("a connection that ends during the answer is broken, even after a good beginning") {
    const auto text = GENERATE(as<std::string>{},
                               "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
    Server server([&](const std::string&) { return text; }, Server::After::close);
    CHECK(reason_of(result_of({}, server.url())) == Failure::Reason::interrupted);
}

TEST_CASE("no answer in time is a time-out with an unknown result") {
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

TEST_CASE("if one address of a service does not answer, each request uses the next one") {
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

TEST_CASE("a proxy that cannot connect may be used again; one that refuses may not") {
    struct Row {
        const char* status;
        Failure::Reason reason;
        const char* words;
    };
    const auto row = GENERATE(values<Row>({
        {"502 Bad Gateway", Failure::Reason::refused, "HTTP 502"},
        {"503 Busy", Failure::Reason::refused, "HTTP 503"},
        {"504 Time-out", Failure::Reason::refused, "HTTP 504"},
        {"403 Forbidden", Failure::Reason::blocked, "NO_PROXY"},
        {"407 Who Are You", Failure::Reason::blocked, "HTTPS_PROXY"},
    }));
    Server proxy([&](const std::string&) {
        return "HTTP/1.1 " + std::string(row.status) + "\r\nContent-Length: 0\r\n\r\n";
    });
    setenv("https_proxy", proxy.url().c_str(), 1);
    const auto result = result_of({}, "https://service.test/");
    unsetenv("https_proxy");
    REQUIRE(proxy.requests().size() == 1);
    CHECK(proxy.requests().front().starts_with("CONNECT service.test:443 "));
    CHECK(reason_of(result) == row.reason);
    CHECK(std::get<Failure>(result).detail.find(row.words) != std::string::npos);
}

TEST_CASE("loopback is never sent through a proxy") {
    Server proxy(
        [](const std::string&) { return "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"; });
    Server service(
        [](const std::string&) { return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"; });
    setenv("http_proxy", proxy.url().c_str(), 1);
    const auto result = result_of({}, service.url());
    unsetenv("http_proxy");
    CHECK(http::status_of(result) == 200);
    CHECK(proxy.requests().empty());
}

TEST_CASE("the proxy depends on each request, also if they share a handle") {
    Server proxy(
        [](const std::string&) { return "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"; });
    Server service([](const std::string&) { return ok(""); });
    setenv("http_proxy", proxy.url().c_str(), 1);
    CurlTransport transport({});
    CHECK(http::status_of(result_of(transport, {"GET", "http://a.test/", {}, {}})) == 400);
    CHECK(http::status_of(result_of(transport, {"GET", service.url(), {}, {}})) == 200);
    CHECK(http::status_of(result_of(transport, {"GET", "http://b.test/", {}, {}})) == 400);
    unsetenv("http_proxy");
    CHECK(proxy.requests().size() == 2);
}

TEST_CASE("a URL with another scheme is rejected") {
    CHECK(reason_of(result_of({}, "file:///etc/passwd")) == Failure::Reason::unusable);
    CHECK(reason_of(result_of({}, "ftp://127.0.0.1/a")) == Failure::Reason::unusable);
}
