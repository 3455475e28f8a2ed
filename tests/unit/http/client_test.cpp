// http::Client: the number of requests in flight, their order, wait_for_room(), and stop().

#include "http/client.hpp"

#include "http/describe_response.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/http_requests.hpp"
#include "support/scripted_transport.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace http_requests;

TEST_CASE("a request is sent once, with the client's headers after its own") {
    ScriptedTransport transport([](const Request&) { return Scripted{answer(200, "hello")}; });
    Client client(transport, {.headers = {{"Authorization", "Bearer t"}}});
    const auto result = client.fetch({"GET", "/a", {{"Accept", "x"}}, {}});
    CHECK(std::get<http::Response>(result).body == "hello");
    REQUIRE(transport.calls().size() == 1);
    const auto& sent = transport.calls().front().request;
    CHECK(sent.url == "/a");
    CHECK(sent.headers == decltype(sent.headers){{"Accept", "x"}, {"Authorization", "Bearer t"}});
    CHECK(client.traffic().requests == 1);
    CHECK(client.traffic().retries == 0);
    CHECK(client.idle());
}

TEST_CASE("a pause does not delay answers to requests in flight") {
    std::optional<milliseconds> answered;
    ScriptedTransport transport([](const Request& request) {
        const bool told = request.url == "/told";
        return Scripted{told ? answer(429, {}, {{"retry-after", "30"}}) : answer(200),
                        milliseconds(told ? 5 : 500)};
    });
    ClientSettings settings;
    settings.retry.attempts = 2;
    Client client(transport, settings);
    client.send(get("/told"), Repeat::harmless, [](const Result&) {});
    client.send(
        get("/slow"), Repeat::harmless, [&](const Result&) { answered = transport.elapsed(); });
    client.drain();
    CHECK(answered == milliseconds(500));
}

TEST_CASE("the number of requests in flight has a limit, and each request ends once") {
    const auto seed = GENERATE(range(1U, 51U));
    std::mt19937 dice(seed);
    INFO("seed " << seed);
    CapturedLog log;
    ScriptedTransport transport([&](const Request&) {
        constexpr int kStatuses[] = {200, 200, 200, 404, 429, 500, 503};
        return Scripted{answer(kStatuses[dice() % 7]), milliseconds(dice() % 400)};
    });
    ClientSettings settings;
    settings.max_in_flight = 1 + dice() % 8;
    Client client(transport, settings);
    std::size_t ended = 0;
    for (int i = 0; i < 60; ++i) {
        client.wait_for_room();
        client.send(get("/a"), Repeat::harmless, [&](const Result&) { ++ended; });
    }
    client.drain();
    CHECK(ended == 60);
    CHECK(transport.most_under_way() <= settings.max_in_flight);
    CHECK(client.traffic().requests == transport.calls().size());
    CHECK(client.traffic().requests == 60 + client.traffic().retries);
    CHECK(client.idle());
}

TEST_CASE("with room for one request there is always one in flight, and the order is kept") {
    ScriptedTransport transport([](const Request&) { return Scripted{answer(200)}; });
    ClientSettings settings;
    settings.max_in_flight = 1;
    Client client(transport, settings);
    std::string order;
    for (const auto* url : {"a", "b", "c", "d"}) {
        client.send(get(url), Repeat::harmless, [&order, url](const Result&) { order += url; });
    }
    client.drain();
    CHECK(order == "abcd");
    CHECK(transport.most_under_way() == 1);
}

TEST_CASE("a producer waits until another request could start at once") {
    ScriptedTransport transport([](const Request&) {
        return Scripted{answer(200), milliseconds(100)};
    });
    ClientSettings settings;
    settings.max_in_flight = 2;
    Client client(transport, settings);
    std::vector<milliseconds> sent;
    for (int i = 0; i < 6; ++i) {
        client.wait_for_room();
        sent.push_back(transport.elapsed());
        client.send(get("/a"), Repeat::harmless, [](const Result&) {});
    }
    CHECK(sent == std::vector<milliseconds>{milliseconds(0),
                                            milliseconds(0),
                                            milliseconds(100),
                                            milliseconds(100),
                                            milliseconds(200),
                                            milliseconds(200)});
    client.drain();
}

TEST_CASE("requests that wait for their next try do not delay a producer, up to a limit") {
    ScriptedTransport transport([](const Request& request) {
        return Scripted{answer(request.url == "/bad" ? 500 : 200), milliseconds(1)};
    });
    ClientSettings settings;
    settings.max_in_flight = 2;
    settings.retry.base = seconds(20);
    settings.retry.attempts = 2;
    Client client(transport, settings);
    const auto produce = [&](const char* url) {
        client.wait_for_room();
        client.send(get(url), Repeat::harmless, [](const Result&) {});
        return transport.elapsed();
    };
    (void)produce("/bad");
    for (int i = 0; i < 20; ++i) {
        CHECK(produce("/good") < seconds(1));
    }
    (void)produce("/bad");
    (void)produce("/good");
    CHECK(produce("/good") >= seconds(10));
    client.drain();
}

TEST_CASE("a single 503 narrows the window, and does not stop the others") {
    ScriptedTransport transport([](const Request& request) {
        return Scripted{answer(request.url == "/bad" ? 503 : 200), milliseconds(1)};
    });
    ClientSettings settings;
    settings.retry.attempts = 1;
    Client client(transport, settings);
    client.send(get("/bad"), Repeat::harmless, [](const Result&) {});
    client.send(get("/good"), Repeat::harmless, [](const Result&) {});
    client.drain();
    client.send(get("/good"), Repeat::harmless, [](const Result&) {});
    client.drain();
    CHECK(transport.elapsed() == milliseconds(2));
}

TEST_CASE("the callback of an answer may send more requests") {
    ScriptedTransport transport([](const Request&) { return Scripted{answer(200)}; });
    Client client(transport, {});
    int left = 5;
    std::function<void(const Result&)> next = [&](const Result&) {
        if (--left > 0) {
            client.send(get("/again"), Repeat::harmless, next);
        }
    };
    client.send(get("/first"), Repeat::harmless, next);
    client.drain();
    CHECK(left == 0);
    CHECK(transport.calls().size() == 5);
}

TEST_CASE("fetch waits for its own answer while others are processed") {
    ScriptedTransport transport([](const Request& request) {
        return Scripted{answer(200, request.url), milliseconds(request.url == "/slow" ? 900 : 10)};
    });
    Client client(transport, {});
    bool slow_ended = false;
    client.send(get("/slow"), Repeat::harmless, [&](const Result&) { slow_ended = true; });
    const auto result = client.fetch(get("/quick"));
    CHECK(std::get<http::Response>(result).body == "/quick");
    CHECK_FALSE(slow_ended);
    client.drain();
    CHECK(slow_ended);
}

TEST_CASE("a result that arrives before it is awaited is returned without a wait") {
    ScriptedTransport transport(
        [](const Request& request) { return Scripted{answer(200, request.url)}; });
    Client client(transport, {});
    const auto awaited = client.begin(get("/early"));
    client.drain();
    const auto arrived = client.now();
    CHECK(std::get<http::Response>(client.await(awaited)).body == "/early");
    CHECK(client.now() == arrived);
}

TEST_CASE("after stop() queued and new requests end unsent") {
    ScriptedTransport transport([](const Request&) { return Scripted{answer(200)}; });
    ClientSettings settings;
    settings.max_in_flight = 1;
    Client client(transport, settings);
    std::vector<int> ends;
    const auto note = [&](const Result& result) { ends.push_back(http::status_of(result)); };
    client.send(get("/under-way"), Repeat::harmless, note);
    client.send(get("/waiting"), Repeat::harmless, note);
    client.pump(milliseconds(0));
    client.stop();
    client.send(get("/late"), Repeat::harmless, note);
    client.drain();
    CHECK(transport.calls().size() == 1);
    CHECK(ends == std::vector<int>{0, 0, 200});
    CHECK(client.idle());
}

TEST_CASE("after stop() failed requests are not retried") {
    ScriptedTransport transport([](const Request&) { return Scripted{answer(503)}; });
    Client client(transport, {});
    std::optional<int> status;
    client.send(get("/a"), Repeat::harmless, [&](const Result& r) { status = http::status_of(r); });
    client.pump(milliseconds(0));
    client.stop();
    client.drain();
    CHECK(status == 503);
    CHECK(transport.calls().size() == 1);
}

TEST_CASE("settings.stop is called while waiting, and true ends the wait") {
    ScriptedTransport transport([](const Request&) {
        return Scripted{answer(429, {}, {{"retry-after", "200"}})};
    });
    ClientSettings settings;
    settings.stop = [&] { return transport.elapsed() >= seconds(5); };
    Client client(transport, settings);
    std::vector<std::string> ends;
    const auto note = [&](const Result& result) { ends.push_back(http::describe(result)); };
    client.send(get("/told"), Repeat::harmless, note);
    client.pump(milliseconds(100));
    for (int i = 0; i < 3; ++i) {
        client.wait_for_room();
        client.send(get("/a"), Repeat::harmless, note);
    }
    CHECK(transport.elapsed() <= seconds(7));
    CHECK(transport.calls().size() == 1);
    CHECK(ends == std::vector<std::string>(4, "not sent: stopped before it was sent"));
}
