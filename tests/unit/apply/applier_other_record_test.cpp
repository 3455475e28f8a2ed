// Answers about another record than the one that was written: they prove nothing.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <string>

using namespace apply_run;

namespace {

json group_of(const std::string& name, const Texts& members) {
    return {{"id", name},
            {"externalId", "pw-activate:group:" + name},
            {"displayName", name},
            {"members", members_of(members)}};
}

PatchedRecords with_ada() {
    PatchedRecords service;
    service.records = {{"/Users/ada", record_of("ada")}};
    return service;
}

}  // namespace

TEST_CASE("an answer to a PATCH that shows another record does not prove the change") {
    const auto shown =
        GENERATE(values<json>({record_of("eve", false),
                               {{"id", "eve"}, {"active", false}},
                               {{"externalId", "x"}, {"active", false}},
                               {{"id", "ada"}, {"userName", "ada@x.org"}, {"active", false}}}));
    const bool made = GENERATE(false, true);
    auto service = with_ada();
    Run run([&](const Request& request) {
        if (request.method == "PATCH") {
            if (made) {
                (void)service(request);
            }
            return Scripted{answer(200, shown.dump())};
        }
        return service(request);
    });
    run.apply({deactivate_user("ada")});
    CHECK(run.transport.sent() == Texts{"PATCH /Users/ada", "GET /Users/ada"});
    CHECK(run.how("d-ada") == (made ? "applied" : "failed"));
    CHECK(run.reason("d-ada") == (made ? "" : "did-not-take"));
}

TEST_CASE("a record that is read again and is another one is a failure") {
    struct Row {
        json read;
        const char* reason;
    };
    const auto row = GENERATE(
        values<Row>({{record_of("eve", false), "not-verified"},
                     {{{"id", "ada"}, {"externalId", user_id("eve")}, {"active", false}}, "moved"},
                     {{{"id", "ada"}, {"userName", "boss@x.org"}, {"active", false}}, "moved"}}));
    const bool body = GENERATE(false, true);
    Run run([&](const Request& request) {
        return request.method == "GET" || body ? Scripted{answer(200, row.read.dump())}
                                               : Scripted{answer(204)};
    });
    run.apply({deactivate_user("ada")});
    CHECK(run.reason("d-ada") == row.reason);
    CHECK(contains(run.detail("d-ada"), "shows another one: it"));
    CHECK(run.applier.outcomes().partial == 1);
}

TEST_CASE("the parts of a change are not sent on to a record that has another owner") {
    const bool taken = GENERATE(false, true);
    PatchedRecords service;
    service.records = {{"/Groups/hpc", group_of("hpc", {"7f"})}, {"/Users/7f", record_of("7f")}};
    bool first = true;
    Run run(
        [&](const Request& request) {
            auto scripted = service(request);
            if (request.method == "PATCH" && std::exchange(first, false)) {
                if (taken) {
                    service.records["/Groups/hpc"]["externalId"] = "okta-1";
                }
                return Scripted{answer(200, group_of("other", {"7f"}).dump())};
            }
            return scripted;
        },
        {.group_writes = apply::GroupWrites::add_remove});
    run.apply({with(update_group("hpc", {"8f"}), "before", {{"members", {user_id("7f")}}})});
    CHECK(run.reason("u-hpc") == (taken ? "moved" : ""));
    CHECK(run.writes().size() == (taken ? 1 : 3));
}

TEST_CASE("the answer to an adoption shows the old or the new externalId") {
    const bool stored = GENERATE(false, true);
    auto service = with_ada();
    service.records["/Users/ada"]["externalId"] = "okta-1";
    Run run([&](const Request& request) {
        return request.method == "PATCH" && !stored
                   ? Scripted{answer(200, service.records["/Users/ada"].dump())}
                   : service(request);
    });
    auto line = deactivate_user("ada");
    line["action"] = "adopt";
    line["data"]["Operations"].push_back(
        {{"op", "replace"}, {"path", "externalId"}, {"value", user_id("ada")}});
    run.apply({line});
    CHECK(run.how("d-ada") == (stored ? "applied" : "failed"));
    CHECK(run.reason("d-ada") == (stored ? "" : "did-not-take"));
    CHECK(run.transport.count("GET") == (stored ? 0 : 1));
}

TEST_CASE("a PATCH without a result in a bulk answer is not sent again to another owner's record") {
    auto service = with_ada();
    service.records["/Users/ben"] = record_of("ben");
    Run run(
        [&](const Request& request) {
            if (contains(request.url, "/Bulk")) {
                service.records["/Users/ada"]["externalId"] = "okta-1";
                return Scripted{answer(200, R"({"Operations":[{"status":"200"}]})")};
            }
            return service(request);
        },
        {.bulk = scim::BulkLimits{100, 1'000'000}});
    run.apply({deactivate_user("ada"), deactivate_user("ben")});
    CHECK(run.reason("d-ada") == "moved");
    CHECK(run.how("d-ben") == "applied");
    CHECK(service.records["/Users/ada"]["active"] == true);
}
