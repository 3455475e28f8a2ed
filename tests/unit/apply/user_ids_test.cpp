// The SCIM ids of users, and the references of members to them.

#include "apply/user_ids.hpp"

#include "apply/approvals.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using nlohmann::json;

namespace {

json member(const std::string& value) {
    return {{"value", value}};
}

}  // namespace

TEST_CASE("an id is remembered once, and several ids of a user are sorted") {
    apply::UserIds users;
    users.remember("ada", "2");
    users.remember("ada", "1");
    users.remember("ada", "2");
    users.remember("ben", "2");
    CHECK(users.of("ada") == std::vector<std::string>{"1", "2"});
    CHECK(users.of("eve").empty());
    CHECK(users.size() == 3);
}

TEST_CASE("references are resolved in a create and in a PATCH, and ids stay") {
    apply::UserIds users;
    users.remember("ada", "1");
    users.remember("ada", "2");
    const json list = json::array({member("bulkId:ada"), member("9")});
    const json resolved = json::array({member("1"), member("2"), member("9")});
    json create{{"members", list}};
    CHECK(apply::resolve_members(create, users).empty());
    CHECK(create.at("members") == resolved);
    json patch{{"Operations",
                {{{"op", "add"}, {"path", "members"}, {"value", list}},
                 {{"op", "replace"}, {"path", "displayName"}, {"value", {member("bulkId:ada")}}},
                 {{"op", "remove"}, {"path", "members"}, {"value", nullptr}}}}};
    CHECK(apply::resolve_members(patch, users).empty());
    CHECK(patch.at("Operations")[0].at("value") == resolved);
    CHECK(patch.at("Operations")[1].at("value") == json::array({member("bulkId:ada")}));
}

TEST_CASE("users without an id are left out, and named") {
    json one{{"members", {member("bulkId:ada"), member("9")}}};
    CHECK(apply::resolve_members(one, {}) == "1 member left out because it was not created: ada");
    CHECK(one.at("members") == json::array({member("9")}));
    json two{{"members", {member("bulkId:ada"), member("bulkId:ben")}}};
    CHECK(contains(apply::resolve_members(two, {}), "2 members left out"));
    json none{{"members", "x"}};
    CHECK(apply::resolve_members(none, {}).empty());
}

TEST_CASE("each approval is recorded once, with who gave it if that is known") {
    const auto all = apply::record_of_approvals({"b", "a", "b"}, "2026-11-23T18:00:00Z", "eve");
    REQUIRE(all.size() == 2);
    CHECK(all[0].at("digest") == "a");
    CHECK(all[1].at("digest") == "b");
    CHECK(all[1].at("at") == "2026-11-23T18:00:00Z");
    CHECK(all[1].at("by") == "eve");
    CHECK_FALSE(all[1].at("user").get<std::string>().empty());
    CHECK_FALSE(apply::record_of_approvals({"a"}, "", "").front().contains("by"));
    CHECK(apply::record_of_approvals({}, "", "").empty());
}
