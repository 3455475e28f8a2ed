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

std::string if_match(const Request& request) {
    for (const auto& [name, value] : request.headers) {
        if (name == "If-Match") {
            return value;
        }
    }
    return "none";
}

/// In parts: the name and the externalId, an addition, and a removal.
json adopt_hpc() {
    auto line = with(update_group("hpc", {"8f"}), "before", {{"members", {user_id("7f")}}});
    line["action"] = "adopt";
    line["before"]["externalId"] = nullptr;
    line["after"]["externalId"] = "pw-activate:group:hpc";
    line["data"]["Operations"].push_back(
        {{"op", "replace"}, {"path", "externalId"}, {"value", "pw-activate:group:hpc"}});
    return line;
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
    CHECK(run.transport.sent().at(1) == "GET /Users/ada");
    CHECK(run.transport.sent().size() == (made ? 2 : 3));
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
    line["before"]["externalId"] = "okta-1";
    run.apply({line});
    CHECK(run.how("d-ada") == (stored ? "applied" : "failed"));
    CHECK(run.reason("d-ada") == (stored ? "" : "did-not-take"));
    CHECK(run.transport.count("GET") == (stored ? 1 : 3));
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

TEST_CASE("a refusal that shows an id of its own is a refusal, and the record is not read") {
    auto service = with_ada();
    Run run([&](const Request& request) {
        return request.method == "PATCH" ? Scripted{answer(400, scim_error({{"id", "trace-7"}}))}
                                         : service(request);
    });
    run.apply({deactivate_user("ada")});
    CHECK(run.reason("d-ada") == "refused");
    CHECK(run.transport.count("GET") == 0);
}

TEST_CASE("after a refused If-Match, the record of another owner is neither done nor written") {
    const bool done = GENERATE(false, true);
    const auto etag = GENERATE(as<std::string>(), "\"1\"", "\"2\"");
    auto record = record_of("ada", !done);
    record.update({{"externalId", "okta-1"}, {"meta", {{"version", etag}}}});
    Run run([&](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, record.dump())}
                                       : Scripted{answer(412)};
    });
    run.apply({with(deactivate_user("ada"), "version", "\"1\"")});
    CHECK(run.reason("d-ada") == "moved");
    CHECK(run.writes().size() == 1);
}

TEST_CASE("the parts of an adoption stop at another owner once the externalId was stored") {
    PatchedRecords service;
    service.records = {{"/Groups/hpc", group_of("hpc", {"7f"})}, {"/Users/7f", record_of("7f")}};
    auto& record = service.records["/Groups/hpc"];
    record.erase("externalId");
    Run run(
        [&](const Request& request) {
            auto scripted = service(request);
            if (request.method == "PATCH") {
                record["externalId"] = "okta-2";  // it is taken over after the first answer
            }
            return scripted;
        },
        {.group_writes = apply::GroupWrites::add_remove});
    run.apply({adopt_hpc()});
    CHECK(run.reason("u-hpc") == "moved");
    CHECK(run.writes().size() == 2);  // of three parts
}

TEST_CASE("removals sent after a refusal are reported only if our record shows them") {
    const bool taken = GENERATE(false, true);
    PatchedRecords service;
    service.records = {{"/Groups/hpc", group_of("hpc", {"7f", "8f"})}};
    auto& record = service.records["/Groups/hpc"];
    record["displayName"] = "old";
    service.refuse = [](const json& patch) { return sets(patch, "displayName") ? 409 : 0; };
    Run run([&](const Request& request) {
        auto scripted = service(request);
        if (request.method != "PATCH" || sets(json::parse(request.body), "displayName")) {
            return scripted;
        }
        if (taken) {
            record["externalId"] = "okta-1";
            return Scripted{answer(204)};
        }
        return Scripted{answer(200, group_of("other", {"8f"}).dump())};
    });
    auto line = update_group("hpc", {"8f"});
    line["before"] = {{"displayName", "old"}, {"members", {user_id("7f"), user_id("8f")}}};
    line["after"] = {{"displayName", "hpc"}, {"members", {user_id("8f")}}};
    run.apply({line});
    CHECK(run.how("u-hpc") == "failed");
    CHECK(contains(run.detail("u-hpc"), "the removals of this change were applied") != taken);
}

TEST_CASE("a part that was answered with another record is compared after the last part") {
    const bool stored = GENERATE(false, true);
    PatchedRecords service;
    service.records = {{"/Groups/hpc", group_of("hpc", {"7f"})}, {"/Users/7f", record_of("7f")}};
    service.records["/Groups/hpc"]["displayName"] = "old";
    Run run(
        [&](const Request& request) {
            if (request.method != "PATCH" || !sets(json::parse(request.body), "displayName")) {
                return service(request);
            }
            if (stored) {
                (void)service(request);
            }
            return Scripted{answer(200, group_of("other", {"7f"}).dump())};
        },
        {.group_writes = apply::GroupWrites::add_remove});
    run.apply({with(update_group("hpc", {"8f"}), "before", {{"members", {user_id("7f")}}})});
    CHECK(run.reason("u-hpc") == (stored ? "" : "did-not-take"));
    CHECK(run.writes().size() == 3);
}

TEST_CASE("after an answer with another record, the next line is sent with the ETag that is read") {
    auto record = record_of("ada");
    record.update({{"displayName", "Ada"}, {"meta", {{"version", "\"2\""}}}});
    Run run([&](const Request& request) {
        const bool read = request.method == "GET";
        return Scripted{answer(200, (read ? record : record_of("eve")).dump())};
    });
    run.apply({with(rename_user("ada", "Ada"), "version", "\"1\""),
               with(deactivate_user("ada"), "version", "\"1\"")});
    CHECK(run.how("n-ada") == "applied");
    REQUIRE(run.writes().size() == 2);
    CHECK(if_match(run.writes().back()) == "\"2\"");
}

TEST_CASE("members that were refused are not sent one by one to another owner's record") {
    PatchedRecords service;
    service.records = {{"/Groups/hpc", group_of("hpc", {"7f"})}, {"/Users/7f", record_of("7f")}};
    service.records["/Groups/hpc"]["externalId"] = "okta-1";
    service.refuse = [](const json& patch) {
        return patch.at("Operations").at(0).at("value").size() > 1 ? 400 : 0;
    };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto line =
        with(update_group("hpc", {"7f", "8f", "9f"}), "before", {{"members", {user_id("7f")}}});
    line["data"]["Operations"].erase(0);
    run.apply({line});
    CHECK(run.reason("u-hpc") == "refused");
    CHECK(run.writes().size() == 1);
}

TEST_CASE("the removals of a failed adoption are not sent to the record of its present owner") {
    const int status = GENERATE(403, 501);
    PatchedRecords service;
    service.records = {{"/Groups/hpc", group_of("hpc", {"7f"})}, {"/Users/7f", record_of("7f")}};
    auto& record = service.records["/Groups/hpc"];
    record.erase("externalId");
    service.refuse = [&](const json& patch) {
        record["externalId"] = "okta-1";  // it is taken over before the first answer
        return sets(patch, "externalId") ? status : 0;
    };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    run.apply({adopt_hpc()});
    CHECK(run.how("u-hpc") == "failed");
    CHECK(run.writes().size() == 1);
}
