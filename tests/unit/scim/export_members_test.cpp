// The members of exported groups: lists that lack members, and groups that are read by their ids.

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/exported.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using nlohmann::json;

TEST_CASE("members-omitted-in-list: each such group is read by its id") {
    Lists lists;
    lists.server.rows["/Groups"] = {
        Lists::group("a", {"id-1"}), Lists::group("b", {}), Lists::group("c", {"id-2"})};
    lists.server.spoil = [](const ListCall& call, json& body) {
        if (call.path == "/Groups") {
            for (auto& group : body["Resources"]) {
                if (group["id"] != "g-c") {
                    group.erase("members");
                }
            }
        }
    };
    const Exported out(lists);
    CHECK(out.group("a").at("members") == json::array({"pw-activate:user:1"}));
    CHECK(out.group("b").at("members") == json::array());
    CHECK(out.group("c").at("members") == json::array({"pw-activate:user:2"}));
    CHECK(lists.transport.calls().size() == 3 + 2 + 2);
}

TEST_CASE("members-empty-in-list: each managed group is read by its id") {
    Lists lists;
    const bool unmanaged = GENERATE(false, true);
    lists.server.rows["/Groups"] = {
        Lists::group("a", {"id-1"}), Lists::group("b", {}), Lists::group("c", {"id-2"})};
    lists.server.rows["/Groups"][2]["externalId"] = "okta:c";
    lists.server.spoil = [](const ListCall& call, json& body) {
        for (auto& group : body["Resources"]) {
            if (call.path == "/Groups") {
                group["members"] = json::array();
            }
        }
    };
    const Exported out(lists, {.unmanaged = unmanaged});
    CHECK(out.group("a").at("members") == json::array({"pw-activate:user:1"}));
    CHECK(out.group("b").at("members") == json::array());
    CHECK(lists.transport.calls().size() == 3 + 2 + 2);
    CHECK(out.lines.back().at("groups") == (unmanaged ? 3 : 2));
}

TEST_CASE("an empty group is not read by its id if the list shows members of another group") {
    Lists lists;
    const auto place = GENERATE(0U, 1U, 4U);  // of the group with members, on any page
    for (const auto* name : {"a", "b", "c", "d", "e"}) {
        lists.server.rows["/Groups"].push_back(Lists::group(name, {}));
    }
    lists.server.rows["/Groups"][place]["members"] = {{{"value", "id-1"}}};
    const Exported out(lists);
    CHECK(lists.transport.calls().size() == 3 + 3);
    REQUIRE(out.lines.size() == 1 + 5 + 5 + 1);
    CHECK(out.lines[6].at("id") == "g-a");
    CHECK(out.group("b").at("members").size() == (place == 1 ? 1 : 0));
}

TEST_CASE("members-cut-in-list: a group with a round number of members is read by its id") {
    Lists lists(1);
    const auto [has, asked] =
        GENERATE(table<std::size_t, bool>({{49, false}, {50, true}, {101, true}, {200, true}}));
    const std::size_t cap = 100;
    std::vector<std::string> members;
    for (std::size_t i = 0; i < has; ++i) {
        members.push_back("m-" + std::to_string(i));
    }
    lists.server.rows["/Groups"] = {Lists::group("a", members)};
    lists.server.spoil = [](const ListCall& call, json& body) {
        if (call.path == "/Groups" && !body["Resources"].empty()) {
            auto& shown = body["Resources"][0]["members"];
            shown.erase(shown.begin() + std::min<std::ptrdiff_t>(cap, std::ssize(shown)),
                        shown.end());
        }
    };
    const Exported out(lists);
    CHECK(out.group("a").at("foreignMembers").size() == has);
    CHECK(lists.transport.calls().size() == (asked ? 3 : 2));
}

TEST_CASE("members-cut-in-list: an answer by id with fewer members than the list does not count") {
    Lists lists(1);
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-0"})};
    const bool none = GENERATE(false, true);
    if (none) {
        lists.server.rows["/Groups"][0].erase("members");
    }
    lists.server.spoil = [](const ListCall& call, json& body) {
        if (call.path == "/Groups" && !body["Resources"].empty()) {
            auto& row = body["Resources"][0];
            row["members"] = json::array();
            row["meta"] = {{"version", "W/\"1\""}};
            for (int i = 0; i < 50; ++i) {
                row["members"].push_back({{"value", "m-" + std::to_string(i)}});
            }
        }
    };
    const Exported out(lists);
    CHECK(out.group("a").at("foreignMembers").size() == 50);
    CHECK(out.group("a").at("version") == "W/\"1\"");
}

TEST_CASE("members-omitted-in-list: the members of another group in the answer are not taken") {
    CapturedLog log;
    const auto other = GENERATE(as<std::string>{}, "id", "externalId", "none");
    Lists lists;
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-1"}), Lists::group("b", {})};
    lists.server.spoil = [](const ListCall& call, json& body) {
        if (call.path == "/Groups" && call.start_index() == 1) {
            body["Resources"][1].erase("members");
        }
    };
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        auto answered = Lists::group(other == "id" ? "a" : "b", {"id-1"});
        if (other == "externalId") {
            answered["externalId"] = "pw-activate:group:c";
        } else if (other == "none") {
            answered.erase("externalId");
        }
        return call.path == "/Groups/g-b" ? std::optional(Scripted{answer(200, answered.dump())})
                                          : std::nullopt;
    };
    if (other == "none") {  // an answer may omit it
        CHECK(Exported(lists).group("b").at("externalId") == "pw-activate:group:b");
        return;
    }
    CHECK_FALSE(Exported(lists).group("b").contains("members"));
    CHECK(lists.service.left_out() == 1);
    CHECK(contains(log.text(), "SCIM group group b (g-b): asked for by its id"));
}

namespace {

/// Two groups, both listed without members. The answer to the GET of group b is `scripted`.
void spoil_group_b(Lists& lists, const Scripted& scripted) {
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-1"}), Lists::group("b", {"id-2"})};
    lists.server.spoil = [](const ListCall& call, json& body) {
        if (call.path == "/Groups") {
            for (auto& group : body["Resources"]) {
                group.erase("members");
            }
        }
    };
    lists.server.instead = [scripted](const ListCall& call) {
        return call.path == "/Groups/g-b" ? std::optional(scripted) : std::nullopt;
    };
}

}  // namespace

TEST_CASE("a group that cannot be read by its id is exported without members, and reported") {
    CapturedLog log;
    Lists lists;
    const bool is_managed = GENERATE(true, false);
    spoil_group_b(lists,
                  GENERATE(values<Scripted>({refusal(404),
                                             refusal(403),
                                             {answer(400, "{}")},
                                             {answer(200, R"({"status":"404"})")},
                                             {answer(200, "<html></html>")},
                                             {answer(200, "[]")},
                                             {answer(202, "{}")},
                                             refusal(500),
                                             {failure(http::Failure::Reason::timeout)}})));
    if (!is_managed) {
        lists.server.rows["/Groups"][1]["externalId"] = "okta:b";
    }
    const Exported out(lists, {.unmanaged = true});
    CHECK(out.group("a").at("members") == json::array({"pw-activate:user:1"}));
    CHECK(out.group("b").at("displayName") == "group b");
    CHECK_FALSE(out.group("b").contains("members"));
    CHECK(out.lines.back().at("groups") == 2);
    CHECK(lists.service.left_out() == (is_managed ? 1 : 0));
    CHECK(contains(log.text(), "SCIM group group b (g-b)"));
    CHECK(contains(log.text(), "its members are unknown and stay unchanged"));
}

TEST_CASE("a refused credential, or no connection, ends the run at the GET of a group") {
    CapturedLog log;
    Lists lists;
    const bool refused = GENERATE(true, false);
    spoil_group_b(lists,
                  refused ? refusal(401) : Scripted{failure(http::Failure::Reason::refused)});
    CHECK(caught([&] { (void)Exported(lists); }).status ==
          (refused ? ExitStatus::denied : ExitStatus::retry_later));
}

TEST_CASE("a group with malformed members is exported without members, and reported") {
    CapturedLog log;
    Lists lists(3);
    const auto member = GENERATE(json("id-0"), json{{"$ref", "x"}}, json{{"value", "a\n"}});
    const bool is_asked_again = GENERATE(true, false);
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-0"}), Lists::group("b", {"id-2"})};
    lists.server.rows["/Groups"][0]["members"].push_back(member);
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (is_asked_again && call.path == "/Groups" && call.start_index() == 1) {
            body["Resources"][0].erase("members");
        }
    };
    const Exported out(lists);
    CHECK_FALSE(out.group("a").contains("members"));
    CHECK(out.group("b").at("members") == json{"pw-activate:user:2"});
    CHECK(lists.service.left_out() == 1);
    CHECK(contains(log.text(), "record group a (pw-activate:group:a, id g-a) is not what"));
    const auto& calls = lists.transport.calls();
    CHECK(std::count_if(calls.begin(), calls.end(), [](const auto& call) {
              return contains(call.request.url, "/Groups/g-a");
          }) == (is_asked_again ? 1 : 0));
}

TEST_CASE("an unmanaged group with malformed members is reported, and does not count") {
    CapturedLog log;
    Lists lists(2);
    auto odd = Lists::group("odd", {});
    odd["externalId"] = "okta:odd";
    odd["members"] = "all";
    lists.server.rows["/Groups"] = {odd};
    CHECK_FALSE(Exported(lists, {.unmanaged = true}).group("odd").contains("members"));
    CHECK(lists.service.left_out() == 0);
    CHECK(contains(log.text(), "record group odd (okta:odd, id g-odd) is not what"));
}

TEST_CASE("a member who may be a user without a usable id keeps the membership") {
    CapturedLog log;
    Lists lists(4);
    lists.server.rows["/Users"][1]["id"] = GENERATE(values<json>({nullptr, "..", 7}));
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-0", "id-1"}),
                                    Lists::group("b", {"id-2"})};
    const Exported out(lists);
    CHECK_FALSE(out.group("a").contains("members"));
    CHECK(out.group("b").at("members") == json{"pw-activate:user:2"});
    CHECK(lists.service.left_out() == 2);
    CHECK(
        contains(log.text(), "record group a (id g-a): member id-1 may be the user who was left"));
}

TEST_CASE("a member who is not listed is unmanaged if no managed user was left out") {
    CapturedLog log;
    Lists lists(2);
    lists.server.rows["/Users"][1]["externalId"] = "okta:1";
    lists.server.rows["/Users"][1]["id"] = "..";
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-0", "id-1"})};
    CHECK(Exported(lists).group("a").at("foreignMembers") == json{"id-1"});
    CHECK(lists.service.left_out() == 0);
}

TEST_CASE("a group that is a member is not the user with the same id") {
    CapturedLog log;
    Lists lists(3);
    auto group = Lists::group("a", {"id-0", "id-1"});
    group["members"][1]["type"] = GENERATE("Group", "group");
    group["members"].push_back({{"value", "g-b"}, {"type", "Group"}});
    lists.server.rows["/Groups"] = {group, Lists::group("b", {"id-2"})};
    SECTION("its id is that of a user") {
        CHECK_FALSE(Exported(lists).group("a").contains("members"));
        CHECK(lists.service.left_out() == 1);
        CHECK(contains(log.text(), "a member of type Group has the id of a user (id-1), so its"));
    }
    SECTION("no user has its id") {
        lists.server.rows["/Groups"][0]["members"][1]["type"] = "User";
        CHECK(Exported(lists).group("a").at("foreignMembers") == json{"g-b"});
        CHECK(lists.service.left_out() == 0);
    }
}

TEST_CASE("a group that shows no members is asked for them by name") {
    CapturedLog log;
    Lists lists;
    lists.server.rows["/Groups"] = {Lists::group("a", {}), Lists::group("b", {"id-2"})};
    lists.server.rows["/Groups"][0].erase("members");
    struct Row {
        Scripted answer;
        std::optional<json> members;
        std::size_t unknown;
    };
    const auto row = GENERATE(values<Row>({
        {{answer(200, R"({"id":"g-a","members":[{"value":"id-1"}]})")},
         json::array({"pw-activate:user:1"}),
         0},
        {{answer(200, R"({"id":"g-a"})")}, json::array(), 0},
        {{answer(400, "{}")}, json::array(), 0},
        {refusal(501), json::array(), 0},
        {{answer(200, R"({"id":"g-b"})")}, std::nullopt, 1},
        {{answer(200, R"({"id":"g-a","members":"all"})")}, std::nullopt, 1},
        {refusal(500), std::nullopt, 1},
    }));
    lists.server.instead = [&](const ListCall& call) {
        return call.value("attributes") == "members" ? std::optional(row.answer) : std::nullopt;
    };
    const Exported out(lists);
    const auto group = out.group("a");
    CHECK(group.at("displayName") == "group a");
    CHECK(group.contains("members") == row.members.has_value());
    CHECK(group.value("members", json::array()) == row.members.value_or(json::array()));
    CHECK(out.group("b").at("members") == json::array({"pw-activate:user:2"}));
    CHECK(lists.service.left_out() == row.unknown);
}
