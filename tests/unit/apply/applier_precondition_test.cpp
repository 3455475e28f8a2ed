// The ETags of a change in several parts, and of one whose If-Match was refused.

#include "support/apply_run.hpp"
#include "support/patched_records.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace apply_run;

namespace {

/// A service with one ETag for all records, which each write changes.
struct Tagged {
    PatchedRecords service{};
    std::string weak{};             ///< `W/` for weak ETags
    int number = 0;                 ///< in the present ETag
    bool changes_at_reads = false;  ///< a GET changes it, too
    bool only_in_reads = false;     ///< an ETag header at reads, no meta.version
    bool refuses_all = false;       ///< it refuses each ETag
    bool demands = false;           ///< a PATCH without If-Match is refused
    Texts given{};                  ///< If-Match of the PATCHes

    Scripted operator()(const Request& request) {
        if (request.method == "PATCH") {
            given.push_back(if_match(request));
            if (demands && given.back() == "none") {
                return {answer(428)};
            }
            if (given.back() != "none" && (refuses_all || given.back() != etag())) {
                return {answer(412)};
            }
        }
        number += request.method == "PATCH" || changes_at_reads ? 1 : 0;
        auto scripted = service(request);
        auto& response = std::get<http::Response>(scripted.result);
        if (only_in_reads) {
            response.headers.emplace_back("etag", request.method == "GET" ? etag() : "");
        } else if (auto body = json::parse(response.body, nullptr, false); body.contains("id")) {
            body["meta"]["version"] = etag();
            response.body = body.dump();
        }
        return scripted;
    }

  private:
    [[nodiscard]] std::string etag() const { return weak + "\"" + std::to_string(number) + "\""; }

    static std::string if_match(const Request& request) {
        for (const auto& [name, value] : request.headers) {
            if (name == "If-Match") {
                return value;
            }
        }
        return "none";
    }
};

Tagged with_records() {
    Tagged service;
    service.service.records = {{"/Users/7f", record_of("7f")},
                               {"/Users/8f", record_of("8f")},
                               {"/Groups/hpc",
                                {{"id", "hpc"},
                                 {"externalId", "pw-activate:group:hpc"},
                                 {"displayName", "old"},
                                 {"members", members_of({"7f", "8f"})}}}};
    return service;
}

/// In parts: removes 7f, renames the group, and adds 9f.
json change_group(const std::string& version) {
    auto line = update_group("hpc", {"8f", "9f"});
    line["before"] = {{"displayName", "old"}, {"members", {user_id("7f"), user_id("8f")}}};
    line["after"] = {{"displayName", "hpc"}, {"members", {user_id("8f"), user_id("9f")}}};
    if (!version.empty()) {
        line["version"] = version;
    }
    return line;
}

const apply::ApplySettings kParts{.group_writes = apply::GroupWrites::add_remove};

}  // namespace

TEST_CASE("the ETag of an answer is sent with the next part, also if the plan has none") {
    auto service = with_records();
    Run run([&](const Request& request) { return service(request); }, kParts);
    run.apply({change_group("")});
    CHECK(run.how("u-hpc") == "applied");
    CHECK(service.given == Texts{"none", "\"1\"", "\"2\""});
}

TEST_CASE("a strong ETag that has changed once is sent with its new values") {
    auto service = with_records();
    service.number = 7;
    Run run([&](const Request& request) { return service(request); }, kParts);
    run.apply({change_group("\"0\"")});
    CHECK(run.how("u-hpc") == "applied");
    CHECK(service.given == Texts{"\"0\"", "\"7\"", "\"8\"", "\"9\""});
}

TEST_CASE("a weak ETag that has changed is not tried again") {
    auto service = with_records();
    service.weak = "W/";
    service.number = 7;
    Run run([&](const Request& request) { return service(request); });
    run.apply({with(deactivate_user("7f"), "version", "W/\"0\"")});
    CHECK(run.how("d-7f") == "applied");
    CHECK(service.given == Texts{"W/\"0\"", "none"});
}

TEST_CASE("a record that another client writes between two parts is not written again") {
    auto service = with_records();
    Run run(
        [&](const Request& request) {
            auto scripted = service(request);
            service.number += service.given.size() == 1 && request.method == "PATCH" ? 1 : 0;
            return scripted;
        },
        kParts);
    auto line = with(change_group("\"0\""), "data", update_group("hpc", {"9f"}).at("data"));
    line["before"].erase("displayName");
    run.apply({line});
    CHECK(run.reason("u-hpc") == "moved");
    CHECK(service.given == Texts{"\"0\"", "\"1\""});
}

TEST_CASE("a refusal stays the reason if the removals that follow it are refused for their ETag") {
    auto service = with_records();
    service.service.refuse = [](const json& patch) { return sets(patch, "displayName") ? 409 : 0; };
    service.changes_at_reads = true;
    Run run([&](const Request& request) { return service(request); });
    run.apply({change_group("\"0\"")});
    CHECK(run.how("u-hpc") == "failed");
    CHECK(run.reason("u-hpc") == "conflict");
    CHECK(contains(run.detail("u-hpc"), "of what was sent again: HTTP 412"));
}

TEST_CASE("after a refused If-Match, a removal that the record does not show is sent again") {
    json hidden{{"id", "hpc"}, {"externalId", "pw-activate:group:hpc"}};
    hidden["meta"]["version"] = "\"1\"";
    bool first = true;
    Run run([&](const Request& request) {
        return request.method == "PATCH" && std::exchange(first, false)
                   ? Scripted{answer(412)}
                   : Scripted{answer(200, hidden.dump())};
    });
    auto line = with(update_group("hpc", {}), "version", "\"1\"");
    line["data"]["Operations"].erase(0);
    run.apply({line});
    CHECK(run.writes().size() == 2);
}

TEST_CASE("after 428, each part of a change is sent with the ETag of a read") {
    auto service = with_records();
    service.only_in_reads = true;
    service.demands = true;
    service.weak = GENERATE(as<std::string>{}, "", "W/");
    Run run([&](const Request& request) { return service(request); }, kParts);
    run.apply({change_group("")});
    CHECK(run.how("u-hpc") == "applied");
    const auto tag = [&](const char* number) { return service.weak + number; };
    CHECK(service.given == Texts{"none", tag("\"0\""), "none", tag("\"1\""), "none", tag("\"2\"")});
}

TEST_CASE("a service that demands an ETag and refuses each one is not asked again and again") {
    auto service = with_records();
    service.demands = true;
    service.changes_at_reads = GENERATE(false, true);
    const auto version = GENERATE(as<std::string>{}, "", "W/\"0\"", "\"0\"");
    service.refuses_all = !service.changes_at_reads;
    Run run([&](const Request& request) { return service(request); });
    run.apply({with(deactivate_user("7f"), "version", version)});
    CHECK(run.how("d-7f") == (service.changes_at_reads ? "applied" : "failed"));
    CHECK(service.given.size() <= 5);
}

TEST_CASE("after 428, a record without an ETag and the record of another owner stay unchanged") {
    const bool moved = GENERATE(false, true);
    auto service = with_records();
    service.only_in_reads = moved;
    service.demands = true;
    Run run([&](const Request& request) {
        if (request.method == "PATCH") {
            return Scripted{answer(428)};
        }
        return Scripted{answer(200, record_of(moved ? "eve" : "7f").dump())};
    });
    run.apply({deactivate_user("7f")});
    CHECK(run.transport.sent() == Texts{"PATCH /Users/7f", "GET /Users/7f"});
    CHECK(run.outcome("d-7f").value("status", 0) == 428);
    CHECK(contains(run.detail("d-7f"),
                   moved ? "the record was read: its id is"
                         : "428; and the record that was read has no ETag"));
}

TEST_CASE("a record that cannot be read after 428 has the reason of the read") {
    Run run([](const Request& request) {
        return Scripted{answer(request.method == "GET" ? 404 : 428)};
    });
    run.apply({deactivate_user("7f")});
    CHECK(run.reason("d-7f") == "gone");
}

TEST_CASE("after 412, the ETag header of a read is sent, also if meta.version is missing") {
    auto service = with_records();
    service.only_in_reads = true;
    service.number = 7;
    Run run([&](const Request& request) { return service(request); });
    run.apply(
        {with(deactivate_user("7f"), "version", GENERATE(as<std::string>{}, "\"0\"", "W/\"0\""))});
    CHECK(run.how("d-7f") == "applied");
    CHECK(service.given.back() == "\"7\"");
}
