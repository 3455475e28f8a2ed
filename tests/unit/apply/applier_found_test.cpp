// A create that finds its own record: the record is brought to the state of the create.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <algorithm>
#include <string>

using namespace apply_run;

namespace {

PatchedRecords with_hpc(const Texts& members) {
    return {.records = {{"/Groups/g1",
                         {{"id", "g1"},
                          {"externalId", "pw-activate:group:hpc"},
                          {"displayName", "hpc"},
                          {"members", members_of(members)}}}}};
}

Texts members_in(PatchedRecords& service) {
    return values_of(service.records.at("/Groups/g1").at("members"));
}

}  // namespace

TEST_CASE("an existing group is updated, and its outcome also names the members left out") {
    const bool has_all = GENERATE(false, true);
    auto service = with_hpc(has_all ? Texts{"8f"} : Texts{});
    Run run([&](const Request& request) { return service(request); });
    run.apply({create_group("hpc", {"8f", "bulkId:" + user_id("eve")})});
    CHECK(run.reason("c-hpc") == "moved");
    CHECK(run.detail("c-hpc") == "1 member left out because it was not created: " + user_id("eve") +
                                     "; the record was there already" +
                                     (has_all ? "" : " and was updated"));
    CHECK(members_in(service) == Texts{"8f"});
    CHECK(run.writes().size() == (has_all ? 0 : 1));
}

TEST_CASE("an existing group with members that the plan did not know is left to the next run") {
    const bool in_parts = GENERATE(false, true);
    Texts ids{"8f"};
    for (int i = 0; in_parts && i < 1000; ++i) {
        ids.push_back("u" + std::to_string(i));
    }
    auto service = with_hpc({"7f"});
    Run run([&](const Request& request) { return service(request); });
    run.apply({create_group("hpc", ids)});
    CHECK(run.how("c-hpc") == "failed");
    CHECK(run.reason("c-hpc") == "moved");
    CHECK(contains(run.detail("c-hpc"), "it has 1 member that the plan did not know"));
    CHECK(members_in(service).size() == ids.size() + 1);
}

TEST_CASE("an existing group gets all parts of a list of members that is sent in parts") {
    Texts ids;
    for (int i = 0; i < 1001; ++i) {
        ids.push_back("u" + std::to_string(i));
    }
    auto service = with_hpc({});
    Run run([&](const Request& request) { return service(request); });
    run.apply({create_group("hpc", ids)});
    CHECK(run.how("c-hpc") == "applied");
    auto members = members_in(service);
    std::sort(members.begin(), members.end());
    std::sort(ids.begin(), ids.end());
    CHECK((members == ids));
    CHECK(run.transport.count("POST") == 0);
    CHECK(run.writes().size() == 11);
}

TEST_CASE("an existing group with another name gets the name of the create before the members") {
    auto service = with_hpc({});
    service.records["/Groups/g1"]["displayName"] = "HPC";
    Run run([&](const Request& request) { return service(request); });
    run.apply({create_group("hpc", {"8f"})});
    CHECK(run.how("c-hpc") == "applied");
    const auto writes = run.writes();
    REQUIRE(writes.size() == 2);
    CHECK(contains(writes[0].body, "displayName"));
    CHECK(members_sent(writes[1]) == Texts{"8f"});
}

TEST_CASE("an existing group that cannot be parsed is reported with the reason") {
    auto service = with_hpc({});
    service.records["/Groups/g1"]["members"] = "everyone";
    Run run([&](const Request& request) { return service(request); });
    run.apply({create_group("hpc", {"8f"})});
    CHECK(run.reason("c-hpc") == "not-scim");
    CHECK(run.detail("c-hpc").starts_with("the record is there already: "));
}

TEST_CASE("an existing group is not written with the ETag of another record") {
    Texts ids;
    for (int i = 0; i < 1001; ++i) {
        ids.push_back("u" + std::to_string(i));
    }
    PatchedRecords service;
    Run run([&](const Request& request) {
        if (request.method != "POST") {
            return service(request);
        }
        service = with_hpc({});
        return Scripted{answer(201, created("g2"), {{"etag", "\"7\""}})};
    });
    run.apply({create_group("hpc", ids)});
    CHECK(run.how("c-hpc") == "applied");
    CHECK(members_in(service).size() == ids.size());
    for (const auto& request : run.writes()) {
        CHECK(std::none_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
            return header.first == "If-Match";
        }));
    }
}
