// base::progress: when a line is due, the rate, and the sentence.

#include "base/progress.hpp"

#include "base/logging.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

using progress::Line;
using progress::Meter;
using progress::Output;
using progress::sentence_of;
using progress::Time;
using progress::Waiting;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Time kBegin{};

Waiting for_responses(std::size_t in_flight) {
    return {.service = "SCIM", .in_flight = in_flight};
}

// Ticks at these seconds after the begin, with `output`.
void tick_at(Output output, std::initializer_list<int> moments, const std::string& path = {}) {
    progress::configure(output, path);
    progress::set({.step = "changes", .done = 0, .total = 900});
    for (const int moment : moments) {
        progress::tick(kBegin + seconds(moment), [] { return for_responses(2); });
        progress::advance();
    }
    progress::configure(Output::none);
}

}  // namespace

TEST_CASE(
    "the sentence has the step, done of total, the rate, the retries and what is waited for") {
    CHECK(sentence_of({{.step = "SCIM Users", .done = 1200, .total = 9500},
                       {.service = "SCIM", .in_flight = 16, .retries = 2},
                       43}) ==
          "SCIM Users: 1200 of 9500, 43/s, 2 retries; waiting for 16 responses of SCIM");
    CHECK(sentence_of({{.step = "SCIM Users", .done = 7},
                       {.service = "SCIM", .in_flight = 1, .retries = 1},
                       0}) == "SCIM Users: 7, 0/s, 1 retry; waiting for 1 response of SCIM");
    CHECK(sentence_of({{}, for_responses(1), 0}) == "waiting for 1 response of SCIM");
    Waiting pause{.service = "SCIM", .retries = 1, .pause = milliseconds(7001), .asked_for = true};
    CHECK(sentence_of({{}, pause, 0}) ==
          "1 retry; waiting 8 s before the next request to SCIM, as it asked (Retry-After)");
    pause.asked_for = false;
    CHECK(sentence_of({{}, pause, 0}) == "1 retry; waiting 8 s before the next request to SCIM");
}

TEST_CASE("a line is due after each interval, and its rate is that of the interval") {
    Meter meter(seconds(30), kBegin);
    CHECK_FALSE(meter.is_due(kBegin + milliseconds(29'999)));
    CHECK(meter.is_due(kBegin + seconds(30)));
    CHECK(meter.line({.step = "a", .done = 600}, {}, kBegin + seconds(30)).rate == 20);
    CHECK_FALSE(meter.is_due(kBegin + seconds(59)));
    CHECK(meter.line({.step = "a", .done = 660}, {}, kBegin + seconds(60)).rate == 2);
    // Another step, and a list that is read from its beginning again.
    CHECK(meter.line({.step = "b", .done = 30}, {}, kBegin + seconds(90)).rate == 1);
    CHECK(meter.line({.step = "b", .done = 10}, {}, kBegin + seconds(120)).rate == 0);
}

TEST_CASE("a log has a line every 30 s, at any level if that is wanted") {
    CapturedLog log;
    tick_at(Output::log, {0, 1, 29, 30, 31, 60});
    CHECK(log.text().empty());
    tick_at(Output::always_log, {0, 1, 29});
    CHECK(log.text().empty());
    tick_at(Output::always_log, {0, 30, 59, 60});
    const auto text = log.text();
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
    CHECK(contains(log.text(),
                   "progress: changes: 1 of 900, 0/s; waiting for 2 responses of SCIM\n"));
}

TEST_CASE("in JSON, the numbers of the progress are numbers") {
    CapturedLog log(logging::Level::info, logging::Format::json);
    tick_at(Output::log, {0, 30});
    CHECK(contains(
        log.text(),
        R"("step":"changes","done":1,"total":900,"rate":0,"retries":0,"in_flight":2,"wait_ms":0})"));
    logging::configure({"test"});
}

TEST_CASE("a terminal has a line each second, and the next line of the log replaces it") {
    CapturedLog log;
    tick_at(Output::terminal, {0, 1});
    logging::warning("a warning");
    CHECK(log.text() ==
          "\r\x1b[K\x1b[?7lchanges: 1 of 900, 1/s; waiting for 2 responses of SCIM\x1b[?7h"
          "\r\x1b[Ktest: warning: a warning\n");
}

TEST_CASE("a file has the last line") {
    const TemporaryFolder folder;
    const auto path = folder.path("progress");
    CapturedLog log;
    tick_at(Output::file, {0, 1, 2}, path);
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    CHECK(line == "changes: 2 of 900, 1/s; waiting for 2 responses of SCIM");
    CHECK(log.text().empty());
}
