// A change is not sent if the record, or the line of the plan, has changed since the plan was made.
// This applies above all to approved removals.

#include "record/scim_resource.hpp"
#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

using namespace apply_run;

namespace {
const std::set<std::string, std::less<>> kApproved{"max-deactivations",
                                                   "max-emptied-groups",
                                                   "max-keyless-users",
                                                   "max-member-removals",
                                                   "max-takeovers"};
}  // namespace

TEST_CASE("with verification each resource is read first, and a changed one is skipped") {
    const bool moved = GENERATE(false, true);
    const auto record = with(record_of("ada"), "displayName", moved ? "Eve" : "ada");
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, record.dump())} : yes(request);
        },
        {.verify_before = true});
    run.apply({rename_user("ada", "Ada")});
    CHECK(run.transport.sent().front() == "GET /Users/ada");
    CHECK(run.transport.sent().size() == (moved ? 1 : 2));
    CHECK(run.how("n-ada") == (moved ? "skipped" : "applied"));
    CHECK(run.applier.outcomes().skipped == (moved ? 1 : 0));
}

TEST_CASE("a change that its record already has is applied, and nothing is sent") {
    const bool apart = GENERATE(false, true);
    const bool others = GENERATE(false, true);  // the group has a member that no line knows
    const bool owned = GENERATE(false, true);
    auto ada = record_of("ada", false);
    ada["externalId"] = owned ? user_id("ada") : "okta-1";
    PatchedRecords service{
        .records = {{"/Users/ada", ada},
                    {"/Groups/hpc",
                     {{"id", "hpc"},
                      {"externalId", "pw-activate:group:hpc"},
                      {"displayName", "hpc"},
                      {"members", members_of(others ? Texts{"7f", "8f"} : Texts{"8f"})}}}}};
    Run run([&](const Request& request) { return service(request); },
            {.verify_before = true,
             .group_writes = apart ? apply::GroupWrites::add_remove : apply::GroupWrites::replace});
    auto group = update_group("hpc", {"8f"});
    group["before"] = {{"displayName", "old"}, {"members", json::array()}};
    run.apply({deactivate_user("ada"), group});
    CHECK(run.how("d-ada") == (owned ? "applied" : "skipped"));
    // With parts, members that the plan does not have stay.
    CHECK(run.how("u-hpc") == (others && !apart ? "skipped" : "applied"));
    CHECK(run.writes().empty());
}

TEST_CASE("a resource that cannot be read or parsed before a write gives an outcome") {
    struct Row {
        int status;
        std::string body;
    };
    const auto row = GENERATE(values<Row>({
        {200, "<html>Sign in</html>"},
        {200, "{}"},
        {200, "[]"},
        {200, R"({"id":"ada","externalId":"pw-activate:user:ada"})"},
        {404, ""},
    }));
    Run run(
        [&](const Request& request) {
            if (request.method == "GET" && contains(request.url, "/ada")) {
                return Scripted{answer(row.status, row.body)};
            }
            return request.method == "GET" ? Scripted{answer(200, record_of("ben").dump())}
                                           : yes(request);
        },
        {.verify_before = true});
    CHECK(caught([&] {
              run.apply({deactivate_user("ada"), deactivate_user("ben")});
          }).status == ExitStatus::ok);
    CHECK((run.how("d-ada") == "failed" || run.how("d-ada") == "skipped"));
    CHECK(run.how("d-ben") == "applied");
}

TEST_CASE(
    "an approved removal is sent with the current version if the record is as the approver saw "
    "it") {
    const bool moved = GENERATE(false, true);
    Run run(
        [&](const Request& request) {
            return request.method == "GET"
                       ? Scripted{answer(
                             200,
                             with(with(record_of("ada"), "displayName", moved ? "Eve" : "ada"),
                                  "meta",
                                  {{"version", "W/\"9\""}})
                                 .dump())}
                       : yes(request);
        },
        {.approved = kApproved});
    auto line = with(deactivate_user("ada"), "held", "max-deactivations");
    line["before"]["displayName"] = "ada";
    line["version"] = "W/\"3\"";
    run.apply({line});
    CHECK(run.how("d-ada") == (moved ? "skipped" : "applied"));
    CHECK(run.reason("d-ada") == (moved ? "moved" : ""));
    if (!moved) {
        const auto headers = run.writes().front().headers;
        CHECK(std::count(headers.begin(),
                         headers.end(),
                         std::pair<std::string, std::string>("If-Match", "W/\"9\"")) == 1);
    }
}

TEST_CASE("an approved removal is not sent if its record is too large to be read") {
    Run run(
        [](const Request& request) {
            return contains(request.url, "/Groups/hpc") && request.method == "GET"
                       ? Scripted{answer(413)}
                       : yes(request);
        },
        {.approved = kApproved});
    auto line = with(update_group("hpc", {"8f", "9f"}), "held", "max-member-removals");
    line["before"] = {{"members", json::array()}, {"foreignMembers", {"7f", "8f", "9f"}}};
    line["after"] = {
        {"displayName", "hpc"}, {"members", json::array()}, {"foreignMembers", {"8f", "9f"}}};
    run.apply({line});
    CHECK(run.reason("u-hpc") == "too-large");
    CHECK(run.writes().empty());
}

TEST_CASE("an approved line whose data differs from its description is not sent") {
    struct Row {
        json operation;
        bool sent;
    };
    const std::string keys = std::string(record::kKeysPath);
    const auto row = GENERATE_COPY(values<Row>({
        {{{"op", "replace"}, {"path", "active"}, {"value", false}}, true},
        {{{"op", "replace"}, {"path", keys}, {"value", json::array()}}, false},
        {{{"op", "remove"}, {"path", keys}}, false},
        {{{"op", "replace"}, {"path", "userName"}, {"value", "eve@x.org"}}, false},
    }));
    const auto ada = record_of("ada");
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, ada.dump())} : yes(request);
        },
        {.approved = kApproved});
    auto line = with(deactivate_user("ada"), "held", "max-deactivations");
    line["data"]["Operations"].push_back(row.operation);
    run.apply({line});
    CHECK(run.how("d-ada") == (row.sent ? "applied" : "skipped"));
    CHECK(run.reason("d-ada") == (row.sent ? "" : "moved"));
    CHECK(run.writes().size() == (row.sent ? 1 : 0));
}

TEST_CASE("an approved line sends the members that it lists, by any of their ids") {
    const auto sent =
        GENERATE(values<Texts>({{"7f", "f1"}, {"7f"}, {"f1"}, {"7f", "f1", "8f"}, {}}));
    const bool as_said = sent == Texts{"7f", "f1"};
    Run run(
        [&](const Request& request) {
            if (request.method != "GET") {
                return yes(request);
            }
            const json group{{"id", "hpc"},
                             {"externalId", "pw-activate:group:hpc"},
                             {"displayName", "hpc"},
                             {"members", members_of({"7f", "8f", "f1"})}};
            return Scripted{answer(200,
                                   contains(request.url, "/Groups/hpc")
                                       ? group.dump()
                                       : listed({{{"id", "7f"}, {"externalId", user_id("ada")}},
                                                 {{"id", "8f"}, {"externalId", user_id("ben")}}},
                                                2))};
        },
        {.approved = kApproved});
    auto line = with(update_group("hpc", sent), "held", "max-member-removals");
    line["before"] = {{"members", {user_id("ada"), user_id("ben")}}, {"foreignMembers", {"f1"}}};
    line["after"] = {
        {"displayName", "hpc"}, {"members", {user_id("ada")}}, {"foreignMembers", {"f1"}}};
    run.apply({line});
    CHECK(run.how("u-hpc") == (as_said ? "applied" : "skipped"));
    CHECK(contains(run.detail("u-hpc"), "members") == !as_said);
    CHECK(run.writes().size() == (as_said ? 1 : 0));
}

TEST_CASE("an approved line removes the names that it lists as removed") {
    const auto ada = with(record_of("ada"), "name", {{"givenName", "Ada"}});
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, ada.dump())} : yes(request);
        },
        {.approved = kApproved});
    auto line = with(deactivate_user("ada"), "held", "max-deactivations");
    line["data"]["Operations"].push_back({{"op", "remove"}, {"path", "name"}});
    line["before"]["givenName"] = "Ada";
    line["after"]["givenName"] = nullptr;
    line["after"]["familyName"] = nullptr;
    run.apply({line});
    CHECK(run.how("d-ada") == "applied");
}

TEST_CASE("a held line that does not list its removals is not sent, with any approval") {
    Run run(yes, {.approved = kApproved});
    auto line = with(update_group("hpc", {}), "held", "max-member-removals");
    line["before"] = json::object();
    line["after"] = {{"members", json::array()}};
    run.apply({line});
    CHECK(run.reason("u-hpc") == "moved");
    CHECK(run.transport.sent().empty());
}

TEST_CASE("a held line is sent when its limit is approved") {
    const bool approved = GENERATE(false, true);
    Run run(
        [](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, record_of("ada").dump())}
                                           : yes(request);
        },
        {.approved = {approved ? "max-deactivations" : "max-member-removals"}});
    run.apply({with(deactivate_user("ada"), "held", "max-deactivations")});
    CHECK(run.how("d-ada") == (approved ? "applied" : "held"));
}

TEST_CASE(
    "an approved takeover may find the old record deactivated, and fails after other changes") {
    struct Row {
        json now;
        const char* how;
    };
    const auto row = GENERATE(values<Row>({
        {{{"externalId", "pw-activate:user:old"}, {"active", true}}, "applied"},
        {{{"externalId", "pw-activate:user:old"}, {"active", false}}, "applied"},
        {{{"externalId", "pw-activate:user:third"}, {"active", false}}, "skipped"},
    }));
    auto record = record_of("ada");
    record.update(row.now);
    PatchedRecords service{.records = {{"/Users/ada", record}}};
    Run run([&](const Request& request) { return service(request); },
            {.approved = {"max-takeovers"}});
    auto line = with(deactivate_user("ada"), "held", "max-takeovers");
    line["action"] = "adopt";
    line["data"]["Operations"][0]["value"] = true;
    line["data"]["Operations"].push_back(
        {{"op", "replace"}, {"path", "externalId"}, {"value", user_id("ada")}});
    line["before"] = {{"externalId", "pw-activate:user:old"}, {"active", true}};
    line["after"] = {{"externalId", user_id("ada")}, {"active", true}};
    run.apply({line});
    CHECK(run.how("d-ada") == row.how);
}
