// An addition whose answer does not show it: the record is read, until the run has shown that the
// service stores additions.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <string>
#include <vector>

using namespace apply_run;

namespace {

std::vector<json> added_keys(const std::string& prefix, int count) {
    std::vector<json> lines;
    for (int i = 0; i < count; ++i) {
        lines.push_back(add_key(prefix + std::to_string(i)));
    }
    return lines;
}

// Answers without a body. The changes of users whose names begin with "lost" are not stored.
struct SilentService {
    PatchedRecords records{};

    Scripted operator()(const Request& request) {
        const auto path = path_of(request);
        records.records.try_emplace(path, record_of(path.substr(7), false));
        records.shows = false;
        return request.method == "PATCH" && contains(path, "lost") ? Scripted{answer(204)}
                                                                   : records(request);
    }
};

}  // namespace

TEST_CASE("a key or a reactivation that the service ignores is not applied") {
    struct Row {
        json line;
        const char* path;
    };
    const auto row = GENERATE(
        values<Row>({{add_key("lost"), "sunkSshKeys"}, {reactivate_user("lost"), "active"}}));
    SilentService service;
    Run run([&](const Request& request) { return service(request); });
    run.apply({row.line});
    const auto id = row.line.value("id", "");
    CHECK(run.transport.sent() == Texts{"PATCH /Users/lost", "GET /Users/lost", "GET /Users/lost"});
    CHECK(run.reason(id) == "did-not-take");
    CHECK(contains(run.detail(id), row.path));
    CHECK(run.outcome(id).at("exitStatus") == 4);
    CHECK(run.applier.outcomes().unresolved == 1);
}

TEST_CASE("a key that is not in an answer with a part of the record is looked for in the record") {
    const auto shown =
        GENERATE(as<std::string>{}, R"({"id":"ada"})", R"({"schemas":[],"active":true})");
    Run run([&](const Request& request) {
        return Scripted{answer(200, request.method == "GET" ? record_of("ada").dump() : shown)};
    });
    run.apply({add_key("ada")});
    CHECK(run.reason("n-ada") == "did-not-take");
}

TEST_CASE("once 20 additions were read and had been stored, later ones are not read") {
    SilentService service;
    Run run([&](const Request& request) { return service(request); });
    run.apply(added_keys("early", 20));
    CHECK(run.transport.count("GET") == 20);
    run.apply(added_keys("late", 30));
    CHECK(run.transport.count("GET") == 20);
    run.apply({deactivate_user("late0")});
    CHECK(run.transport.count("GET") == 21);  // removals always are
    CHECK(run.applier.outcomes().applied == 51);
}

TEST_CASE("additions that were not stored do not end the reading of additions") {
    SilentService service;
    Run run([&](const Request& request) { return service(request); });
    run.apply(added_keys("early", 19));
    run.apply(added_keys("lost", 30));
    CHECK(run.applier.outcomes().failed == 30);
    run.apply(added_keys("late", 1));
    run.apply(added_keys("lost-too", 1));
    CHECK(run.applier.outcomes().failed == 30);
    CHECK(run.applier.outcomes().applied == 21);
}

TEST_CASE("stored keys do not end the reading of reactivations") {
    SilentService service;
    Run run([&](const Request& request) { return service(request); });
    run.apply(added_keys("early", 30));
    CHECK(run.transport.count("GET") == 20);
    run.apply({reactivate_user("lost")});
    CHECK(run.reason("d-lost") == "did-not-take");
    run.apply(added_keys("late", 1));
    CHECK(run.transport.count("GET") == 22);
}

TEST_CASE("an addition that is stored after a pause counts as one that was stored") {
    std::size_t reads = 0;
    SilentService service;
    Run run([&](const Request& request) {
        return request.method == "GET" && ++reads % 2 == 1
                   ? Scripted{answer(200, record_of(path_of(request).substr(7)).dump())}
                   : service(request);
    });
    for (int i = 0; i < 21; ++i) {
        run.apply({add_key("early" + std::to_string(i))});
    }
    CHECK(run.applier.outcomes().applied == 21);
    CHECK(reads == 40);
}
