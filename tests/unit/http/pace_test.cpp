#include "http/pace.hpp"

#include "http/client.hpp"
#include "support/catch.hpp"
#include "support/scripted_transport.hpp"

#include <chrono>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

using http::Heard;
using http::Pace;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = http::Clock::time_point;

namespace {

/// A server: its answer to a request that arrives at this moment.
using Server = std::function<Scripted(Time)>;

struct Tally {
    double served = 0;
    double refused = 0;
    double failed = 0;  ///< as the caller sees it, after all tries

    [[nodiscard]] double part_refused() const { return refused / (served + refused); }
};

/// Sends requests to the server for the given time, as fast as the client allows.
Tally send_to(const Server& server, seconds time, http::ClientSettings settings = {}) {
    Tally tally;
    const ScriptedTransport* clock = nullptr;
    ScriptedTransport transport([&](const http::Request&) {
        auto scripted = server(clock->now());
        ++(http::is_success(scripted.result) ? tally.served : tally.refused);
        return scripted;
    });
    clock = &transport;
    settings.dice = [dice = std::mt19937_64(1)]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(dice);
    };
    http::Client client(transport, settings);
    while (transport.elapsed() < time) {
        client.wait_for_room();
        client.send(
            {"PATCH", "/a", {}, {}}, http::Repeat::harmless, [&](const http::Result& result) {
                tally.failed += http::is_success(result) ? 0 : 1;
            });
    }
    return tally;
}

struct Bucket {
    double limit = 50;  ///< per second
    double burst = 10;
    milliseconds latency{50};
    std::vector<std::pair<std::string, std::string>> headers{{"retry-after", "1"}};
    std::function<double(seconds)> limit_at{};  ///< instead of `limit`, if it changes
};

Server server_of(Bucket bucket) {
    return [bucket, tokens = bucket.burst, begin = Time{}, filled = Time{}](Time now) mutable {
        begin = begin == Time{} ? now : begin;
        filled = filled == Time{} ? now : filled;
        const auto passed = std::chrono::duration<double>(now - filled).count();
        const auto limit = bucket.limit_at
                               ? bucket.limit_at(std::chrono::duration_cast<seconds>(now - begin))
                               : bucket.limit;
        tokens = std::min(bucket.burst, tokens + passed * limit);
        filled = now;
        if (tokens < 1) {
            return Scripted{answer(429, {}, bucket.headers), bucket.latency};
        }
        tokens -= 1;
        return Scripted{answer(200), bucket.latency};
    };
}

/// Serves this many requests at once, each in `latency`; answers 503 to the others, sooner.
Server server_of_places(std::size_t places, milliseconds latency) {
    return [=, busy_until = std::vector<Time>{}](Time now) mutable {
        std::erase_if(busy_until, [&](Time until) { return until <= now; });
        if (busy_until.size() >= places) {
            return Scripted{answer(503), latency / 5};
        }
        busy_until.push_back(now + latency);
        return Scripted{answer(200), latency};
    };
}

constexpr Time kBegin{std::chrono::hours(1)};

}  // namespace

TEST_CASE(
    "a limit of 50 per second is found: 0.85 of it within a minute, 1 % refused, nothing lost") {
    const auto latency = GENERATE(milliseconds(0), milliseconds(50));
    const auto most = GENERATE(as<std::size_t>{}, 16, 128);
    const auto tally =
        send_to(server_of({.latency = latency}), seconds(60), {.max_in_flight = most});
    INFO("latency " << latency.count() << " ms, ceiling " << most);
    CHECK(tally.served / (50 * 60) >= 0.85);
    CHECK(tally.part_refused() <= 0.01);
    CHECK(tally.failed == 0);
}

TEST_CASE(
    "after the first minute, 95 % of the limit is used, and refused requests are 1 % at most") {
    const auto latency = GENERATE(milliseconds(0), milliseconds(50));
    const auto server = [&] { return server_of({.latency = latency}); };
    const auto first = send_to(server(), seconds(60));
    const auto all = send_to(server(), seconds(240));
    INFO("latency " << latency.count() << " ms");
    CHECK((all.served - first.served) / (50 * 180) >= 0.95);
    CHECK((all.refused - first.refused) / (50 * 180) <= 0.01);
}

TEST_CASE("any limit is found, at any latency of the server") {
    struct Row {
        double limit;
        milliseconds latency;
        double ratio;  ///< of the limit, in the first minute
        double refused;
    };
    const auto row = GENERATE(values<Row>({
        {2, milliseconds(0), 0.95, 0.16},  // a dozen refusals in the search, among few requests
        {2, milliseconds(500), 0.95, 0.16},
        {10, milliseconds(50), 0.95, 0.03},
        {10, milliseconds(500), 0.9, 0.05},
        {50, milliseconds(500), 0.75, 0.01},  // half a second late in everything that it receives
        {500, milliseconds(0), 0.8, 0.01},
        {500, milliseconds(50), 0.75, 0.01},
    }));
    const auto tally = send_to(server_of({.limit = row.limit, .latency = row.latency}),
                               seconds(60),
                               {.max_in_flight = 128});
    INFO(row.limit << " a second, latency " << row.latency.count() << " ms");
    CHECK(tally.served / (row.limit * 60) >= row.ratio);
    CHECK(tally.part_refused() <= row.refused);
    CHECK(tally.failed == 0);
}

TEST_CASE("the limit is kept with any form of Retry-After") {
    struct Row {
        const char* retry_after;  ///< nullptr: none
        double ratio;
        double refused;
    };
    const auto row =
        GENERATE(values<Row>({{nullptr, 0.85, 0.01}, {"0", 0.95, 0.01}, {"5", 0.45, 0.015}}));
    Bucket bucket;
    bucket.headers.clear();
    if (row.retry_after != nullptr) {
        bucket.headers.emplace_back("retry-after", row.retry_after);
    }
    const auto tally = send_to(server_of(bucket), seconds(60));
    INFO("Retry-After: " << (row.retry_after == nullptr ? "" : row.retry_after));
    CHECK(tally.served / (50 * 60) >= row.ratio);
    CHECK(tally.part_refused() <= row.refused);
}

TEST_CASE("a lower limit is followed at once, a higher one within a minute") {
    const auto falls =
        send_to(server_of({.limit_at = [](seconds at) { return at < seconds(60) ? 50.0 : 10.0; }}),
                seconds(180));
    CHECK(falls.served / (50 * 60 + 10 * 120) >= 0.85);
    CHECK(falls.part_refused() <= 0.02);

    const auto rises =
        send_to(server_of({.limit_at = [](seconds at) { return at < seconds(60) ? 50.0 : 200.0; }}),
                seconds(180));
    CHECK(rises.served / (50 * 60 + 200 * 120) >= 0.75);
    CHECK(rises.part_refused() <= 0.01);
}

TEST_CASE("a server with four places has nearly all of them in use, and refuses few requests") {
    const auto latency = GENERATE(milliseconds(5), milliseconds(50), milliseconds(500));
    const auto tally = send_to(server_of_places(4, latency), seconds(60));
    INFO("latency " << latency.count() << " ms");
    CHECK(tally.served / (4 * 60'000.0 / static_cast<double>(latency.count())) >= 0.95);
    CHECK(tally.part_refused() <= 0.05);
    CHECK(tally.failed == 0);
}

TEST_CASE("a server with one place, or with many, is used well") {
    const auto places = GENERATE(as<std::size_t>{}, 1, 16, 60);
    const auto tally =
        send_to(server_of_places(places, milliseconds(50)), seconds(60), {.max_in_flight = 128});
    INFO(places << " places");
    CHECK(tally.served / (static_cast<double>(places) * 1200) >= 0.8);
    CHECK(tally.part_refused() <= 0.1);
}

TEST_CASE("a server without limits gets the full window after a few round trips") {
    const auto tally = send_to(
        [](Time) {
            return Scripted{answer(200), milliseconds(50)};
        },
        seconds(10),
        {.max_in_flight = 128});
    CHECK(tally.served / (128 * 200) >= 0.95);
}

TEST_CASE("a rate set by the operator is kept from the first request on, and never exceeded") {
    std::vector<Time> came;
    const auto tally = send_to(
        [&](Time now) {
            came.push_back(now);
            return Scripted{answer(200), milliseconds(50)};
        },
        seconds(10),
        {.rate = 20});
    CHECK(tally.served >= 195);
    for (std::size_t i = 20; i < came.size(); ++i) {
        REQUIRE(came[i] - came[i - 20] >= milliseconds(989));  // a tick of 10 ms may be caught up
    }
}

TEST_CASE("refusals do not make a given rate grow beyond its value") {
    const auto tally = send_to(server_of({.limit = 40}), seconds(60), {.rate = 45});
    CHECK(tally.served / (40 * 60) >= 0.85);
    CHECK(tally.part_refused() <= 0.01);
}

TEST_CASE("the window begins with four and doubles each round trip, up to the ceiling") {
    Pace pace(20, Pace::kNoLimit, kBegin);
    for (const std::size_t expected : {4U, 8U, 16U, 20U, 20U}) {
        std::vector<std::uint64_t> sent;
        while (pace.has_room()) {
            sent.push_back(pace.started(kBegin));
        }
        CHECK(sent.size() == expected);
        for (const auto number : sent) {
            pace.ended(number, Heard::served, {}, kBegin);
        }
    }
}

TEST_CASE("a window that is not filled does not grow") {
    Pace pace(128, Pace::kNoLimit, kBegin);
    for (int i = 0; i < 100; ++i) {
        pace.ended(pace.started(kBegin), Heard::served, {}, kBegin);
    }
    for (int i = 0; i < 4; ++i) {
        CHECK(pace.has_room());
        (void)pace.started(kBegin);
    }
    CHECK_FALSE(pace.has_room());
}

TEST_CASE("one round trip of refusals halves the window once") {
    Pace pace(4, Pace::kNoLimit, kBegin);
    std::vector<std::uint64_t> sent;
    while (pace.has_room()) {
        sent.push_back(pace.started(kBegin));
    }
    for (const auto number : sent) {
        pace.ended(number, Heard::busy, {}, kBegin);
    }
    (void)pace.started(kBegin);
    CHECK(pace.has_room());
    const auto second = pace.started(kBegin);
    CHECK_FALSE(pace.has_room());
    pace.ended(second, Heard::busy, {}, kBegin);  // sent after the first halving: counts again
    CHECK_FALSE(pace.has_room());                 // one is running, and that is all
}

TEST_CASE("the window never closes: one request is always allowed") {
    Pace pace(16, Pace::kNoLimit, kBegin);
    for (int i = 0; i < 50; ++i) {
        REQUIRE(pace.has_room());
        pace.ended(pace.started(kBegin), Heard::busy, {}, kBegin);
    }
    CHECK(pace.has_room());
}

TEST_CASE(
    "refusals of requests from before the rate was cut do not cut it again, but their pauses "
    "count") {
    // A hundred requests are served in a second, then ten are in flight at the first refusal.
    const auto paced_after = [](int refusals) {
        Pace pace(16, Pace::kNoLimit, kBegin);
        for (int i = 0; i < 100; ++i) {
            pace.ended(pace.started(kBegin), Heard::served, {}, kBegin);
        }
        const auto later = kBegin + seconds(1);
        std::vector<std::uint64_t> sent;
        for (int i = 0; i < 3; ++i) {
            sent.push_back(pace.started(later));
        }
        for (int i = 0; i < refusals; ++i) {
            pace.ended(sent[static_cast<std::size_t>(i)], Heard::too_fast, seconds(1 + i), later);
        }
        return pace;
    };
    for (const int refusals : {1, 3}) {
        auto pace = paced_after(refusals);
        CHECK(pace.next_start() == kBegin + seconds(1 + refusals));
        const auto first = pace.next_start();
        (void)pace.started(first);
        const auto gap = std::chrono::duration<double>(pace.next_start() - first).count();
        CHECK(gap == Approx(1 / 100.1).epsilon(0.001));  // the goodput, and one step
    }
}

TEST_CASE("a pause applies to every request, and a shorter one does not end a longer one") {
    Pace pace(16, Pace::kNoLimit, kBegin);
    const auto a = pace.started(kBegin);
    const auto b = pace.started(kBegin);
    pace.ended(a, Heard::too_fast, seconds(30), kBegin);
    pace.ended(b, Heard::too_fast, seconds(1), kBegin);
    CHECK(pace.next_start() == kBegin + seconds(30));
}

TEST_CASE("after a long outage of a service, the rate recovers") {
    Pace pace(16, Pace::kNoLimit, kBegin);
    auto now = kBegin;
    for (int i = 0; i < 100; ++i) {
        now = std::max(now, pace.next_start());
        pace.ended(pace.started(now), Heard::too_fast, seconds(120), now);
    }
    const auto down = now;
    while (now < down + seconds(300)) {
        now = std::max(now, pace.next_start());
        pace.ended(pace.started(now), Heard::served, {}, now);
    }
    const auto before = pace.next_start();
    (void)pace.started(before);
    CHECK(pace.next_start() - before < milliseconds(100));
}
