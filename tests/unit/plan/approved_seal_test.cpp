// The approvals in the seal of a plan.

#include "plan/read_plan.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <vector>

TEST_CASE("the digests that scim-diff has used are read from the seal, and other values as text") {
    const auto approved_of = [](const std::string& approved) {
        std::istringstream in(
            R"({"type":"stream","format":1,"kind":"plan","target":"https://scim.example"})"
            "\n"
            R"({"type":"end","desired":{"users":0,"groups":0},"current":{"users":0,"groups":0},)"
            R"("matched":0,"create":0,"update":0,"deactivate":0,"reactivate":0,"adopt":0,)"
            R"("unchanged":0,"skipped":0,"held":0,"split":0,"withheld":0,"unresolved":0,)"
            R"("partial":0,"acknowledged":0)" +
            approved + "}\n");
        stream::Reader lines(in, "t");
        return plan::read_plan(lines, plan::OldPlans::refused, [](const auto&, nlohmann::json&) {})
            .approved;
    };
    CHECK(approved_of("").empty());
    CHECK(approved_of(R"(,"approved":"d1")").empty());
    CHECK(approved_of(R"(,"approved":["d1",7])") == std::vector<std::string>{"d1", "7"});
}
