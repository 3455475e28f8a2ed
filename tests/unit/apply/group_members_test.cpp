// Members of a group: those that a resource shows, and a PATCH with each of them alone.

#include "apply/group_members.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using nlohmann::json;

namespace {

using Ids = std::vector<std::string>;

json addition(const Ids& ids) {
    auto members = json::array();
    for (const auto& id : ids) {
        members.push_back({{"value", id}});
    }
    return {{"op", "add"}, {"path", "members"}, {"value", members}};
}

json removal(const std::string& id) {
    return {{"op", "remove"}, {"path", "members[value eq \"" + id + "\"]"}};
}

json patch(const std::vector<json>& operations) {
    return {{"Operations", operations}};
}

}  // namespace

TEST_CASE("members that a resource does not show are unknown, and an empty list is known") {
    CHECK_FALSE(apply::shown_members({{"id", "g"}}));
    CHECK(apply::shown_members({{"members", json::array()}})->empty());
    CHECK(*apply::shown_members({{"Members", {{{"value", "a"}}, "b"}}}) == apply::Texts{"a", "b"});
}

TEST_CASE("members are missing if they are neither shown nor refused") {
    CHECK(apply::missing_members({"a", "b", "c"}, {"b", "x"}, {"c"}) == Ids{"a"});
    CHECK(apply::missing_members({"a"}, {"a"}, {}).empty());
}

TEST_CASE("a PATCH of members alone is divided into one for each member") {
    const auto several = patch({addition({"a", "b"}), removal("c")});
    CHECK(apply::members_in_patch(several) == Ids{"a", "b", "c"});
    const auto bodies = apply::one_by_one(several);
    REQUIRE(bodies.size() == 3);
    CHECK(json::parse(bodies[0]).at("Operations") == json::array({addition({"a"})}));
    CHECK(json::parse(bodies[1]).at("Operations") == json::array({addition({"b"})}));
    CHECK(json::parse(bodies[2]).at("Operations") == json::array({removal("c")}));
}

TEST_CASE("a PATCH of one member is not divided") {
    CHECK(apply::one_by_one(patch({addition({"a"})})).empty());
    CHECK(apply::members_in_patch(patch({addition({"a"})})) == Ids{"a"});
}

TEST_CASE("a PATCH with another effect has no members of its own") {
    const json other = GENERATE(json{{"op", "replace"}, {"path", "displayName"}, {"value", "x"}},
                                json{{"op", "replace"}, {"path", "members"}, {"value", {"b"}}},
                                json{{"op", "add"}, {"path", "emails"}, {"value", {"b"}}},
                                json{{"op", "add"}, {"path", "members"}, {"value", "b"}},
                                json{{"op", "add"}, {"path", "members"}},
                                json{{"op", "remove"}, {"path", "members"}},
                                json{{"op", "add"}, {"path", "members[value eq \"b\"]"}});
    CAPTURE(other.dump());
    CHECK(apply::members_in_patch(patch({addition({"a", "c"}), other})).empty());
    CHECK(apply::one_by_one(patch({addition({"a", "c"}), other})).empty());
}
