// Lists of real SCIM servers with unexpected rows and totals. Each surprise either gives a complete
// list or ends the run, never a short list.

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/list_server.hpp"
#include "support/listed_users.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

using namespace listed_users;

TEST_CASE("page-short: fewer rows than requested are not the end") {
    Lists lists(5, 4);
    lists.server.cap = 1;
    CHECK(pages_of(lists) == 5);
}

TEST_CASE("items-per-page-lies: the received rows count") {
    Lists lists;
    lists.server.spoil = [](const ListCall&, json& body) { body["itemsPerPage"] = 1000; };
    CHECK(pages_of(lists) == 3);
}

TEST_CASE("total-of-page: a total equal to the length of the page is not trusted") {
    Lists lists;
    lists.server.spoil = [](const ListCall&, json& body) {
        body["totalResults"] = body["Resources"].size();
    };
    CHECK(end_of(lists) == ExitStatus::retry_later);
}

TEST_CASE("total-of-page with a cap: a round number of rows may be a server's own limit") {
    Lists lists(40, 1000);
    lists.server.cap = GENERATE(std::size_t{10}, std::size_t{25}, std::size_t{32});
    lists.server.spoil = [](const ListCall&, json& body) {
        body["totalResults"] = body["Resources"].size();
    };
    CHECK(end_of(lists) == ExitStatus::retry_later);
}

TEST_CASE("without a total, a page as long as its itemsPerPage may be cut") {
    Lists lists(24, 100);
    lists.server.cap = 7;
    lists.server.spoil = [&](const ListCall&, json& body) {
        body.erase("totalResults");
        body.erase("startIndex");
    };
    CHECK(listed(lists).size() == 24);
}

TEST_CASE("a complete page without a total is complete, with any answer after it") {
    Lists lists(12, 100);
    const int status = GENERATE(200, 400, 404, 500);
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.start_index() > 1 && status != 200 ? std::optional(refusal(status))
                                                       : std::nullopt;
    };
    lists.server.spoil = [](const ListCall&, json& body) {
        body.erase("totalResults");
        body.erase("startIndex");
        body["itemsPerPage"] = 12;
    };
    CHECK(listed(lists).size() == 12);
    lists.server.spoil = [](const ListCall&, json& body) {
        body.erase("totalResults");
        body.erase("startIndex");
        body["itemsPerPage"] = "many";
    };
    CHECK(listed(lists).size() == 12);
}

TEST_CASE("a page without a total is complete only if the service rejects the next page") {
    CapturedLog log;
    struct Row {
        std::size_t rows;
        int status;
        bool complete;
    };
    const auto row = GENERATE(values<Row>({{12, 400, true},
                                           {12, 401, false},
                                           {12, 503, false},
                                           {20, 400, true},  // perhaps a limit of the server
                                           {20, 500, false}}));
    Lists lists(row.rows, GENERATE(std::size_t{0}, std::size_t{100}));
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.start_index() > 1 ? std::optional(refusal(row.status)) : std::nullopt;
    };
    lists.server.spoil = [&](const ListCall&, json& body) {
        body.erase("totalResults");
        body.erase("startIndex");
        body["itemsPerPage"] = row.rows;
    };
    if (row.complete) {
        CHECK(listed(lists).size() == row.rows);
    } else {
        CHECK(caught([&] { (void)listed(lists); }).status != ExitStatus::ok);
    }
    CHECK(lists.transport.calls().size() > 1);
}

TEST_CASE("no page follows one without a total that has another length than requested") {
    const bool longer = GENERATE(false, true);  // than the 10 rows that were requested
    Lists lists(12, longer ? 10 : 100);
    lists.server.spoil = [&](const ListCall&, json& body) {
        body.erase("totalResults");
        body.erase("startIndex");
        body["itemsPerPage"] = longer ? 12 : 100;
        body["Resources"] = lists.server.rows["/Users"];
    };
    CHECK(listed(lists).size() == 12);
    CHECK(lists.transport.calls().size() == 1);
}

TEST_CASE("row-changed: a record that is returned again with other contents ends the run") {
    Lists lists;
    const bool matters = GENERATE(true, false);
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (call.number == 2) {  // the last page has another total, so the list is read again
            body["totalResults"] = 6;
            auto& zero = lists.server.rows["/Users"][0];
            (matters ? zero["active"] : zero["meta"]["version"]) = false;
        }
    };
    if (matters) {
        const auto error = caught([&] { (void)listed(lists); });
        CHECK(error.status == ExitStatus::retry_later);
        CHECK(error.says("the record id-0 was returned twice with different contents"));
    } else {
        CHECK(pages_of(lists) == 6);
    }
}

TEST_CASE("id-twice: two different records with one id end the run") {
    Lists lists;
    lists.server.rows["/Users"][4]["id"] = "id-0";
    CHECK(end_of(lists) == ExitStatus::retry_later);
}

TEST_CASE(
    "overlapping pages: requested with a row of overlap, or end to end if a service counts pages") {
    Lists lists;
    scim::ScimClient overlapping(
        lists.client, ListServer::kBase, 2, "SCIM", "", paging::Pages::overlapping);
    Texts ids;
    const bool counts_pages = GENERATE(false, true);
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (counts_pages) {
            const auto first = (call.start_index() - 1) / 2 * 2;
            body["Resources"] = json::array();
            for (auto i = first; i < std::min<std::size_t>(first + 2, 5); ++i) {
                body["Resources"].push_back(lists.server.rows["/Users"][i]);
            }
        }
    };
    overlapping.list(Kind::user, kOurs, [&](const json& row) {
        ids.push_back(row.at("id").get<std::string>());
    });
    CHECK(ids == kAll);
    CHECK(contains(lists.transport.calls()[1].request.url, "startIndex=2&"));
    CHECK(lists.transport.calls().size() == 5);  // four and one more, or two without use and three
}

TEST_CASE(
    "a row with its members and keys in another order, or with more attributes, is the same "
    "record") {
    Lists lists;
    auto& groups = lists.server.rows["/Groups"];
    groups = {Lists::group("a", {"id-1", "id-2"}), Lists::group("b", {})};
    const auto text = [](const json& group) { return record::content_of(group); };
    auto moved = groups[0];
    std::swap(moved["members"][0], moved["members"][1]);
    moved["members"][0]["display"] = "x";
    moved["meta"]["version"] = "2";
    CHECK(text(moved) == text(groups[0]));
    moved["members"][0]["value"] = "id-3";
    CHECK(text(moved) != text(groups[0]));
    for (const auto& odd : {json(7),
                            json{{"value", "id-1"}},
                            json::array({7, json::object(), {{"value", 1}}}),
                            json::array()}) {
        CHECK_FALSE(text({{"id", "1"}, {"members", odd}, {"emails", odd}, {"name", odd}})
                        .empty());  // the reader validates it
        CHECK_FALSE(text({{"id", "1"}, {std::string(record::kKeysSchema), {{"sunkSshKeys", odd}}}})
                        .empty());
        CHECK_FALSE(text({{"id", "1"}, {std::string(record::kKeysSchema), odd}}).empty());
    }
    auto user = Lists::user("1");
    user[std::string(record::kKeysSchema)]["sunkSshKeys"] = {"a", "b"};
    auto same = user;
    same[std::string(record::kKeysSchema)]["sunkSshKeys"] = {"b", "a"};
    same["groups"] = {1};
    CHECK(text(same) == text(user));
    same[std::string(record::kKeysSchema)]["sunkSshKeys"] = {"b"};
    CHECK(text(same) != text(user));
    for (const auto* name : {"active", "userName", "displayName", "externalId", "name", "emails"}) {
        auto changed = user;
        changed[name] = std::string(name) == "name"     ? json{{"familyName", "New"}}
                        : std::string(name) == "emails" ? json{{{"value", "new@x.org"}}}
                                                        : json("new");
        CHECK(text(changed) != text(user));
    }
}

TEST_CASE(
    "start-index-ignored: one page with all rows is complete; the first page every time is not") {
    Lists lists(5, 2);
    lists.server.spoil = [&](const ListCall& call, json& body) {
        body["startIndex"] = 1;
        body["Resources"] = json::array();
        for (std::size_t i = 0; i < std::min<std::size_t>(5, std::stoul(call.value("count")));
             ++i) {
            body["Resources"].push_back(lists.server.rows["/Users"][i]);
        }
    };
    SECTION("short pages") {
        CHECK(end_of(lists) == ExitStatus::retry_later);
        CHECK(lists.transport.calls().size() < 10);
    }
    SECTION("one page") {
        Lists whole(5, 100);
        whole.server.spoil = [](const ListCall&, json& body) { body["startIndex"] = 1; };
        CHECK(pages_of(whole) == 1);
    }
}

TEST_CASE("first-page-past-end: the first page again adds no row, and the list is read again") {
    Lists lists;
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (call.number < 4) {  // a user has just left
            body["totalResults"] = 6;
        }
        if (call.start_index() > 5) {
            body["Resources"] = {lists.server.rows["/Users"][0], lists.server.rows["/Users"][1]};
        }
    };
    CHECK(pages_of(lists) == 7);
}

TEST_CASE("row-repeated: a row that is returned twice is one row, and the hidden row is found") {
    Lists lists;
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (call.number == 1) {  // a new row moved every row by one, and was deleted again
            body["Resources"] = {lists.server.rows["/Users"][1], lists.server.rows["/Users"][2]};
        }
    };
    CHECK(pages_of(lists) > 3);
}

TEST_CASE(
    "row-missing: a list with a missing row is read again, and never accepted if it stays "
    "missing") {
    Lists lists;
    const bool for_ever = GENERATE(false, true);
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if ((for_ever || call.number < 3) && call.start_index() == 3) {
            body["Resources"].erase(0);
        }
    };
    if (for_ever) {
        CHECK(end_of(lists) == ExitStatus::retry_later);
    } else {
        CHECK(pages_of(lists) > 3);
    }
}

TEST_CASE("total-as-string: the total is still used") {
    Lists lists;
    lists.server.spoil = [](const ListCall&, json& body) {
        body["totalResults"] = std::to_string(body["totalResults"].get<int>());
        body["startIndex"] = std::to_string(body["startIndex"].get<int>());
    };
    CHECK(pages_of(lists) == 3);
}
