// The output of scim-export for lists of users and groups.

#include "scim/export.hpp"

#include "stream/jsonl.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/list_server.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;

namespace {

/// The output of scim-export.
struct Exported {
    std::vector<json> lines{};

    explicit Exported(Lists& lists, scim::CurrentExportSettings settings = {}) {
        std::ostringstream text;
        stream::Writer out(text);
        scim::export_current(
            lists.service, settings, {.kind = "directory", .side = "current"}, out);
        std::istringstream in(text.str());
        for (std::string line; std::getline(in, line);) {
            lines.push_back(json::parse(line));
        }
    }
    [[nodiscard]] json group(const std::string& key) const {
        const auto found = std::find_if(lines.begin(), lines.end(), [&](const json& line) {
            return line.value("id", "") == "g-" + key;
        });
        return found == lines.end() ? json() : *found;
    }
};

}  // namespace

TEST_CASE(
    "filter-matches-nothing: managed records are found without the filter, and this is reported") {
    CapturedLog log;
    Lists lists;
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-3"})};
    const auto spoilt = GENERATE(as<std::string>{}, "/Users", "/Groups");
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (call.path == spoilt && !call.value("filter").empty()) {
            body["totalResults"] = 0;
            body["Resources"] = json::array();
        }
    };
    const Exported out(lists);
    CHECK(out.lines.size() == 8);  // header, five users, a group, seal
    CHECK(out.group("a").at("members") == json{"pw-activate:user:3"});
    CHECK(contains(log.text(), spoilt + ": the filter externalId sw"));
}

TEST_CASE(
    "filter-matches-nothing: if the full list is refused, the filtered one counts; without an "
    "answer, neither") {
    CapturedLog log;
    Lists lists(0);
    const int status = GENERATE(400, 403, 503);
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.value("filter").empty() ? std::optional(refusal(status, "tooMany"))
                                            : std::nullopt;
    };
    if (status == 503) {
        CHECK(caught([&] { (void)Exported(lists); }).status == ExitStatus::retry_later);
        return;
    }
    CHECK(Exported(lists).lines.size() == 2);
    CHECK(contains(log.text(), "the list without a filter, which would verify this, failed"));
}

TEST_CASE("a list without managed records is requested twice, and that is not a fault") {
    CapturedLog log;
    Lists lists(0);
    lists.server.rows["/Users"].push_back({{"id", "stranger"}, {"userName", "s"}});
    const Exported out(lists);
    CHECK(out.lines.size() == 2);
    CHECK(log.text().empty());
    CHECK(lists.transport.calls().size() == 4);
}

TEST_CASE("an unmanaged record may be invalid in any way") {
    CapturedLog log;
    Lists lists(2);
    lists.server.filters = false;
    lists.server.rows["/Groups"] = {{{"id", "odd"}, {"members", {{{"display", "x"}}}}}};
    lists.server.rows["/Users"].push_back(
        {{"id", "odd"}, {std::string(record::kKeysSchema), {{"sunkSshKeys", {{"value", 1}}}}}});
    CHECK(Exported(lists).lines.size() == 4);
}

TEST_CASE(
    "an export refers to members by external id, and to unmanaged ones as foreign, each once") {
    Lists lists;
    lists.server.rows["/Users"].push_back({{"id", "stranger"}, {"userName", "s"}});
    lists.server.rows["/Groups"] = {
        Lists::group("a", {"id-3", "stranger", "id-0", "id-3", "nobody"})};
    const bool unmanaged = GENERATE(false, true);
    const Exported out(lists, {.unmanaged = unmanaged});
    CHECK(out.group("a").at("members") == json{"pw-activate:user:0", "pw-activate:user:3"});
    CHECK(out.group("a").at("foreignMembers") == json{"nobody", "stranger"});
    CHECK(out.lines.back().at("users") == (unmanaged ? 6 : 5));
}

TEST_CASE("members with the same externalId are written by SCIM id, to distinguish the copies") {
    Lists lists(3);
    lists.server.rows["/Users"].push_back(Lists::user("1"));
    lists.server.rows["/Users"].back()["id"] = "copy";
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-0", "copy"}),
                                    Lists::group("b", {"id-1", "id-2", "copy"})};
    const Exported out(lists, {.unmanaged = GENERATE(false, true)});
    CHECK(out.group("a").at("members") == json{"pw-activate:user:0"});
    CHECK(out.group("a").at("foreignMembers") == json{"copy"});
    CHECK(out.group("b").at("members") == json{"pw-activate:user:2"});
    CHECK(out.group("b").at("foreignMembers") == json{"copy", "id-1"});
}

TEST_CASE("filter-ignored: an export writes managed records only") {
    Lists lists;
    lists.server.filters = false;
    lists.server.rows["/Users"].push_back({{"id", "stranger"}, {"userName", "s"}});
    lists.server.rows["/Groups"] = {Lists::group("a", {"stranger"})};
    lists.server.rows["/Groups"][0]["externalId"] = "okta:1";
    const Exported out(lists);
    CHECK(out.lines.back().at("users") == 5);
    CHECK(out.lines.back().at("groups") == 0);
}

TEST_CASE("the seal of an export has the counts of its requests") {
    Lists lists;
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-0"})};
    lists.server.instead = [](const ListCall& call) -> std::optional<Scripted> {
        return call.number == 1 ? std::optional(refusal(503)) : std::nullopt;
    };
    CapturedLog log;
    const Exported out(lists);
    CHECK(out.lines.back().at("requests") ==
          5);  // three pages of users, one sent twice, one of groups
    CHECK(out.lines.back().at("retries") == 1);
}

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

TEST_CASE(
    "a record whose id cannot be part of a path is left out and logged, and the others are "
    "exported") {
    CapturedLog log;
    Lists lists(3);
    const bool managed = GENERATE(true, false);
    auto odd = Lists::user("odd");
    odd["id"] = "..";
    odd["externalId"] = managed ? "pw-activate:user:odd" : "okta:odd";
    lists.server.rows["/Users"].insert(lists.server.rows["/Users"].begin() + 1, odd);
    const Exported out(lists, {.unmanaged = !managed});
    CHECK(out.lines.size() == 5);  // header, three users, seal
    CHECK(lists.service.left_out() == (managed ? 1 : 0));
    CHECK(contains(log.text(), "has an id that cannot be part of a path"));
    CHECK(contains(log.text(), managed ? "pw-activate:user:odd" : "okta:odd"));
}

TEST_CASE("a malformed managed user is exported and reported, and the others are exported") {
    CapturedLog log;
    Lists lists(3);
    auto& user = lists.server.rows["/Users"][1];
    const auto [attribute, value, active, name] =
        GENERATE(table<std::string, json, bool, std::string>({
            {"active", "yes", true, "1@x.org"},
            {"active", 2, true, "1@x.org"},
            {"userName", nullptr, true, "pw-activate:user:1"},
            {std::string(record::kKeysSchema), {{"sunkSshKeys", {7}}}, true, "1@x.org"},
        }));
    user[attribute] = value;
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-0", "id-1"})};
    const Exported out(lists);
    REQUIRE(out.lines.size() == 6);  // header, three users, a group, seal
    CHECK(out.lines[2].at("externalId") == "pw-activate:user:1");
    CHECK(out.lines[2].at("active") == active);
    CHECK(out.lines[2].at("userName") == name);
    CHECK(out.group("a").at("members") == json{"pw-activate:user:0", "pw-activate:user:1"});
    CHECK(lists.service.left_out() == 1);
    CHECK(contains(log.text(), "record " + name + " (pw-activate:user:1, id id-1) is not what"));
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

TEST_CASE("equal rows without an id are several, and a page may have no other rows") {
    CapturedLog log;
    Lists lists(6, 2);
    lists.server.filters = false;
    lists.server.spoil = [](const ListCall& call, json& body) {
        if (call.path == "/Users" && call.start_index() > 1) {
            for (auto& row : body["Resources"]) {
                row = nullptr;
            }
        }
    };
    CHECK(Exported(lists).lines.size() == 4);  // header, two users, seal
    CHECK(lists.service.left_out() == 4);
}

TEST_CASE("a malformed unmanaged record is left out, and does not count") {
    CapturedLog log;
    Lists lists(2);
    auto odd = Lists::user("odd");
    odd["externalId"] = "okta:odd";
    odd["active"] = "maybe";
    lists.server.rows["/Users"].push_back(odd);
    CHECK(Exported(lists, {.unmanaged = true}).lines.size() == 4);
    CHECK(lists.service.left_out() == 0);
    CHECK(contains(log.text(), "record id-odd cannot be read"));
}

TEST_CASE("rows without an id are left out and counted, unless no row has one") {
    CapturedLog log;
    Lists lists(3, 10);
    auto& rows = lists.server.rows["/Users"];
    const bool all = GENERATE(false, true);
    lists.server.filters = false;
    lists.server.spoil = [&](const ListCall& call, json& body) {
        auto& page = body["Resources"];
        if (call.path != "/Users" || call.start_index() > 1) {
            return;
        }
        for (std::size_t i = 0; i < (all ? page.size() : 1); ++i) {
            page[i].erase("id");
        }
        page.push_back(nullptr);
        page.push_back(nullptr);
        body["totalResults"] = page.size();
    };
    if (all) {
        CHECK(caught([&] { (void)Exported(lists); }).status == ExitStatus::unavailable);
        return;
    }
    CHECK(Exported(lists).lines.size() == rows.size() + 1);  // header, two of three users, seal
    CHECK(lists.service.left_out() == 3);
    CHECK(contains(log.text(), "record 0@x.org (pw-activate:user:0) has no id"));
    CHECK(contains(log.text(), "a row of the list is null"));
}

TEST_CASE("members of a group stay correct if another user's id cannot be used") {
    CapturedLog log;
    Lists lists(4);
    lists.server.rows["/Users"][1]["id"] = "..";
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-0", "id-2", "id-3"})};
    const Exported out(lists);
    CHECK(out.group("a").at("members") ==
          json{"pw-activate:user:0", "pw-activate:user:2", "pw-activate:user:3"});
}

TEST_CASE("a list of the desired side is rejected if the id of a record cannot be used") {
    CapturedLog log;
    Lists lists(3);
    lists.service.require_usable_ids();
    lists.server.rows["/Users"][1]["id"] = "..";
    CHECK(caught([&] { (void)Exported(lists); }).status == ExitStatus::unavailable);
}
