// Accepted writes: an answer is compared with the request, at any status.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace apply_run;

TEST_CASE("a value that the record shows after a pause was stored") {
    const int reads = GENERATE(1, 2, 3);  // the first read that shows it
    PatchedRecords service{.records = {{"/Users/ada", record_of("ada")}}, .shows = false};
    int read = 0;
    Run run([&](const Request& request) {
        return request.method == "GET" && ++read < reads
                   ? Scripted{answer(200, record_of("ada").dump())}
                   : service(request);
    });
    run.apply({deactivate_user("ada")});
    CHECK(run.reason("d-ada") == (reads < 3 ? "" : "did-not-take"));
    CHECK(run.transport.count("GET") == static_cast<std::size_t>(std::min(reads, 2)));
    CHECK((run.transport.elapsed() >= milliseconds(2000)) == (reads > 1));
}

TEST_CASE("reads after a pause that help are made for every change") {
    const int changes = 25;
    std::map<std::string, int> reads;
    Run run([&](const Request& request) {
        const auto user = path_of(request).substr(7);
        return request.method == "GET"
                   ? Scripted{answer(200, record_of(user, reads[user]++ == 0).dump())}
                   : Scripted{answer(204)};
    });
    std::vector<json> lines;
    for (int i = 0; i < changes; ++i) {
        lines.push_back(deactivate_user("v" + std::to_string(i)));
    }
    run.apply(lines);
    CHECK(run.applier.outcomes().applied == changes);
}

TEST_CASE("if reads after a pause show nothing new, later changes do not wait for them") {
    Run run([](const Request& request) {
        return request.method == "GET"
                   ? Scripted{answer(200, record_of(path_of(request).substr(7)).dump())}
                   : Scripted{answer(204)};
    });
    std::vector<json> lines;
    for (int i = 0; i < 500; ++i) {
        lines.push_back(deactivate_user("u" + std::to_string(i)));
    }
    run.apply(lines);
    CHECK(run.applier.outcomes().unresolved == 500);
    CHECK(run.transport.count("GET") < 600);
}

TEST_CASE("after an answer that contradicts the request, the resource is read and decides") {
    const bool made = GENERATE(false, true);
    Run run([&](const Request& request) {
        const bool active = request.method == "PATCH" || !made;
        return Scripted{answer(200, json({{"userName", "ada@x.org"}, {"active", active}}).dump())};
    });
    run.apply({deactivate_user("ada")});
    CHECK(run.transport.sent().at(1) == "GET /Users/ada");
    CHECK(run.transport.sent().size() == (made ? 2 : 3));
    CHECK(run.how("d-ada") == (made ? "applied" : "failed"));
    CHECK(run.reason("d-ada") == (made ? "" : "did-not-take"));
    CHECK(contains(run.detail("d-ada"), "active") == !made);
}

TEST_CASE("after 202, and always with verify, the resource is read again") {
    const int status = GENERATE(200, 202, 204);
    const bool verify = GENERATE(false, true);
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, R"({"displayName":"Ada"})")}
                                           : Scripted{answer(status)};
        },
        {.verify = verify});
    run.apply({rename_user("ada", "Ada")});
    CHECK(run.transport.count("GET") == (verify || status == 202 ? 1 : 0));
    CHECK(run.how("n-ada") == "applied");
    CHECK(run.outcome("n-ada").at("status") == status);
}

TEST_CASE("a change that 202 accepted, and that is not made yet, is left to the next run") {
    Run run([&](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, record_of("ada").dump())}
                                       : Scripted{answer(202)};
    });
    run.apply({deactivate_user("ada")});
    CHECK(run.reason("d-ada") == "not-verified");
    CHECK(contains(run.detail("d-ada"), "active"));
    CHECK(run.applier.outcomes().unresolved == 0);
}

TEST_CASE("a write is not reported as verified if the resource cannot be read again") {
    struct Row {
        http::Result result;
        const char* reason;
    };
    const auto row = GENERATE(values<Row>({{answer(404), "gone"},
                                           {answer(500), "not-verified"},
                                           {answer(200, "<html></html>"), "not-verified"},
                                           {failure(Reason::timeout), "not-verified"},
                                           {answer(200, "{}"), "did-not-take"}}));
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{row.result} : Scripted{answer(204)};
        },
        {.verify = true});
    run.apply({deactivate_user("ada")});
    CHECK(run.how("d-ada") == "failed");
    CHECK(run.reason("d-ada") == row.reason);
}

TEST_CASE("a success whose body is an error counts as that error") {
    struct Row {
        std::string body;
        const char* reason;
    };
    const auto row = GENERATE(values<Row>({
        {scim_error({{"status", "404"}}), "gone"},
        {scim_error({{"status", 429}}), "no-answer"},
        {scim_error({{"detail", "no"}}), "refused"},
        {R"({"status":503,"title":"Service Unavailable"})", "no-answer"},
    }));
    Run run([&](const Request& request) {
        return contains(request.url, "/ada") ? Scripted{answer(200, row.body)} : yes(request);
    });
    run.apply({deactivate_user("ada"), deactivate_user("ben")});
    CHECK(run.how("d-ada") == "failed");
    CHECK(run.reason("d-ada") == row.reason);
    CHECK(run.how("d-ben") == "applied");
}

TEST_CASE("an attribute of a record with the name status is not an error") {
    const auto body =
        GENERATE(as<std::string>{},
                 R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"status":404,)"
                 R"("active":false})",
                 R"({"status":"active","active":false})",
                 R"({"status":200,"active":false})");
    Run run([&](const Request&) { return Scripted{answer(200, body)}; });
    run.apply({deactivate_user("ada")});
    CHECK(run.how("d-ada") == "applied");
}

TEST_CASE("a create that is answered 201 with an error has created nothing") {
    Run run([](const Request& request) {
        return request.method == "POST"
                   ? Scripted{answer(201, scim_error({{"status", "400"}, {"id", "9f"}}))}
                   : yes(request);
    });
    run.apply({create_user("ada"), update_group("hpc", {"7f", "bulkId:" + user_id("ada")})});
    CHECK(run.reason("c-ada") == "refused");
    CHECK(members_sent(run.writes().at(1)) == Texts{"7f"});
}

TEST_CASE("a refused credential ends the run even if it is answered with 200") {
    Run run([](const Request&) { return Scripted{answer(200, scim_error({{"status", "401"}}))}; });
    const auto line = GENERATE_COPY(as<json>{}, create_user("ada"), deactivate_user("ada"));
    run.apply({line});
    REQUIRE(run.applier.ended_by());
    CHECK(run.applier.ended_by()->status() == ExitStatus::denied);
}

TEST_CASE("a record whose read is answered 200 with an error does not exist") {
    const bool before = GENERATE(false, true);
    Run run(
        [](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, scim_error({{"status", "404"}}))}
                                           : Scripted{answer(204)};
        },
        {.verify_before = before, .verify = !before});
    run.apply({deactivate_user("ada")});
    CHECK(run.reason("d-ada") == "gone");
    CHECK(contains(run.detail("d-ada"), "accepted") != before);
}

TEST_CASE("an operation of a bulk answer with an error has failed, at any status") {
    Run run(
        [](const Request& request) {
            if (!contains(request.url, "/Bulk")) {
                return yes(request);
            }
            return bulk_answer(request, [](const json& operation) {
                const auto path = operation.at("path").get<std::string>();
                json result{{"status", "200"}, {"response", {{"active", false}}}};
                if (contains(path, "busy") || contains(path, "gone")) {
                    result["response"] = json::parse(
                        scim_error({{"status", contains(path, "gone") ? "404" : "503"}}));
                }
                return result;
            });
        },
        {.bulk = scim::BulkLimits{100, 1'000'000}});
    run.apply({deactivate_user("ada"), deactivate_user("gone"), deactivate_user("busy")});
    CHECK(run.transport.sent() ==
          Texts{"POST /Bulk", "PATCH /Users/busy"});  // a temporary failure is sent again, alone
    CHECK(run.reason("d-gone") == "gone");
    CHECK(run.applier.outcomes().applied == 2);
}

TEST_CASE(
    "a create that restores an old record with its keys or members has not the planned access") {
    const bool body = GENERATE(false, true);
    const bool user = GENERATE(false, true);
    json record;
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return contains(request.url, "?") ? yes(request) : Scripted{answer(200, record.dump())};
        }
        record = json::parse(request.body);
        record["id"] = "7";
        if (user) {
            record["urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser"] = {
                {"sunkSshKeys", {"ssh-ed25519 AAAA"}}};
        } else {
            record["members"].push_back({{"value", "ghost"}});
        }
        return Scripted{answer(201, body ? record.dump() : created("7"))};
    });
    auto line = user ? create_user("ada") : create_group("ada", {"7f"});
    line["data"].erase("urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser");
    run.apply({line});
    CHECK(run.reason("c-ada") == "did-not-take");
    CHECK(contains(run.detail("c-ada"), "(1 too many)"));
}

TEST_CASE("a create that is answered with a Location only is compared with the record") {
    const bool active = GENERATE(false, true);
    Run run([&](const Request& request) {
        if (request.method == "POST") {
            return Scripted{answer(201, "", {{"location", kScimUrl + "/Users/ada"}})};
        }
        auto record = create_user("ada").at("data");
        record.update({{"id", "ada"}, {"active", active}});
        return Scripted{answer(200, record.dump())};
    });
    run.apply({create_user("ada")});
    CHECK(run.reason("c-ada") == (active ? "" : "did-not-take"));
    CHECK(run.transport.count("GET") == (active ? 1 : 3));
}

TEST_CASE("a large group that is restored with an old member has not the planned members") {
    const bool old = GENERATE(false, true);
    Texts members;
    for (int i = 0; i < 1001; ++i) {
        members.push_back("m" + std::to_string(i));
    }
    json record;
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return contains(request.url, "?") ? yes(request) : Scripted{answer(200, record.dump())};
        }
        const auto body = json::parse(request.body);
        if (request.method == "POST") {
            record = body;
            record.update({{"id", "7"}, {"members", old ? members_of({"ghost"}) : json::array()}});
            return Scripted{answer(201, record.dump())};
        }
        for (const auto& member : body.at("Operations").at(0).at("value")) {
            record["members"].push_back(member);
        }
        return Scripted{answer(200, record.dump())};
    });
    run.apply({create_group("hpc", members)});
    CHECK(run.reason("c-hpc") == (old ? "did-not-take" : ""));
    CHECK(contains(run.detail("c-hpc"), "members (1 too many)") == old);
}

TEST_CASE("a created record that is not there yet is left to the next run after 202 only") {
    const int status = GENERATE(201, 202);
    Run run(
        [&](const Request& request) {
            if (request.method == "POST") {
                auto record = create_user("ada").at("data");
                record["id"] = "7";
                return Scripted{answer(status, record.dump())};
            }
            return Scripted{answer(404)};
        },
        {.verify = true});
    run.apply({create_user("ada")});
    CHECK(run.reason("c-ada") == (status == 202 ? "not-verified" : "did-not-take"));
}

TEST_CASE("after a long Retry-After, changes that were not sent are counted as not sent") {
    Run run([](const Request& request) {
        return contains(request.url, "u0")
                   ? Scripted{answer(429, {}, {{"retry-after", "86400"}})}
                   : Scripted{answer(200, R"({"active":false})"), milliseconds(50)};
    });
    std::vector<json> lines;
    for (int i = 0; i < 8; ++i) {
        lines.push_back(deactivate_user("u" + std::to_string(i)));
    }
    run.apply(lines);
    const auto& outcomes = run.applier.outcomes();
    CHECK(run.reason("d-u0") == "no-answer");
    CHECK(outcomes.unknown == 1);
    CHECK(outcomes.failed == 1);
    CHECK(outcomes.not_sent >= 4);
    CHECK(outcomes.applied + outcomes.failed + outcomes.not_sent == lines.size());
}

TEST_CASE("differences after a create in parts are named in the order of the requests") {
    PatchedRecords service;
    service.refuse = [](const json& body) { return body.contains("members") ? 400 : 0; };
    Run run(
        [&](const Request& request) {
            auto answered = service(request);
            if (request.method == "PATCH") {
                auto& record = service.records.at("/Groups/new-hpc");
                record["displayName"] = "HPC";
                record["members"] = json::array();
            }
            return answered;
        },
        {.verify = true});
    run.apply({create_group("hpc", {"7f", "8f"})});
    CHECK(run.reason("c-hpc") == "did-not-take");
    CHECK(contains(run.detail("c-hpc"), "for: displayName, members (2 missing)"));
}
