// Adoptions: the record is read first, and members of groups whose record is adopted in the same
// run.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"
#include "support/ssh_blob.hpp"

#include <string>

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

const std::string kOld = "pw-activate:user:old";

json old_record() {
    return with(record_of("ada"), "externalId", kOld);
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

TEST_CASE("after a failed takeover, the old user is deactivated and has no key of the new one") {
    const int status = GENERATE(400, 403, 409, 500, 200, 204);
    const bool stores_keys = GENERATE(false, true);
    CAPTURE(status, stores_keys);
    const auto keys = [](unsigned key) {
        return json{{std::string(record::kKeysAttribute), {ssh_blob::valid_line(key)}}};
    };
    const std::string schema(record::kKeysSchema);
    PatchedRecords service{
        .records = {{"/Users/ada", with(with(old_record(), schema, keys(1)), "displayName", "x")}}};
    service.refuse = [&](const json& patch) {
        auto& record = service.records.at("/Users/ada");
        record[schema] = sets(patch, "externalId") && stores_keys ? keys(2) : record[schema];
        return sets(patch, "externalId") ? status : 0;
    };
    Run run([&](const Request& request) { return service(request); });
    auto line = adopting(rename_user("ada", "Ada"), kOld);
    line["before"]["displayName"] = "x";
    line["data"]["Operations"].push_back({{"op", "replace"},
                                          {"path", std::string(record::kKeysPath)},
                                          {"value", {ssh_blob::valid_line(2)}}});
    line["before"]["sshKeys"] = {ssh_blob::valid_line(1)};
    line["after"]["sshKeys"] = {ssh_blob::valid_line(2)};
    run.apply({line});
    const auto& now = service.records.at("/Users/ada");
    CHECK(run.how("n-ada") == "failed");
    CHECK(now.at("externalId") == kOld);
    CHECK(now.at("active") == false);
    CHECK(now.at(schema).at("sunkSshKeys").empty());
    CHECK(contains(run.detail("n-ada"), "the record still has the externalId " + kOld));
    CHECK(contains(run.detail("n-ada"), "the removals of this change were applied"));
    CHECK_FALSE(contains(run.detail("n-ada"), "accepts the name"));

    line["before"] = {{"externalId", kOld}, {"active", false}, {"sshKeys", json::array()}};
    Run again([&](const Request& request) { return service(request); });
    again.apply({line});
    CHECK(contains(again.detail("n-ada"), "the externalId " + kOld));
    CHECK(now.at("active") == false);
}

TEST_CASE("a record is not deactivated if it has a new owner, is unmanaged, or has the right one") {
    const auto was = GENERATE(as<std::string>(), "okta-7", "pw-activate:other:user:ada", kOld);
    auto record = with(record_of("ada"), "externalId", was);
    PatchedRecords service{.records = {{"/Users/ada", record}}};
    service.refuse = [&](const json& patch) {
        if (was == kOld && sets(patch, "externalId")) {
            service.records.at("/Users/ada")["externalId"] = "pw-activate:user:eve";
        }
        return 400;
    };
    Run run([&](const Request& request) { return service(request); });
    auto line = adopting(rename_user("ada", "Ada"), was);
    line["before"].erase("displayName");
    run.apply({line});
    CHECK(run.how("n-ada") == "failed");
    CHECK(run.writes().size() == 1);
}

TEST_CASE("with add-remove, a user whose record was not taken over leaves the groups") {
    PatchedRecords service{.records = {{"/Users/ada", old_record()},
                                       {"/Groups/hpc",
                                        {{"id", "hpc"},
                                         {"externalId", "pw-activate:group:hpc"},
                                         {"displayName", "hpc"},
                                         {"members", members_of({"ada", "7f"})}}}}};
    service.refuse = [](const json& patch) { return sets(patch, "externalId") ? 400 : 0; };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto group = update_group("hpc", {"7f"});
    group["before"] = {{"members", {user_id("ada")}}, {"foreignMembers", {"7f"}}};
    run.apply({adopting(deactivate_user("ada"), kOld), group});
    CHECK(run.how("d-ada") == "failed");
    CHECK(run.how("u-hpc") == "applied");
    CHECK(service.records.at("/Groups/hpc").at("members") == members_of({"7f"}));
}

TEST_CASE("with add-remove, an unmanaged group keeps its members if its externalId is not stored") {
    const bool shows = GENERATE(false, true);
    const bool adds = GENERATE(false, true);
    const bool managed = GENERATE(false, true);
    const std::string was = managed ? "pw-activate:group:old" : "okta-7";
    PatchedRecords service{.records = {{"/Groups/hpc",
                                        {{"id", "hpc"},
                                         {"externalId", was},
                                         {"displayName", "hpc"},
                                         {"members", members_of({"7f", "8f"})}}}}};
    service.refuse = [&](const json& patch) {
        return sets(patch, "externalId") ? (shows ? 200 : 204) : 0;
    };
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto line = adopting(update_group("hpc", adds ? Texts{"8f", "9f"} : Texts{"8f"}), was);
    line["before"]["members"] = json::array();
    line["before"]["foreignMembers"] = {"7f", "8f"};
    run.apply({line});
    CHECK(service.records.at("/Groups/hpc").at("members") ==
          (managed ? members_of({"8f"}) : members_of({"7f", "8f"})));
    CHECK(run.reason("u-hpc") == "did-not-take");
    CHECK(run.writes().size() == (managed ? 2 : 1));
}
