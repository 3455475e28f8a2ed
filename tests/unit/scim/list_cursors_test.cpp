// Lists of SCIM servers that page by cursors: not requested, expired, repeated.

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/list_server.hpp"
#include "support/listed_users.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

using namespace listed_users;

TEST_CASE(
    "cursor-forced: a cursor that was not requested is followed, verbatim and percent-encoded") {
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
    CHECK(pages_of(one) == 1);  // which has no cursor, but no startIndex either
}

TEST_CASE("cursor-forced with an answer that is not a list: it does not end the list") {
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
    "cursor-expired, cursor-invalid, count-refused within a list: it begins again, rows are "
    "emitted once") {
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

TEST_CASE("cursor-expired every time: the run ends with the server's message") {
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

TEST_CASE("cursor-repeated: a cursor that leads back to an earlier page ends the run") {
    Lists lists;
    lists.server.cursors = true;
    lists.server.spoil = [](const ListCall&, json& body) { body["nextCursor"] = "c2"; };
    CHECK(end_of(lists) == ExitStatus::retry_later);
    CHECK(lists.transport.calls().size() < 12);
}

TEST_CASE("a cursor that is not a string does not end the list") {
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
