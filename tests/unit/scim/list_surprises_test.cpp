// Lists of SCIM servers as they really are: each surprise either makes a whole list or ends the
// run, never a short list.

#include "scim/messages.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/list_server.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

using nlohmann::json;
using record::Kind;

namespace {

using Texts = std::vector<std::string>;

const std::string kOurs = scim::filter_starts_with("externalId", "pw-activate:");

/// The ids that a list of ours hands out, sorted.
Texts listed(Lists& lists, const std::string& filter = kOurs) {
    Texts ids;
    lists.service.list(Kind::user, filter, [&](const json& row) {
        ids.push_back(row.at("id").get<std::string>());
    });
    std::sort(ids.begin(), ids.end());
    return ids;
}

const Texts kAll{"id-0", "id-1", "id-2", "id-3", "id-4"};

/// The same spoilt list, whole; and how many pages it took.
std::size_t pages_of(Lists& lists, const Texts& wanted = kAll) {
    CHECK(listed(lists) == wanted);
    return lists.transport.calls().size();
}

ExitStatus end_of(Lists& lists) {
    CapturedLog log;
    return caught([&] { (void)listed(lists); }).status;
}

}  // namespace

TEST_CASE("page-short: fewer rows than asked for are no end") {
    Lists lists(5, 4);
    lists.server.cap = 1;
    CHECK(pages_of(lists) == 5);
}

TEST_CASE("items-per-page-lies: what came counts") {
    Lists lists;
    lists.server.spoil = [](const ListCall&, json& body) { body["itemsPerPage"] = 1000; };
    CHECK(pages_of(lists) == 3);
}

TEST_CASE("total-of-page: a total that is the length of the page is not believed") {
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

TEST_CASE("row-changed: a record that comes again and is another ends the run") {
    Lists lists;
    const bool matters = GENERATE(true, false);
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (call.number == 2) {  // the last page names another total, so the list is read again
            body["totalResults"] = 6;
            auto& zero = lists.server.rows["/Users"][0];
            (matters ? zero["active"] : zero["meta"]["version"]) = false;
        }
    };
    if (matters) {
        const auto error = caught([&] { (void)listed(lists); });
        CHECK(error.status == ExitStatus::retry_later);
        CHECK(error.says("the record id-0 came twice, and not the same"));
    } else {
        CHECK(pages_of(lists) == 6);
    }
}

TEST_CASE("id-twice: two different records of one id are none") {
    Lists lists;
    lists.server.rows["/Users"][4]["id"] = "id-0";
    CHECK(end_of(lists) == ExitStatus::retry_later);
}

TEST_CASE("overlapping pages: asked for a row over, and end to end where a service counts pages") {
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
    CHECK(lists.transport.calls().size() == 5);  // four and a look behind, or two wasted and three
}

TEST_CASE("full-last-page: whatever a server makes of the page behind it, the list is whole") {
    Lists lists(4, 2);
    const auto behind = GENERATE(
        as<std::string>{}, "empty", "total 0", "first again", "no list", "400", "404", "500");
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        const bool is_status = behind.front() >= '4' && behind.front() <= '5';
        return call.start_index() > 4 && is_status ? std::optional(refusal(std::stoi(behind)))
                                                   : std::nullopt;
    };
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (call.start_index() > 4 && behind == "no list") {
            body = {{"message", "out of range"}};
        }
        if (call.start_index() > 4 && behind == "total 0") {
            body["totalResults"] = 0;
        }
        if (call.start_index() > 4 && behind == "first again") {
            body["startIndex"] = 1;
            body["Resources"] = {lists.server.rows["/Users"][0], lists.server.rows["/Users"][1]};
        }
    };
    CHECK(listed(lists).size() == 4);
    CHECK((behind == "500" || lists.transport.calls().size() == 3));
}

TEST_CASE("full-last-page: where nobody says what is behind it, the list is not believed") {
    Lists lists(4, 2);
    const int status = GENERATE(429, 502, 503, 504);
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.start_index() > 4 ? std::optional(refusal(status)) : std::nullopt;
    };
    CHECK(end_of(lists) == ExitStatus::retry_later);
}

TEST_CASE("a fault behind a first page whose total may be none is not the end of the list") {
    const bool has_total = GENERATE(true, false);
    const auto behind =
        GENERATE(as<std::string>{}, "500", "400", "404", "page of a proxy", "no list", "202");
    CapturedLog log;
    Lists lists;
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        if (call.start_index() == 1) {
            return std::nullopt;
        }
        if (behind == "page of a proxy") {
            return Scripted{answer(404, "<html>")};
        }
        if (behind == "202") {
            return Scripted{answer(202, R"({"totalResults":2,"Resources":[]})")};
        }
        return behind == "no list" ? std::nullopt : std::optional(refusal(std::stoi(behind)));
    };
    lists.server.spoil = [&](const ListCall& call, json& body) {
        body.erase("startIndex");
        if (has_total) {
            body["totalResults"] = body["Resources"].size();
        } else {
            body.erase("totalResults");
        }
        if (call.start_index() > 1) {
            body = {{"message", "upstream timed out"}};
        }
    };
    Texts ids;
    const auto status = caught([&] { ids = listed(lists); }).status;
    if (behind == "400" || behind == "404") {  // in so many words, there is no such page
        CHECK(ids.size() == 2);
    } else {
        CHECK((status == ExitStatus::unavailable || status == ExitStatus::retry_later));
    }
}

TEST_CASE(
    "members and keys in another order, and what is said of them besides, are the same record") {
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
                        .empty());  // whoever reads it judges it
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

TEST_CASE("start-index-ignored: all in one page is whole, the first page again and again is not") {
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

TEST_CASE(
    "first-page-past-end: a page that is the first again adds nobody, and the list is read again") {
    Lists lists;
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (call.number < 4) {  // somebody has just left
            body["totalResults"] = 6;
        }
        if (call.start_index() > 5) {
            body["Resources"] = {lists.server.rows["/Users"][0], lists.server.rows["/Users"][1]};
        }
    };
    CHECK(pages_of(lists) == 7);
}

TEST_CASE("row-repeated: a row that comes twice is one, and whom it hid is found") {
    Lists lists;
    lists.server.spoil = [&](const ListCall& call, json& body) {
        if (call.number == 1) {  // a newcomer moved everybody by one, and is gone again
            body["Resources"] = {lists.server.rows["/Users"][1], lists.server.rows["/Users"][2]};
        }
    };
    CHECK(pages_of(lists) > 3);
}

TEST_CASE("row-missing: a list with a hole is read again, and never believed when it stays") {
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

TEST_CASE("total-as-string: it is a number all the same") {
    Lists lists;
    lists.server.spoil = [](const ListCall&, json& body) {
        body["totalResults"] = std::to_string(body["totalResults"].get<int>());
        body["startIndex"] = std::to_string(body["startIndex"].get<int>());
    };
    CHECK(pages_of(lists) == 3);
}

TEST_CASE("total-missing: without cursors nobody knows where the list ends, so it is none") {
    Lists lists;
    lists.server.spoil = [](const ListCall&, json& body) { body.erase("totalResults"); };
    CHECK(end_of(lists) == ExitStatus::unavailable);
}

TEST_CASE(
    "resources-null and resources-missing: no rows when there are none, and no list otherwise") {
    const bool null = GENERATE(true, false);
    const auto spoil = [&](const ListCall&, json& body) {
        body.erase("Resources");
        if (null) {
            body["Resources"] = nullptr;
        }
    };
    Lists none(0);
    none.server.spoil = spoil;
    CHECK(pages_of(none, {}) == 1);
    Lists some;
    some.server.spoil = spoil;
    CHECK(end_of(some) == ExitStatus::retry_later);
}

TEST_CASE("filter-ignored: everything comes, and the caller selects") {
    Lists lists;
    lists.server.filters = false;
    lists.server.rows["/Users"].push_back({{"id", "stranger"}, {"userName", "s"}});
    CHECK(listed(lists).size() == 6);
}

TEST_CASE(
    "sw-unsupported: whatever the refusal is, everything is listed instead, and no filter is sent "
    "again") {
    struct Row {
        int status;
        const char* type;
    };
    const auto row =
        GENERATE(values<Row>({{400, "invalidFilter"}, {400, ""}, {501, ""}, {500, ""}}));
    CapturedLog log(logging::Level::info);
    Lists lists;
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.value("filter").empty() ? std::nullopt
                                            : std::optional(refusal(row.status, row.type));
    };
    CHECK(listed(lists) == kAll);
    CHECK(contains(log.text(), "takes no filter"));
    const auto before = lists.transport.calls().size();
    CHECK(listed(lists) == kAll);
    CHECK(lists.transport.calls().size() == before + 3);
}

TEST_CASE("a list that is refused without its filter, too, ends the run with the server's words") {
    Lists lists;
    lists.server.instead = [&](const ListCall&) { return refusal(400, "tooMany"); };
    const auto error = caught([&] { (void)listed(lists); });
    CHECK(error.status == ExitStatus::unavailable);
    CHECK(error.says("tooMany"));
    CHECK(lists.transport.calls().size() == 3);  // with the filter, without it, without a count
}

TEST_CASE("count-refused: the server's own page size is taken") {
    const auto type = GENERATE(as<std::string>{}, "invalidCount", "");
    Lists lists;
    lists.server.cap = 3;
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.value("count").empty() ? std::nullopt : std::optional(refusal(400, type));
    };
    CHECK(listed(lists) == kAll);
}

TEST_CASE("a page that is refused in mid-list ends the run, whatever is missing") {
    Lists lists;
    lists.server.instead = [](const ListCall& call) -> std::optional<Scripted> {
        return call.start_index() > 1 ? std::optional(refusal(400)) : std::nullopt;
    };
    CHECK(end_of(lists) == ExitStatus::unavailable);
}

TEST_CASE("error-with-200: an Error message with status 200 is the error that it names") {
    struct Row {
        json status;
        ExitStatus ends;
    };
    const auto row = GENERATE(values<Row>({{"503", ExitStatus::retry_later},
                                           {429, ExitStatus::retry_later},
                                           {"401", ExitStatus::denied},
                                           {"404", ExitStatus::unavailable},
                                           {nullptr, ExitStatus::unavailable},
                                           {"200", ExitStatus::unavailable}}));
    Lists lists;
    lists.server.instead = [&](const ListCall&) {
        auto error = refusal(200);
        auto body = json::parse(std::get<http::Response>(error.result).body);
        body["status"] = row.status;
        body["totalResults"] = 0;  // which would be an empty list
        return Scripted{answer(200, body.dump())};
    };
    CHECK(end_of(lists) == row.ends);
}

TEST_CASE("cursor-forced: a cursor that comes unasked is followed, verbatim and percent-encoded") {
    Lists lists;
    lists.server.cursors = true;
    CHECK(pages_of(lists) == 3);
    const auto& url = lists.transport.calls()[1].request.url;
    CHECK(contains(url, "filter=externalId%20sw"));  // the other parameters stay (RFC 9865 §2)
    CHECK(contains(url, "cursor=c2&count=2"));
    CHECK_FALSE(contains(url, "startIndex"));
}

TEST_CASE("cursor-forced with total-missing: the end of the chain is the end of the list") {
    Lists lists;
    lists.server.cursors = true;
    lists.server.spoil = [](const ListCall&, json& body) { body.erase("totalResults"); };
    CHECK(pages_of(lists) == 3);
    Lists one(5, 100);
    one.server.cursors = true;
    one.server.spoil = lists.server.spoil;
    CHECK(pages_of(one) == 1);  // which has no cursor, but no startIndex, either
}

TEST_CASE("cursor-forced with an answer that is no list: it is no end of one, either") {
    const auto body = GENERATE(as<std::string>{},
                               R"({"message":"upstream timed out"})",
                               R"({"id":"1","userName":"ada"})",
                               "{}",
                               "[]",
                               "null");
    Lists lists;
    lists.server.cursors = true;
    lists.server.spoil = [&](const ListCall& call, json& page) {
        if (call.number == 0) {
            page.erase("totalResults");
        } else {
            page = json::parse(body);
        }
    };
    CHECK(end_of(lists) == ExitStatus::unavailable);
}

TEST_CASE(
    "cursor-expired, cursor-invalid, count-refused in mid-list: the list begins again, and nobody "
    "comes twice") {
    const auto type =
        GENERATE(as<std::string>{}, "expiredCursor", "invalidCursor", "invalidCount", "");
    Lists lists;
    lists.server.cursors = true;
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.number == 2 ? std::optional(refusal(400, type)) : std::nullopt;
    };
    CHECK(listed(lists) == kAll);
    CHECK(contains(lists.transport.calls()[3].request.url, "startIndex=1"));
}

TEST_CASE("cursor-expired for ever: the run ends with what the server says") {
    Lists lists;
    lists.server.cursors = true;
    lists.server.instead = [](const ListCall& call) -> std::optional<Scripted> {
        return call.value("cursor").empty() ? std::nullopt
                                            : std::optional(refusal(400, "expiredCursor"));
    };
    const auto error = caught([&] { (void)listed(lists); });
    CHECK(error.status == ExitStatus::retry_later);
    CHECK(error.says("expiredCursor"));
    CHECK(lists.transport.calls().size() == 6);
}

TEST_CASE("cursor-repeated: a cursor that leads back ends the run") {
    Lists lists;
    lists.server.cursors = true;
    lists.server.spoil = [](const ListCall&, json& body) { body["nextCursor"] = "c2"; };
    CHECK(end_of(lists) == ExitStatus::retry_later);
    CHECK(lists.transport.calls().size() < 12);
}

TEST_CASE("a cursor that is no string is not taken for the end of the list") {
    Lists lists;
    lists.server.spoil = [](const ListCall&, json& body) {
        body["nextCursor"] = 7;
        body.erase("totalResults");
    };
    CHECK(end_of(lists) == ExitStatus::unavailable);
}

TEST_CASE("total-missing and no cursor: a full page is not the last") {
    Lists lists;
    lists.server.spoil = [](const ListCall&, json& body) {
        body.erase("totalResults");
        body.erase("startIndex");
    };
    CHECK(pages_of(lists) == 3);
}
