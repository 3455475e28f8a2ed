#include "plan/checked_lines.hpp"

#include "plan/line_check.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using nlohmann::json;

namespace {

JsonObject line_of(std::size_t number, std::size_t length) {
    JsonObject line;
    line.set("number", static_cast<int>(number));
    line.set("a", std::string(length, 'x'));
    return line;
}

}  // namespace

TEST_CASE("checked lines keep their order, with one thread and with two") {
    const auto threads = GENERATE(as<std::size_t>(), 1, 2);
    constexpr std::size_t kLines = 1000;
    constexpr std::size_t kLarge = 500;  // a line that is longer than a block
    std::vector<json> received;
    plan::CheckedLines lines(threads,
                             [&](std::string_view line) { received.push_back(json::parse(line)); });
    for (std::size_t number = 0; number < kLines; ++number) {
        lines.add(line_of(number, number == kLarge ? std::size_t{1} << 20U : 1000));
    }
    lines.finish();
    REQUIRE(received.size() == kLines);
    for (std::size_t number = 0; number < kLines; ++number) {
        const auto& line = received[number];
        REQUIRE(line["number"] == number);
        REQUIRE(line["check"] == plan::check_of(line));
    }
    lines.finish();
    CHECK(received.size() == kLines);
}

TEST_CASE("an error while a checked line is passed on reaches the caller") {
    const auto threads = GENERATE(as<std::size_t>(), 1, 2);
    plan::CheckedLines lines(threads,
                             [](std::string_view) { throw std::runtime_error("disk full"); });
    lines.add(line_of(1, 10));
    CHECK_THROWS_WITH(lines.finish(), "disk full");
}
