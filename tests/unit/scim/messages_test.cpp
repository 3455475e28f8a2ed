// Messages of SCIM that are not resources.

#include "scim/messages.hpp"

#include "support/catch.hpp"

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
