// http::Client: the requests that are retried, Retry-After, and the time that retries may take.

#include "http/client.hpp"

#include "http/describe_response.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/http_requests.hpp"
#include "support/scripted_transport.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

using namespace http_requests;

namespace {

std::vector<milliseconds> times_of(const ScriptedTransport& transport) {
    std::vector<milliseconds> times;
    for (const auto& call : transport.calls()) {
        times.push_back(call.at);
    }
    return times;
}

}  // namespace

TEST_CASE("a request that is harmless to repeat is repeated without changes until it succeeds") {
    const auto bad = GENERATE(values<Result>({answer(500),
                                              answer(502),
                                              answer(503),
                                              answer(504),
                                              answer(429),
                                              failure(Failure::Reason::refused),
                                              failure(Failure::Reason::timeout),
                                              failure(Failure::Reason::interrupted)}));
    ScriptedTransport transport(failing_at_first(3, bad));
    Client client(transport, {});
    const auto result = client.fetch({"PATCH", "/a", {{"If-Match", "v"}}, "body"});
    CHECK(http::status_of(result) == 200);
    REQUIRE(transport.calls().size() == 4);
    for (const auto& call : transport.calls()) {
        CHECK(call.request.body == "body");
        CHECK(call.request.headers.size() == 1);
    }
    CHECK(client.traffic().requests == 4);
    CHECK(client.traffic().retries == 3);
}

TEST_CASE("a POST with an unknown result is not sent again") {
    const auto bad = GENERATE(values<Result>({answer(429),
                                              answer(500),
                                              answer(502),
                                              answer(503),
                                              answer(504),
                                              answer(520),
                                              failure(Failure::Reason::timeout),
                                              failure(Failure::Reason::interrupted)}));
    ScriptedTransport transport(failing_at_first(1, bad));
    Client client(transport, {});
    CHECK(http::status_of(client.fetch(post("/a"), Repeat::harmful)) != 200);
    CHECK(transport.calls().size() == 1);
}

TEST_CASE("a POST that did not reach the service is sent again") {
    ScriptedTransport transport(failing_at_first(2, failure(Failure::Reason::refused)));
    Client client(transport, {});
    CHECK(http::status_of(client.fetch(post("/a"), Repeat::harmful)) == 200);
    CHECK(transport.calls().size() == 3);
}

TEST_CASE("a permanent failure is returned at once") {
    const int status = GENERATE(400, 401, 403, 404, 409, 412, 501);
    ScriptedTransport transport([&](const Request&) { return Scripted{answer(status)}; });
    Client client(transport, {});
    CHECK(http::status_of(client.fetch(get("/a"))) == status);
    CHECK(transport.calls().size() == 1);
}

TEST_CASE("after a damaged answer, a GET is sent at most three times") {
    const std::size_t failures = GENERATE(std::size_t{1}, std::size_t{9});
    ScriptedTransport transport([failures, calls = std::size_t{0}](const Request&) mutable {
        return Scripted{answer(200, calls++ < failures ? "<html></html>" : "{}")};
    });
    Client client(transport, {});
    auto request = get("/a");
    request.headers = {{"Accept", "application/json"}};
    const auto result = client.fetch(request);
    CHECK((std::get<http::Response>(result).body == "{}") == (failures == 1));
    CHECK(transport.calls().size() == (failures == 1 ? 2 : 3));
}

TEST_CASE("an answer shows whether its request was sent before") {
    const std::size_t failures = GENERATE(std::size_t{0}, std::size_t{1});
    ScriptedTransport transport(failing_at_first(failures, answer(502)));
    Client client(transport, {});
    CHECK(std::get<http::Response>(client.fetch(get("/a"))).repeated == (failures > 0));
}

TEST_CASE("a delayed request begins no earlier, and does not delay others") {
    ScriptedTransport transport([](const Request&) { return Scripted{answer(200)}; });
    Client client(transport, {});
    std::vector<std::string> ended;
    const auto note = [&](const char* name) {
        return [&ended, name](const Result&) { ended.emplace_back(name); };
    };
    client.send_later(seconds(4), get("/late"), Repeat::harmless, note("late"));
    client.send_later(seconds(2), get("/soon"), Repeat::harmless, note("soon"));
    client.send(get("/now"), Repeat::harmless, note("now"));
    client.drain();
    CHECK(ended == std::vector<std::string>{"now", "soon", "late"});
    CHECK(times_of(transport) ==
          std::vector<milliseconds>{milliseconds(0), milliseconds(2000), milliseconds(4000)});
    client.send_later(seconds(4), get("/never"), Repeat::harmless, note("never"));
    client.stop();
    CHECK(ended.back() == "never");
    CHECK(transport.calls().size() == 3);
}

TEST_CASE("after the last try its answer is returned") {
    const int attempts = GENERATE(1, 2, 8);
    ScriptedTransport transport([](const Request&) { return Scripted{answer(503, "no")}; });
    ClientSettings settings;
    settings.retry.attempts = attempts;
    Client client(transport, settings);
    const auto result = client.fetch(get("/a"));
    CHECK(std::get<http::Response>(result).body == "no");
    CHECK(transport.calls().size() == static_cast<std::size_t>(attempts));
}

TEST_CASE("waits grow from try to try, and the random number is used") {
    ScriptedTransport transport([](const Request&) {
        return Scripted{answer(503), milliseconds(0)};
    });
    ClientSettings settings;
    settings.retry.attempts = 4;
    settings.retry.base = milliseconds(1000);
    settings.dice = [] { return 0.5; };
    Client client(transport, settings);
    (void)client.fetch(get("/a"));
    CHECK(times_of(transport) ==
          std::vector<milliseconds>{
              milliseconds(0), milliseconds(500), milliseconds(1500), milliseconds(3500)});
}

TEST_CASE("the wait is at least Retry-After") {
    const int status = GENERATE(429, 503);
    ScriptedTransport transport(failing_at_first(1, answer(status, {}, {{"retry-after", "40"}})));
    Client client(transport, {});
    CHECK(http::status_of(client.fetch(get("/a"))) == 200);
    REQUIRE(transport.calls().size() == 2);
    CHECK(transport.calls()[1].at >= seconds(40));
    CHECK(transport.calls()[1].at < seconds(50));
}

TEST_CASE("Retry-After of a fault that is not about load is for that request only") {
    const int status = GENERATE(502, 504, 522);
    ScriptedTransport transport([status, calls = 0](const Request& request) mutable {
        const bool bad = request.url == "/bad" && calls++ == 0;
        return Scripted{bad ? answer(status, {}, {{"retry-after", "40"}}) : answer(200)};
    });
    Client client(transport, {});
    for (const auto* url : {"/bad", "/good"}) {
        client.send(get(url), Repeat::harmless, [](const Result&) {});
        client.pump(seconds(1));
    }
    client.drain();
    const auto times = times_of(transport);
    REQUIRE(times.size() == 3);
    CHECK(times[1] < seconds(2));
    CHECK(times[2] >= seconds(40));
}

TEST_CASE("Retry-After: 0 still causes a wait") {
    ScriptedTransport transport([](const Request&) {
        return Scripted{answer(503, {}, {{"retry-after", "0"}}), milliseconds(0)};
    });
    ClientSettings settings;
    settings.dice = [] { return 0.9; };
    Client client(transport, settings);
    (void)client.fetch(get("/a"));
    CHECK(transport.calls().size() == 8);
    CHECK(transport.calls().back().at > seconds(20));
}

TEST_CASE("a Retry-After longer than the limit ends the request at once") {
    ScriptedTransport transport(failing_at_first(1, answer(429, {}, {{"retry-after", "301"}})));
    Client client(transport, {});
    CHECK(http::status_of(client.fetch(get("/a"))) == 429);
    CHECK(transport.elapsed() < seconds(1));
}

TEST_CASE("after a Retry-After longer than the limit, all requests end with the reason") {
    ScriptedTransport transport([](const Request&) {
        return Scripted{answer(429, {}, {{"retry-after", "3600"}})};
    });
    CapturedLog log;
    ClientSettings settings;
    settings.what = "SCIM";
    settings.max_in_flight = 1;
    Client client(transport, settings);
    std::vector<std::string> ends;
    for (int i = 0; i < 100; ++i) {
        client.wait_for_room();
        client.send(get("/a"), Repeat::harmless, [&](const Result& result) {
            ends.push_back(http::describe(result));
        });
    }
    client.drain();
    CHECK(transport.calls().size() == 1);
    REQUIRE(ends.size() == 100);
    CHECK(ends.back() == "not sent: HTTP 429; the service asked us to wait 3600 s (Retry-After)");
    CHECK(contains(log.text(),
                   "SCIM: HTTP 429; the service asked us to wait 3600 s (Retry-After); nothing "
                   "more is sent in this run"));
    CHECK(std::count(ends.begin(), ends.end(), "HTTP 429") == 1);
    CHECK_FALSE(http::is_success(client.fetch(get("/late"))));
    CHECK(transport.calls().size() == 1);
}

TEST_CASE("a requested pause applies to every request") {
    ScriptedTransport transport([](const Request& request) {
        const bool told = request.url == "/told";
        return Scripted{told ? answer(429, {}, {{"retry-after", "30"}}) : answer(200),
                        milliseconds(told ? 5 : 10)};
    });
    ClientSettings settings;
    settings.max_in_flight = 2;
    settings.retry.attempts = 2;
    Client client(transport, settings);
    client.send(get("/told"), Repeat::harmless, [](const Result&) {});
    for (int i = 0; i < 5; ++i) {
        client.send(get("/other"), Repeat::harmless, [](const Result&) {});
    }
    client.drain();
    for (const auto& call : transport.calls()) {
        CHECK((call.at <= milliseconds(5) || call.at >= seconds(30)));
    }
    CHECK(transport.calls().size() == 7);
}

TEST_CASE("one request that waits for its next try does not delay the others") {
    ScriptedTransport transport([calls = 0](const Request& request) mutable {
        return Scripted{request.url == "/bad" && calls++ == 0 ? answer(500) : answer(200),
                        milliseconds(1)};
    });
    ClientSettings settings;
    settings.max_in_flight = 1;
    settings.retry.base = seconds(20);
    Client client(transport, settings);
    std::vector<std::string> ended;
    for (const auto* url : {"/bad", "/a", "/b"}) {
        client.send(
            get(url), Repeat::harmless, [&ended, url](const Result&) { ended.emplace_back(url); });
    }
    client.drain();
    CHECK(ended == std::vector<std::string>{"/a", "/b", "/bad"});
}

TEST_CASE("when the budget is used up nothing is sent a second time") {
    ScriptedTransport transport([](const Request&) { return Scripted{answer(503), seconds(1)}; });
    ClientSettings settings;
    settings.retry.attempts = 1000;
    settings.retry.budget = seconds(60);
    Client client(transport, settings);
    CHECK(http::status_of(client.fetch(get("/a"))) == 503);
    CHECK(transport.calls().size() > 2);
    CHECK(transport.calls().back().at <= seconds(60));
}

TEST_CASE("the budget is time without progress: a long run that succeeds may still retry") {
    ScriptedTransport transport([calls = 0](const Request& request) mutable {
        return request.url == "/slow" ? Scripted{answer(200), seconds(61)}
                                      : Scripted{answer(calls++ == 0 ? 503 : 200)};
    });
    ClientSettings settings;
    settings.retry.budget = seconds(60);
    Client client(transport, settings);
    CHECK(http::status_of(client.fetch(get("/slow"))) == 200);
    CHECK(http::status_of(client.fetch(get("/late"))) == 200);
    CHECK(transport.calls().size() == 3);
}

TEST_CASE("the budget is that of the run, not of one request") {
    ScriptedTransport transport([](const Request&) { return Scripted{answer(503), seconds(40)}; });
    ClientSettings settings;
    settings.retry.budget = seconds(60);
    Client client(transport, settings);
    CHECK(http::status_of(client.fetch(get("/a"))) == 503);
    CHECK(transport.calls().size() == 2);
    CHECK(http::status_of(client.fetch(get("/b"))) == 503);
    CHECK(transport.calls().size() == 3);
}

TEST_CASE("a budget of 0 means no second try") {
    ScriptedTransport transport(failing_at_first(1, answer(503)));
    ClientSettings settings;
    settings.retry.budget = milliseconds(0);
    Client client(transport, settings);
    CHECK(http::status_of(client.fetch(get("/a"))) == 503);
}

TEST_CASE("a retry is reported to the listener, without the URL") {
    CapturedLog log(logging::Level::info);
    ScriptedTransport transport(failing_at_first(1, answer(503, R"({"detail":"busy"})")));
    Client client(transport, {.what = "SCIM"});
    (void)client.fetch(get("/Users?filter=ada@acme.org"));
    CHECK(contains(log.text(), "SCIM: HTTP 503: busy; trying again method=GET attempt=2"));
    CHECK_FALSE(contains(log.text(), "ada@acme.org"));
}
