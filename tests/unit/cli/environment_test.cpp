// Environment variables: empty ones, and SOURCE_DATE_EPOCH as the time of a stream.

#include "cli/environment.hpp"
#include "cli/producer.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"

#include <cstdlib>
#include <string>

TEST_CASE("an empty variable counts as unset") {
    REQUIRE(setenv("CLI_TEST_EMPTY", "", 1) == 0);
    CHECK_FALSE(cli::environment("CLI_TEST_EMPTY"));
    unsetenv("CLI_TEST_EMPTY");
    CHECK_FALSE(cli::environment("CLI_TEST_EMPTY"));
}

TEST_CASE("the time is SOURCE_DATE_EPOCH if that is set") {
    REQUIRE(setenv("SOURCE_DATE_EPOCH", "1795456800", 1) == 0);
    CHECK(cli::timestamp() == "2026-11-23T18:00:00Z");
    REQUIRE(setenv("SOURCE_DATE_EPOCH", "yesterday", 1) == 0);
    const auto error = caught([] { (void)cli::timestamp(); });
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("SOURCE_DATE_EPOCH"));
    unsetenv("SOURCE_DATE_EPOCH");
    CHECK(cli::timestamp().size() == std::string("2026-11-23T18:00:00Z").size());
}
