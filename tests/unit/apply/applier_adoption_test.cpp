// Adoptions: the record is read first, and members of groups whose record is adopted in the same
// run.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

using namespace apply_run;

namespace {

/// The line as an adoption of a record with that externalId; null: it has none.
json adopting(json line, const json& was) {
    const auto becomes = line.at("externalId");
    line["action"] = "adopt";
    line["data"]["Operations"].push_back(
        {{"op", "replace"}, {"path", "externalId"}, {"value", becomes}});
    line["before"]["externalId"] = was;
    line["after"]["externalId"] = becomes;
    return line;
}

json old_record() {
    return with(record_of("ada"), "externalId", "pw-activate:user:old");
}

}  // namespace

TEST_CASE("a user who has changed since the plan is not adopted, with an ETag or without") {
    struct Row {
        json now;
        bool adopted;
    };
    const auto row = GENERATE(values<Row>({
        {json::object(), true},
        {{{"userName", "ADA@x.org"}}, true},
        {{{"userName", "eve@x.org"}}, false},
        {{{"externalId", "okta:1"}}, false},
        {{{"externalId", "pw-activate:user:eve"}}, false},
        {{{"active", false}}, false},
    }));
    const bool versioned = GENERATE(false, true);
    auto record = with(record_of("ada"), "meta", {{"version", "\"2\""}});
    record.erase("externalId");
    record.update(row.now);
    PatchedRecords service{.records = {{"/Users/ada", record}}};
    Run run([&](const Request& request) { return service(request); });
    auto line = adopting(with(deactivate_user("ada"), "userName", "ada@x.org"), nullptr);
    if (versioned) {
        line["version"] = "\"1\"";
    }
    run.apply({line});
    CHECK(run.transport.sent().front() == "GET /Users/ada");
    CHECK(run.how("d-ada") == (row.adopted ? "applied" : "skipped"));
    CHECK(run.reason("d-ada") == (row.adopted ? "" : "moved"));
    CHECK(run.writes().size() == (row.adopted ? 1 : 0));
}

TEST_CASE("a group that has changed since the plan is not adopted") {
    struct Row {
        json now;
        bool adopted;
    };
    const auto row = GENERATE(values<Row>({
        {json::object(), true},
        {{{"displayName", "finance"}}, false},
        {{{"externalId", "okta:1"}}, false},
        {{{"members", members_of({"7f", "8f"})}}, false},
    }));
    json record{{"id", "hpc"}, {"displayName", "hpc"}, {"members", members_of({"7f"})}};
    record.update(row.now);
    PatchedRecords service{.records = {{"/Groups/hpc", record}}};
    Run run([&](const Request& request) { return service(request); });
    auto line = adopting(with(update_group("hpc", {"7f", "9f"}), "displayName", "hpc"), nullptr);
    line["before"]["members"] = json::array();
    line["before"]["foreignMembers"] = {"7f"};
    run.apply({line});
    CHECK(run.how("u-hpc") == (row.adopted ? "applied" : "skipped"));
    CHECK(run.writes().size() == (row.adopted ? 1 : 0));
}

TEST_CASE("a group refers to an adopted user only if the adoption was applied") {
    const int status = GENERATE(200, 403);
    Run run([&](const Request& request) {
        const bool user = contains(request.url, "/Users/");
        if (request.method == "GET") {
            return Scripted{answer(200, user ? old_record().dump() : listed({}, 0))};
        }
        return user && status != 200 ? Scripted{answer(status)} : yes(request);
    });
    run.apply({adopting(deactivate_user("ada"), "pw-activate:user:old"),
               update_group("hpc", {"7f", "bulkId:" + user_id("ada")})});
    CHECK(run.how("d-ada") == (status == 200 ? "applied" : "failed"));
    CHECK(members_sent(run.writes().back()) == (status == 200 ? Texts{"7f", "ada"} : Texts{"7f"}));
}

TEST_CASE("a user whose adoption succeeds except for the name is a member of the groups") {
    auto record = with(old_record(), "displayName", "ada");
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(200, record.dump())};
        }
        record["externalId"] = user_id("ada");
        return contains(request.url, "/Users/") ? Scripted{answer(200, record_of("ada").dump())}
                                                : yes(request);
    });
    run.apply({adopting(rename_user("ada", "Ada Lovelace"), "pw-activate:user:old"),
               update_group("hpc", {"7f", "bulkId:" + user_id("ada")})});
    CHECK(run.reason("n-ada") == "did-not-take");
    CHECK(members_sent(run.writes().back()) == Texts{"7f", "ada"});
}
