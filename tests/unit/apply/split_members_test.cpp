#include "apply/split_members.hpp"

#include "record/scim_resource.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using nlohmann::json;
using Texts = std::vector<std::string>;

namespace {

std::string user(const std::string& name) {
    return "pw-activate:user:" + name;
}

json members(const Texts& ids) {
    auto list = json::array();
    for (const auto& id : ids) {
        list.push_back({{"value", id}});
    }
    return list;
}

json replacing(const Texts& ids) {
    return {{"Operations",
             json::array({{{"op", "replace"}, {"path", "members"}, {"value", members(ids)}}})}};
}

/// "+id" for each addition, "-id" for each removal, "path" for anything else; "|" between bodies.
std::string told(const Texts& bodies) {
    std::string all;
    for (const auto& body : bodies) {
        all += all.empty() ? "" : " |";
        const auto message = json::parse(body);
        for (const auto& operation : message.value("Operations", json::array())) {
            const auto path = operation.at("path").get<std::string>();
            if (operation.at("op") == "add") {
                for (const auto& member : operation.at("value")) {
                    all += " +" + member.at("value").get<std::string>();
                }
            } else if (operation.at("op") == "remove") {
                all += " -" + path;
            } else {
                all += " " + path;
            }
        }
    }
    return all;
}

Texts numbered(int from, int to) {
    Texts ids;
    for (int i = from; i < to; ++i) {
        ids.push_back("u" + std::to_string(1000 + i));
    }
    return ids;
}

apply::UserIds known(const Texts& names) {
    apply::UserIds users;
    for (const auto& name : names) {
        users.remember(user(name), name + "-id");
    }
    return users;
}

}  // namespace

TEST_CASE("a replace becomes the removals, then the additions, of the line") {
    const auto users = known({"ada", "ben", "cyd"});
    const json before{{"members", {user("ada"), user("ben")}}};
    CHECK(told(apply::split_patch(replacing({"ben-id", "cyd-id"}), before, users)) ==
          " -members[value eq \"ada-id\"] | +cyd-id");
}

TEST_CASE("removals come last if they would empty the group, or if an unmanaged one is adopted") {
    const auto users = known({"ada", "ben"});
    const json before{{"members", {user("ada"), user("ben")}}};
    CHECK(told(apply::split_patch(replacing({"cyd-id"}), before, users)) ==
          " +cyd-id | -members[value eq \"ada-id\"] -members[value eq \"ben-id\"]");
    auto data = replacing({"ben-id"});
    data["Operations"].push_back({{"op", "replace"}, {"path", "displayName"}, {"value", "hpc"}});
    CHECK(told(apply::split_patch(data, before, users)) ==
          " -members[value eq \"ada-id\"] | displayName");
    data["Operations"].push_back({{"op", "replace"}, {"path", "externalId"}, {"value", "x"}});
    CHECK(told(apply::split_patch(data, before, users)) ==
          " displayName externalId | -members[value eq \"ada-id\"]");
    auto managed = before;
    managed["externalId"] = "pw-activate:group:old";
    CHECK(told(apply::split_patch(data, managed, users)) ==
          " -members[value eq \"ada-id\"] | displayName externalId");
}

TEST_CASE("a user who is not in before is not removed") {
    const auto users = known({"ada", "ben"});
    const json before{{"members", {user("ada")}}, {"foreignMembers", {"f1", "f2"}}};
    CHECK(told(apply::split_patch(replacing({"f2"}), before, users)) ==
          " -members[value eq \"ada-id\"] -members[value eq \"f1\"]");
}

TEST_CASE("a user with two records is removed twice, and a user without one is named") {
    auto users = known({"ada"});
    users.remember(user("ada"), "ada-2");
    users.remember(user("ada"), "ada-2");
    const json before{{"members", {user("ada"), user("nobody")}}};
    CHECK(told(apply::split_patch(replacing({}), before, users)) ==
          " -members[value eq \"ada-2\"] -members[value eq \"ada-id\"]");
    CHECK(apply::not_removable(before, users) ==
          "1 member of before is not a managed user any more and cannot be removed alone: " +
              user("nobody"));
    CHECK(apply::not_removable({{"members", {user("ada")}}, {"foreignMembers", {"f1"}}}, users)
              .empty());
    CHECK(apply::not_removable(json(), users).empty());
}

TEST_CASE("the other operations of the PATCH are sent before additions") {
    auto data = replacing({"9"});
    data["Operations"].insert(data["Operations"].begin(),
                              json{{"op", "replace"}, {"path", "displayName"}, {"value", "hpc"}});
    CHECK(told(apply::split_patch(data, {{"members", json::array()}}, {})) == " displayName | +9");
}

TEST_CASE("each message has at most a hundred members") {
    Texts names;
    for (int i = 0; i < 250; ++i) {
        names.push_back("m" + std::to_string(i));
    }
    const auto users = known(names);
    json before{{"members", json::array()}};
    for (const auto& name : names) {
        before["members"].push_back(user(name));
    }
    const auto bodies = apply::split_patch(replacing(numbered(0, 201)), before, users);
    REQUIRE(bodies.size() == 6);
    std::size_t operations = 0;
    for (const auto& body : bodies) {
        const auto message = json::parse(body).at("Operations");
        const auto first = message.at(0).value("value", json::array());
        CHECK(first.size() <= 100);
        CHECK(message.size() <= 100);
        operations += first.empty() ? message.size() : first.size();
    }
    CHECK(operations == 201 + 250);
}

TEST_CASE("a PATCH that replaces no members, or a line without before, stays unchanged") {
    const json name{{"Operations",
                     json::array({{{"op", "replace"}, {"path", "displayName"}, {"value", "x"}}})}};
    CHECK(apply::split_patch(name, {{"members", json::array()}}, {}) == Texts{name.dump()});
    CHECK(apply::split_patch(replacing({"1"}), json(), {}) == Texts{replacing({"1"}).dump()});
    CHECK(apply::split_patch(replacing({"1"}), {{"displayName", "x"}}, {}) ==
          Texts{replacing({"1"}).dump()});
}

TEST_CASE("a create becomes a group without members, and additions") {
    const json data{{"externalId", "pw-activate:group:hpc"},
                    {"displayName", "hpc"},
                    {"members", members(numbered(0, 150))}};
    const auto bodies = apply::split_create(data);
    REQUIRE(bodies.size() == 3);
    CHECK(json::parse(bodies[0]) ==
          json{{"externalId", "pw-activate:group:hpc"}, {"displayName", "hpc"}});
    CHECK(json::parse(bodies[1]).at("Operations").at(0).at("value").size() == 100);
    CHECK(json::parse(bodies[2]).at("Operations").at(0).at("value").size() == 50);
}

TEST_CASE("the number of members that a message sets is known, and whether it sets any") {
    CHECK(apply::member_count(replacing({"1", "2"})) == 2);
    CHECK(apply::member_count(replacing({})) == 0);
    CHECK(apply::member_count({{"members", members({"1"})}}) == 1);
    CHECK(apply::member_count({{"displayName", "x"}}) == std::nullopt);
}

TEST_CASE("a reference becomes the ids of that user; a user without one is left out and named") {
    auto data = replacing({"7f", "bulkId:" + user("ada"), "bulkId:" + user("ben")});
    const auto note = apply::resolve_members(data, known({"ada"}));
    CHECK(data == replacing({"7f", "ada-id"}));
    CHECK(note == "1 member left out because it was not created: " + user("ben"));
}
