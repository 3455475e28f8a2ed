// Messages of SCIM that are not resources.

#include "scim/messages.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"

#include <nlohmann/json.hpp>

using nlohmann::json;
using scim::error_status;

TEST_CASE("an Error has a status from 400 to 599, as number or text, with or without schemas") {
    const json schemas = json::array({"urn:ietf:params:scim:api:messages:2.0:Error"});
    CHECK(error_status({{"schemas", schemas}, {"status", "404"}}) == 404);
    CHECK(error_status({{"schemas", schemas}, {"status", 409}}) == 409);
    CHECK(error_status({{"schemas", schemas}}) == 400);
    CHECK(error_status({{"schemas", schemas}, {"status", "200"}}) == 400);
    CHECK(error_status({{"status", 599}}) == 599);
    CHECK_FALSE(error_status({{"status", 600}}));
    CHECK_FALSE(error_status({{"status", 399}}));
    CHECK_FALSE(error_status({{"status", "active"}}));
    CHECK_FALSE(error_status({{"schemas", "Error"}, {"status", 404}}));
    CHECK_FALSE(error_status({{"schemas", json::array()}, {"status", 404}}));
    CHECK(scim::scim_type({{"scimType", "Uniqueness"}}) == "uniqueness");
}

TEST_CASE("a list with a field of another type is reported with the value and the remedy") {
    const auto [body, words] = GENERATE(table<std::string, std::string>({
        {R"({"totalResults":-1,"Resources":[]})",
         R"("totalResults": -1, which is not a number of records)"},
        {R"({"totalResults":1.5,"Resources":[]})",
         R"("totalResults": 1.5, which is not a number of records)"},
        {R"({"totalResults":1e300,"Resources":[]})",
         R"("totalResults": 1e+300, which is not a number of records)"},
        {R"({"totalResults":-1.0,"Resources":[]})",
         R"("totalResults": -1.0, which is not a number of records)"},
        {R"({"totalResults":"many","Resources":[]})",
         R"("totalResults": "many", which is not a number of records)"},
        {R"({"nextCursor":7,"Resources":[]})", R"("nextCursor": 7, which is not a string)"},
    }));
    const auto error = caught([&] { (void)scim::list_from_json(json::parse(body)); });
    CHECK(error.status == ExitStatus::unavailable);
    CHECK(error.says(words));
    CHECK(error.says("report this to the operator of that service"));
    CHECK_FALSE(error.says("base URL"));
}

TEST_CASE("a count may have a decimal point, or be a string") {
    const auto body = GENERATE(as<std::string>{},
                               R"({"totalResults":14.0,"startIndex":1.0,"Resources":[]})",
                               R"({"totalResults":"14","startIndex":1e0,"Resources":[]})");
    const auto list = scim::list_from_json(json::parse(body));
    CHECK(list.total_results == 14U);
    CHECK(list.start_index == 1U);
}
