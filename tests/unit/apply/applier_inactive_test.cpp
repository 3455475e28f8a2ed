// A user who is inactive after a change that does not deactivate the user.

#include "record/scim_resource.hpp"
#include "support/apply_run.hpp"

#include <string>

using namespace apply_run;

namespace {

json adopt_user(const std::string& name) {
    auto line = with(set_user(name, "externalId", user_id(name)), "action", "adopt");
    line["before"] = {{"externalId", nullptr}};
    line["after"] = {{"externalId", user_id(name)}};
    return line;
}

// Deactivates the user that it changes, and shows the record as `shown`.
struct Deactivating {
    enum class Shows { record, nothing } shows = Shows::record;
    json record = with(record_of("ada"), "active", true);

    Scripted operator()(const Request& request) {
        if (request.method == "PATCH") {
            record.merge_patch(shown_after(request.body));
            record["active"] = false;
        }
        return request.method == "GET" || shows == Shows::record
                   ? Scripted{answer(200, record.dump())}
                   : Scripted{answer(204)};
    }
};

}  // namespace

TEST_CASE("a user who is inactive after another change is reported, and the next run compares it") {
    const auto shows = GENERATE(Deactivating::Shows::record, Deactivating::Shows::nothing);
    const auto line =
        GENERATE(values<json>({add_key("ada"), rename_user("ada", "Ada"), adopt_user("ada")}));
    Deactivating service{.shows = shows};
    if (line["action"] == "adopt") {
        service.record.erase("externalId");
    }
    Run run([&](const Request& request) { return service(request); }, {.verify = true});
    run.apply({line});
    CHECK(run.reason("n-ada") == "moved");
    CHECK(run.outcome("n-ada").at("exitStatus") == 2);
    CHECK(contains(run.detail("n-ada"), "the user is inactive"));
    CHECK(contains(run.log.text(), user_id("ada")));
    CHECK(run.applier.outcomes().partial == 1);
}

TEST_CASE("an answer with an inactive user is checked by reading the record") {
    const bool stored = GENERATE(true, false);
    Run run([&](const Request& request) {
        const auto record = record_of("ada", request.method == "GET" && stored);
        return Scripted{answer(200, with(record, "displayName", "Ada").dump())};
    });
    run.apply({rename_user("ada", "Ada")});
    CHECK(run.transport.sent() == Texts{"PATCH /Users/ada", "GET /Users/ada"});
    CHECK(run.how("n-ada") == (stored ? "applied" : "failed"));
}

TEST_CASE("a user who is deactivated, or is inactive in the plan, may be inactive") {
    const auto line = GENERATE(
        values<json>({deactivate_user("ada"), with(rename_user("ada", "Ada"), "inactive", true)}));
    Deactivating service;
    Run run([&](const Request& request) { return service(request); });
    run.apply({line});
    CHECK(run.transport.count("GET") == 0);
    CHECK(run.applier.outcomes().applied == 1);
}
