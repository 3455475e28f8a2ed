// The output of scim-export for lists of users and groups.

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/exported.hpp"

#include <string>

using nlohmann::json;

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

TEST_CASE(
    "a record whose id cannot be part of a path is left out and logged, and the others are "
    "exported") {
    CapturedLog log;
    Lists lists(3);
    const bool managed = GENERATE(true, false);
    auto odd = Lists::user("odd");
    odd["id"] = "..";
    odd["externalId"] = managed ? "pw-activate:user:odd" : "okta:odd";
    odd["displayName"] = "Odd";
    if (!managed) {
        odd.erase("userName");
    }
    lists.server.rows["/Users"].insert(lists.server.rows["/Users"].begin() + 1, odd);
    const Exported out(lists, {.unmanaged = !managed});
    CHECK(out.lines.size() == 5);  // header, three users, seal
    CHECK(lists.service.left_out() == (managed ? 1 : 0));
    CHECK(contains(log.text(), "has an id that cannot be part of a path"));
    CHECK(contains(log.text(),
                   managed ? "record odd@x.org (pw-activate:user:odd)" : "record Odd (okta:odd)"));
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
    CHECK(out.lines.back().at("partial") == 1);
    CHECK(contains(log.text(), "record " + name + " (pw-activate:user:1, id id-1) is not what"));
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
