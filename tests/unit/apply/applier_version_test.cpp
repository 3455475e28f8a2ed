// If-Match: the ETag of each answer is used for the next write, and 412 does not always mean that
// another client wrote.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <map>
#include <string>
#include <vector>

using namespace apply_run;

namespace {

std::string if_match(const Request& request) {
    for (const auto& [name, value] : request.headers) {
        if (name == "If-Match") {
            return value;
        }
    }
    return "none";
}

/// A service whose records have versions. `compares_weak`: its If-Match accepts weak ETags.
struct Versioned {
    PatchedRecords service{};
    std::string weak = "W/";  ///< before each ETag
    bool compares_weak = false;
    std::map<std::string, int> numbers{};

    std::string version(const std::string& path) {
        return weak + "\"" + std::to_string(numbers[path]) + "\"";
    }
    Scripted operator()(const Request& request) {
        const auto path = path_of(request);
        const auto given = if_match(request);
        if (given != "none" && (given != version(path) || (!weak.empty() && !compares_weak))) {
            return {answer(412)};
        }
        if (request.method == "PATCH") {
            ++numbers[path];
        }
        auto scripted = service(request);
        auto& response = std::get<http::Response>(scripted.result);
        auto body = json::parse(response.body, nullptr, false);
        if (body.is_object() && body.contains("id")) {
            body["meta"]["version"] = version(path);
            response.body = body.dump();
        }
        return scripted;
    }
};

json versioned(json line, const std::string& version) {
    line["version"] = version;
    return line;
}

Versioned with_ada() {
    Versioned service;
    service.service.records = {{"/Users/ada", record_of("ada")}, {"/Users/ben", record_of("ben")}};
    return service;
}

}  // namespace

TEST_CASE("the ETag of an answer is sent with the next write of the same record") {
    const bool in_body = GENERATE(false, true);
    int number = 1;
    Run run(
        [&](const Request& request) {
            if (request.method == "GET") {
                return Scripted{
                    answer(200, listed({{{"id", "7f"}, {"externalId", user_id("ada")}}}, 1))};
            }
            const auto etag = "\"" + std::to_string(++number) + "\"";
            auto shown = shown_after(request.body);
            shown["members"] = members_of({"8f"});
            if (in_body) {
                shown["meta"] = {{"version", etag}};
                return Scripted{answer(200, shown.dump(), {{"etag", "W/" + etag}})};
            }
            return Scripted{answer(200, shown.dump(), {{"etag", etag}})};
        },
        {.group_writes = apply::GroupWrites::add_remove});
    auto line = with(update_group("hpc", {"8f"}), "before", {{"members", {user_id("ada")}}});
    run.apply({versioned(line, "\"1\"")});
    const auto writes = run.writes();
    REQUIRE(writes.size() == 3);
    CHECK(if_match(writes[0]) == "\"1\"");
    CHECK(if_match(writes[1]) == "\"2\"");
    CHECK(if_match(writes[2]) == "\"3\"");
    CHECK(run.how("u-hpc") == "applied");
}

TEST_CASE("a second line for a record is sent with the ETag of the answer to the first") {
    auto service = with_ada();
    service.weak = "";
    Run run([&](const Request& request) { return service(request); });
    const auto second = with(versioned(rename_user("ada", "Ada"), "\"0\""), "inactive", true);
    run.apply({versioned(deactivate_user("ada"), "\"0\""), second});
    CHECK(run.applier.outcomes().applied == 2);
    CHECK(if_match(run.writes().back()) == "\"1\"");
}

TEST_CASE("an ETag that is not a valid header is not sent") {
    Run run([](const Request& request) {
        auto shown = shown_after(request.body);
        shown["meta"] = {{"version", "\"2\"\r\nX-Evil: 1"}};
        return Scripted{answer(200, shown.dump())};
    });
    run.apply({versioned(deactivate_user("ada"), "\"1\""),
               versioned(rename_user("ada", "Ada"), "\"1\"")});
    CHECK(if_match(run.writes().back()) == "none");
}

TEST_CASE("a service that refuses weak ETags gets its writes without If-Match, after a read") {
    auto service = with_ada();
    Run run([&](const Request& request) { return service(request); });
    run.apply({versioned(deactivate_user("ada"), "W/\"0\"")});
    CHECK(run.how("d-ada") == "applied");
    CHECK(run.transport.sent() == Texts{"PATCH /Users/ada", "GET /Users/ada", "PATCH /Users/ada"});
    CHECK(if_match(run.writes().back()) == "none");
    // From then on, the record is read first.
    auto line = versioned(deactivate_user("ben"), "W/\"0\"");
    run.apply({line});
    CHECK(run.how("d-ben") == "applied");
    CHECK(run.transport.count("GET") == 2);
    CHECK(run.writes().size() == 3);
}

TEST_CASE("a record that has changed is not written, even if weak ETags are refused") {
    const bool known = GENERATE(false, true);
    const bool moved = GENERATE(false, true);
    auto service = with_ada();
    Run run([&](const Request& request) { return service(request); });
    if (known) {
        run.apply({versioned(deactivate_user("ben"), "W/\"0\"")});
    }
    service.numbers["/Users/ada"] = 7;
    if (moved) {
        service.service.records["/Users/ada"]["externalId"] = user_id("eve");
    }
    run.apply({versioned(deactivate_user("ada"), "W/\"0\"")});
    CHECK(run.how("d-ada") == (!moved ? "applied" : known ? "skipped" : "failed"));
    CHECK(run.reason("d-ada") == (moved ? "moved" : ""));
    CHECK(service.service.records["/Users/ada"]["active"] == moved);
}

TEST_CASE(
    "after 412 to a write that was sent twice, the record is read: our own write may be the "
    "cause") {
    const auto lost = GENERATE(values<http::Result>(
        {answer(502), failure(Reason::timeout), failure(Reason::interrupted)}));
    const bool made = GENERATE(false, true);
    auto service = with_ada();
    service.weak = GENERATE(as<std::string>{}, "", "W/");
    service.compares_weak = true;
    int writes = 0;
    Run run([&](const Request& request) {
        if (request.method == "PATCH" && ++writes == 1) {
            if (made) {
                (void)service(request);
            } else {
                ++service.numbers["/Users/ada"];
                service.service.records["/Users/ada"]["externalId"] = user_id("eve");
            }
            return Scripted{lost};
        }
        return service(request);
    });
    run.apply({versioned(deactivate_user("ada"), service.version("/Users/ada"))});
    CHECK(run.how("d-ada") == (made ? "applied" : "failed"));
    CHECK(run.reason("d-ada") == (made ? "" : "moved"));
}

TEST_CASE("a record with another strong ETag than the plan's is written only if it is unchanged") {
    const bool changed = GENERATE(false, true);
    auto service = with_ada();
    service.weak = "";
    service.numbers["/Users/ada"] = 7;
    auto& record = service.service.records["/Users/ada"];
    if (changed) {
        record["externalId"] = "okta-1";
    }
    Run run([&](const Request& request) { return service(request); });
    run.apply({versioned(deactivate_user("ada"), "\"0\"")});
    CHECK(run.reason("d-ada") == (changed ? "moved" : ""));
    CHECK(run.writes().size() == (changed ? 1 : 2));
    CHECK(if_match(run.writes().back()) == (changed ? "\"0\"" : "\"7\""));
    CHECK(record["active"] == changed);
}

TEST_CASE("a strong ETag that changes at each read does not keep a removal from the service") {
    const bool group = GENERATE(false, true);
    auto service = with_ada();
    service.weak = "";
    service.service.records["/Groups/hpc"] = {{"id", "hpc"},
                                              {"externalId", "pw-activate:group:hpc"},
                                              {"displayName", "hpc"},
                                              {"members", members_of({"ada", "ben"})}};
    Run run(
        [&](const Request& request) {
            ++service.numbers[path_of(request)];
            return service(request);
        },
        {.group_writes = apply::GroupWrites::add_remove});
    auto line = deactivate_user("ada");
    if (group) {
        line = with(with(update_group("hpc", {"ben", "7f"}), "id", "d-ada"),
                    "before",
                    {{"members", {user_id("ada"), user_id("ben")}}});
    }
    run.apply({versioned(line, "\"0\"")});
    CHECK(run.how("d-ada") == "applied");
    const auto writes = run.writes();
    REQUIRE(writes.size() == (group ? 5 : 3));
    CHECK(if_match(writes[0]) == "\"0\"");
    CHECK(if_match(writes[1]) != if_match(writes[0]));
    CHECK(if_match(writes[1]) != "none");
    for (std::size_t at = 2; at < writes.size(); ++at) {
        CHECK(if_match(writes[at]) == "none");
    }
}

TEST_CASE("a strong ETag that is refused although the record has it is not sent again") {
    auto service = with_ada();
    service.weak = "";
    Run run([&](const Request& request) {
        return if_match(request) == "none" ? service(request) : Scripted{answer(412)};
    });
    run.apply({versioned(deactivate_user("ada"), "\"0\"")});
    CHECK(run.how("d-ada") == "applied");
    CHECK(run.transport.sent() == Texts{"PATCH /Users/ada", "GET /Users/ada", "PATCH /Users/ada"});
}

TEST_CASE("a PATCH without a result in a bulk answer is read, then sent again alone") {
    const bool made = GENERATE(false, true);
    auto service = with_ada();
    service.weak = "";
    Run run(
        [&](const Request& request) {
            if (!contains(request.url, "/Bulk")) {
                return service(request);
            }
            const auto message = json::parse(request.body);
            for (const auto& operation : message.at("Operations")) {
                if (made) {
                    (void)service({"PATCH",
                                   kScimUrl + operation.at("path").get<std::string>(),
                                   {},
                                   operation.at("data").dump()});
                }
            }
            return Scripted{answer(200, R"({"Operations":[{"status":"200"}]})")};
        },
        {.bulk = scim::BulkLimits{100, 1'000'000}});
    run.apply({versioned(deactivate_user("ada"), "\"0\""), deactivate_user("ben")});
    CHECK(run.applier.outcomes().applied == 2);
    CHECK(run.transport.count("GET") == 2);
    CHECK(run.transport.count("PATCH") == (made ? 0 : 2));
    CHECK(service.numbers["/Users/ada"] == 1);
}

TEST_CASE("the second line of a record waits for the first one, and for no other record") {
    Run run([](const Request& request) {
        auto scripted = yes(request);
        scripted.after = std::chrono::seconds(contains(request.url, "slow") ? 60 : 1);
        return scripted;
    });
    run.apply({rename_user("slow-1", "x"),
               rename_user("slow-2", "x"),
               rename_user("ada", "x"),
               rename_user("slow-3", "x"),
               rename_user("ben", "x"),  // sent when the first change of "ada" has its answer
               with(rename_user("ada", "y"), "id", "second")});
    CHECK(run.applier.outcomes().applied == 6);
    CHECK(run.transport.sent().back() == "PATCH /Users/ada");
    CHECK(run.transport.calls().back().at >= std::chrono::seconds(2));
    CHECK(run.transport.calls().back().at < std::chrono::seconds(60));
}

TEST_CASE("a change that was prepared before weak ETags proved useless is sent without its own") {
    const bool group = GENERATE(false, true);
    // The last change is prepared while four requests are in flight, and the answer to the first
    // of them shows that the service compares weak ETags strongly.
    Run run([](const Request& request) {
        const auto path = path_of(request);
        if (contains(path, "?")) {
            return Scripted{answer(200, listed({record_of("ada")}, 1))};
        }
        const auto id = path.substr(path.rfind('/') + 1);
        if (id != "first" && id != "last") {
            auto slow = yes(request);
            slow.after = std::chrono::seconds(5);
            return slow;
        }
        if (request.method == "PATCH") {
            return if_match(request) == "none" ? yes(request) : Scripted{answer(412)};
        }
        auto record = contains(path, "/Users/") ? record_of(id)
                                                : json{{"id", id},
                                                       {"externalId", "pw-activate:group:" + id},
                                                       {"displayName", "old"},
                                                       {"members", members_of({"ada"})}};
        record["meta"] = {{"version", "W/\"0\""}};
        return Scripted{answer(200, record.dump())};
    });
    const auto change = [&](const std::string& name) {
        if (!group) {
            return deactivate_user(name);
        }
        auto line = update_group(name, {});
        line["before"] = {{"displayName", "old"}, {"members", {user_id("ada")}}};
        line["after"] = {{"displayName", name}, {"members", json::array()}};
        return line;
    };
    run.apply({versioned(change("first"), "W/\"0\""),
               change("a"),
               change("b"),
               change("c"),
               versioned(change("last"), "W/\"0\"")});
    CHECK(run.applier.outcomes().applied == 5);
    Texts sent;
    for (const auto& call : run.transport.calls()) {
        if (call.request.url.ends_with("/last")) {
            sent.push_back(call.request.method + " " + if_match(call.request));
        }
    }
    CHECK(sent == Texts{"GET none", "PATCH none"});
}

TEST_CASE("a service that refuses weak ETags gets all parts of a change without If-Match") {
    Versioned service;
    service.service.records = {{"/Users/7f", record_of("7f")},
                               {"/Groups/hpc",
                                {{"id", "hpc"},
                                 {"externalId", "pw-activate:group:hpc"},
                                 {"displayName", "old"},
                                 {"members", members_of({"7f"})}}}};
    Run run([&](const Request& request) { return service(request); },
            {.group_writes = apply::GroupWrites::add_remove});
    auto line = with(update_group("hpc", {"8f"}), "before", {{"members", {user_id("7f")}}});
    run.apply({versioned(line, "W/\"0\"")});
    CHECK(run.how("u-hpc") == "applied");
    const auto writes = run.writes();
    REQUIRE(writes.size() == 4);  // the first is refused, then a name, an addition, a removal
    for (std::size_t at = 1; at < writes.size(); ++at) {
        CHECK(if_match(writes[at]) == "none");
    }
}
