#include "apply/approvals.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

TEST_CASE("an approval is recorded once, with time, host and user") {
    const auto all = apply::record_of_approvals({"b", "a", "b"}, "2026-11-23T18:00:00Z", "Ada");
    REQUIRE(all.size() == 2);
    CHECK(all[0].at("digest") == "a");
    CHECK(all[1].at("digest") == "b");
    CHECK(all[0].at("at") == "2026-11-23T18:00:00Z");
    CHECK(!all[0].at("host").get<std::string>().empty());
    CHECK(!all[0].at("user").get<std::string>().empty());
    CHECK(all[0].at("by") == "Ada");
}

TEST_CASE("without a name only the user of the process is recorded, without an approval nothing") {
    CHECK(!apply::record_of_approvals({"a"}, "", "")[0].contains("by"));
    CHECK(apply::record_of_approvals({}, "", "Ada").empty());
}
