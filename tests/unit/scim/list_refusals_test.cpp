// Lists of SCIM servers that refuse a filter, a count or a page, or answer with another body.

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/list_server.hpp"
#include "support/listed_users.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

using namespace listed_users;

TEST_CASE("full-last-page: with any answer to the page after it, the list is complete") {
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

TEST_CASE("full-last-page: if the page after it is unknown, the list is not accepted") {
    Lists lists(4, 2);
    const int status = GENERATE(429, 502, 503, 504);
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.start_index() > 4 ? std::optional(refusal(status)) : std::nullopt;
    };
    CHECK(end_of(lists) == ExitStatus::retry_later);
}

TEST_CASE("a fault after a first page whose total may be wrong is not the end of the list") {
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
    if (behind == "400" || behind == "404") {  // an explicit error: this page does not exist
        CHECK(ids.size() == 2);
    } else {
        CHECK((status == ExitStatus::unavailable || status == ExitStatus::retry_later));
    }
}

TEST_CASE("tooMany after the last page of a search window is not the end of the list") {
    const auto page_size = GENERATE(std::size_t{2}, std::size_t{4});  // one page before, or two
    const int status = GENERATE(400, 413);
    CapturedLog log;
    Lists lists(4, page_size);
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.start_index() > 4 ? std::optional(refusal(status, "tooMany")) : std::nullopt;
    };
    const auto error = caught([&] { (void)listed(lists); });
    CHECK(error.status == ExitStatus::unavailable);
    CHECK(error.says("tooMany"));
    CHECK(error.says("ask the operator of the service to raise that limit"));
}

TEST_CASE("total-missing: without cursors the end of the list is unknown, so it is not accepted") {
    Lists lists;
    lists.server.spoil = [](const ListCall&, json& body) { body.erase("totalResults"); };
    CHECK(end_of(lists) == ExitStatus::unavailable);
}

TEST_CASE(
    "resources-null and resources-missing: an empty list with a total of 0, otherwise an error") {
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

TEST_CASE("filter-ignored: all records are returned, and the caller selects") {
    Lists lists;
    lists.server.filters = false;
    lists.server.rows["/Users"].push_back({{"id", "stranger"}, {"userName", "s"}});
    CHECK(listed(lists).size() == 6);
}

TEST_CASE(
    "sw-unsupported: after any refusal, everything is listed instead, and no filter is sent "
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

TEST_CASE("a list that is refused even without its filter ends the run with the server's message") {
    Lists lists;
    lists.server.instead = [&](const ListCall&) { return refusal(400, "tooMany"); };
    const auto error = caught([&] { (void)listed(lists); });
    CHECK(error.status == ExitStatus::unavailable);
    CHECK(error.says("tooMany"));
    CHECK(lists.transport.calls().size() == 3);  // with the filter, without it, without a count
}

TEST_CASE("count-refused: the server's own page size is used") {
    const auto type = GENERATE(as<std::string>{}, "invalidCount", "");
    Lists lists;
    lists.server.cap = 3;
    lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
        return call.value("count").empty() ? std::nullopt : std::optional(refusal(400, type));
    };
    CHECK(listed(lists) == kAll);
}

TEST_CASE("a page that is refused within a list ends the run, with any number of missing rows") {
    Lists lists;
    lists.server.instead = [](const ListCall& call) -> std::optional<Scripted> {
        return call.start_index() > 1 ? std::optional(refusal(400)) : std::nullopt;
    };
    CHECK(end_of(lists) == ExitStatus::unavailable);
}

TEST_CASE("error-with-200: an Error message with status 200 is treated as that error") {
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
        body["totalResults"] = 0;  // otherwise this would be an empty list
        return Scripted{answer(200, body.dump())};
    };
    CHECK(end_of(lists) == row.ends);
}
