// The grammar of a limit, and what it allows.

#include "plan/limits.hpp"

#include "support/catch.hpp"

#include <limits>
#include <string>

using plan::parse_limit;

TEST_CASE("a limit is a number, a percentage, or both") {
    const auto number = parse_limit("12");
    REQUIRE(number);
    CHECK(number->count == 12U);
    CHECK_FALSE(number->percent);
    const auto percent = parse_limit("100%");
    REQUIRE(percent);
    CHECK_FALSE(percent->count);
    CHECK(percent->percent == 100U);
    const auto both = parse_limit("0%,50");
    REQUIRE(both);
    CHECK(both->count == 50U);
    CHECK(both->percent == 0U);
}

TEST_CASE("any other text is not a limit") {
    const auto text = GENERATE(as<std::string>{},
                               "",
                               "-1",
                               "1.5",
                               "12x",
                               " 12",
                               "%",
                               "101%",
                               "10%50",
                               "10%,",
                               "10%,x",
                               "10%;50",
                               "50,10%",
                               "99999999999999999999");
    CAPTURE(text);
    CHECK_FALSE(parse_limit(text));
}

TEST_CASE("a percentage allows at least one, a number may allow none, and both allow the smaller") {
    CHECK(parse_limit("10%")->allowed(200) == 20);
    CHECK(parse_limit("10%")->allowed(19) == 1);
    CHECK(parse_limit("10%")->allowed(0) == 1);
    CHECK(parse_limit("0%")->allowed(200) == 1);
    CHECK(parse_limit("0")->allowed(200) == 0);
    CHECK(parse_limit("7")->allowed(2) == 7);
    CHECK(parse_limit("10%,5")->allowed(200) == 5);
    CHECK(parse_limit("10%,50")->allowed(200) == 20);
    CHECK(plan::Limit{}.allowed(3) == std::numeric_limits<std::size_t>::max());
}

TEST_CASE("the default of each limit is the one that its row shows") {
    for (const auto& row : plan::kLimits) {
        INFO(row.name);
        const auto shown = parse_limit(row.fallback);
        REQUIRE(shown);
        const auto used = plan::Limits{}.*row.member;
        CHECK(used.count == shown->count);
        CHECK(used.percent == shown->percent);
    }
}
