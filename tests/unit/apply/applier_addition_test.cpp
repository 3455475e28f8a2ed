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
        const bool lost = contains(path, "lost");
        records.records.try_emplace(path, record_of(path.substr(7), !lost));
        records.shows = false;
        return request.method == "PATCH" && lost ? Scripted{answer(204)} : records(request);
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

namespace {

// Answers a create with the id and the externalId only. Records lack the attribute `loses` of those
// whose names begin with "lost".
struct ThinService {
    std::string loses{};
    PatchedRecords records{};

    Scripted operator()(const Request& request) {
        auto reply = records(request);
        if (request.method != "POST") {
            return reply;
        }
        const auto created = json::parse(std::get<http::Response>(reply.result).body);
        auto& record = records.records.at(path_of(request) + "/" + created.value("id", ""));
        if (created.value("displayName", "").starts_with("lost")) {
            loses == "active" ? record["active"] = false : record.erase(loses);
        }
        return {
            answer(201, json{{"id", created["id"]}, {"externalId", created["externalId"]}}.dump())};
    }
};

std::vector<json> created_users(const std::string& prefix, int count) {
    std::vector<json> lines;
    for (int i = 0; i < count; ++i) {
        lines.push_back(create_user(prefix + std::to_string(i)));
    }
    return lines;
}

}  // namespace

TEST_CASE("a create whose answer does not show the access that it gives is read again") {
    struct Row {
        std::string loses;
        json line;
        const char* path;
    };
    const auto row = GENERATE(values<Row>({
        {std::string(record::kKeysSchema), create_user("lost"), "sunkSshKeys"},
        {"active", create_user("lost"), "active"},
        {"members", create_group("lost", {"7f"}), "members"},
    }));
    ThinService service{.loses = row.loses};
    Run run([&](const Request& request) { return service(request); });
    run.apply({row.line});
    CHECK(run.reason("c-lost") == "did-not-take");
    CHECK(contains(run.detail("c-lost"), row.path));
    CHECK(run.applier.outcomes().unresolved == 1);
}

TEST_CASE("once 20 creates of users were read and had been stored, later ones are not read") {
    ThinService service;
    Run run([&](const Request& request) { return service(request); });
    run.apply(created_users("early", 20));
    CHECK(run.transport.count("GET") == 20);
    run.apply(created_users("late", 30));
    CHECK(run.transport.count("GET") == 20);
    run.apply({create_group("hpc", {"new-early0"})});
    CHECK(run.transport.sent().back() == "GET /Groups/new-hpc");  // groups always are
    CHECK(run.applier.outcomes().applied == 51);
}

TEST_CASE("stored creates do not end the reading of additions by PATCH") {
    ThinService service;
    Run run([&](const Request& request) {
        return request.method == "PATCH" ? Scripted{answer(204)} : service(request);
    });
    run.apply(created_users("early", 20));
    auto line = reactivate_user("new-early0");
    line["externalId"] = user_id("early0");
    service.records.records.at("/Users/new-early0")["active"] = false;
    run.apply({line});
    CHECK(run.reason("d-new-early0") == "did-not-take");
}

TEST_CASE("the read of a record whose create was answered without it proves the create") {
    ThinService service;
    Run run([&](const Request& request) {
        const auto reply = service(request);
        return request.method == "POST"
                   ? Scripted{answer(201, "", {{"location", "/Users/new-ada"}})}
                   : reply;
    });
    run.apply({create_user("ada")});
    CHECK(run.transport.sent() == Texts{"POST /Users", "GET /Users/new-ada"});
    CHECK(run.how("c-ada") == "applied");
}

TEST_CASE("a reactivation is proven by an answer that shows it, or by the record") {
    auto shown = record_of("ada");
    shown.erase("active");
    auto stored = shown;
    if (GENERATE(true, false)) {
        stored["active"] = false;
    }
    Run run([&](const Request& request) {
        return Scripted{answer(200, (request.method == "GET" ? stored : shown).dump())};
    });
    run.apply({reactivate_user("ada")});
    CHECK(run.transport.count("GET") == (stored.contains("active") ? 2 : 1));
    CHECK(run.how("d-ada") == (stored.contains("active") ? "failed" : "applied"));
}
