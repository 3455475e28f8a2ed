// --check of both services: its lines and its exit status, without names of users.

#include "activate/check.hpp"
#include "activate/scim_source.hpp"
#include "scim/check.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/list_server.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;

namespace {

struct Report {
    std::ostringstream out{};
    cli::CheckReport findings{out};

    [[nodiscard]] std::string text() const { return out.str(); }
    /// The line that begins with `word` and contains `part`.
    [[nodiscard]] bool has(const std::string& word, const std::string& part) const {
        std::istringstream in(text());
        for (std::string line; std::getline(in, line);) {
            if (line.starts_with(word) && contains(line, part)) {
                return true;
            }
        }
        return false;
    }
};

/// A service without faults: five users, a managed group and one unmanaged record; and the lines of
/// --check about it.
struct Scim : Report {
    Lists lists{5, 100};

    Scim() {
        auto& rows = lists.server.rows;
        rows["/Users"].push_back({{"id", "id-stranger"}, {"userName", "stranger@x.org"}});
        rows["/Groups"] = {Lists::group("a", {"id-1"}), Lists::group("b", {"id-2"})};
        for (auto& [path, list] : rows) {
            for (auto& row : list) {
                row["meta"]["version"] = "W/\"1\"";
            }
        }
        rows["/ServiceProviderConfig"] = {};
        lists.server.instead = [](const ListCall& call) { return configured(call); };
    }
    static std::optional<Scripted> configured(const ListCall& call) {
        return call.path == "/ServiceProviderConfig"
                   ? std::optional(Scripted{
                         answer(200, R"({"patch":{"supported":true},"bulk":{"supported":false}})")})
                   : std::nullopt;
    }

    ExitStatus check() {
        scim::check_current_side(lists.service, findings);
        for (const auto* name : {"@x.org", "id-", "pw-activate:user:", "group a", "stranger"}) {
            CHECK_FALSE(contains(text(), name));
        }
        return findings.end();
    }
};

}  // namespace

TEST_CASE("the findings are lines, and the first failure decides the status") {
    Report report;
    report.findings.ok("a");
    report.findings.warn("b\nc");
    CHECK(report.findings.end() == ExitStatus::ok);
    report.findings.fail(ExitStatus::denied, "d");
    report.findings.fail(ExitStatus::unavailable, "e");
    CHECK(report.findings.end() == ExitStatus::denied);
    CHECK(report.text() == "ok    a\nwarn  b\\u000ac\nfail  d\nfail  e\n");
}

TEST_CASE("a service without faults gets only ok lines, with the counts of its records") {
    Scim scim;
    CHECK(scim.check() == ExitStatus::ok);
    CHECK_FALSE(contains(scim.text(), "warn"));
    CHECK(scim.has("ok", "patch yes, bulk no, filter not said"));
    CHECK(scim.has("ok", "/Users: paged by index"));
    CHECK(scim.has("ok", "/Users: 5 managed (0 inactive), 1 unmanaged"));
    CHECK(scim.has("ok", "/Groups: listed with their members"));
    CHECK(scim.has("ok", "filter sw returns managed records and nothing else"));
    CHECK(scim.has("ok", "ETags on every record"));
}

TEST_CASE("a check sends only GET requests") {
    Scim scim;
    CHECK(scim.check() == ExitStatus::ok);
    CHECK(scim.lists.transport.count("GET") == scim.lists.transport.calls().size());
}

TEST_CASE("a service that cannot be reached ends the check with one failure and the remedy") {
    using Reason = http::Failure::Reason;
    struct Row {
        Scripted scripted;
        ExitStatus ends;
        const char* says;
    };
    const auto row = GENERATE(values<Row>({
        {{http::Failure{Reason::refused, "Could not resolve host"}},
         ExitStatus::retry_later,
         "resolve"},
        {{failure(Reason::untrusted)}, ExitStatus::unavailable, "not trusted"},
        {{answer(401, "{}")}, ExitStatus::denied, "CW_SCIM_BEARER_TOKEN"},
        {{answer(403, "{}")}, ExitStatus::denied, "Enable SCIM API"},
        {{answer(404, "{}")}, ExitStatus::unavailable, "is the base URL right?"},
        {{answer(200, "<html>Sign in</html>")}, ExitStatus::unavailable, "HTML page"},
    }));
    CapturedLog log;
    Scim scim;
    scim.lists.server.instead = [&](const ListCall&) { return row.scripted; };
    CHECK(scim.check() == row.ends);
    CHECK(scim.has("fail", row.says));
    CHECK(scim.text().find('\n') == scim.text().size() - 1);
}

TEST_CASE("a missing ServiceProviderConfig is only a warning") {
    Scim scim;
    scim.lists.server.instead = [](const ListCall& call) -> std::optional<Scripted> {
        return call.path == "/ServiceProviderConfig" ? std::optional(Scripted{answer(404, "{}")})
                                                     : std::nullopt;
    };
    CHECK(scim.check() == ExitStatus::ok);
    CHECK(scim.has("warn", "/ServiceProviderConfig: HTTP 404"));
}

TEST_CASE("a filter that is refused, ignored, or leaves records out has its own line") {
    Scim scim;
    SECTION("refused") {
        scim.lists.server.instead = [](const ListCall& call) -> std::optional<Scripted> {
            return call.value("filter").empty()
                       ? Scim::configured(call)
                       : std::optional(Scripted{answer(400, R"({"scimType":"invalidFilter"})")});
        };
        CHECK(scim.check() == ExitStatus::ok);
        CHECK(scim.has("warn", "filter sw is refused"));
    }
    SECTION("ignored") {
        scim.lists.server.filters = false;
        CHECK(scim.check() == ExitStatus::ok);
        CHECK(scim.has("warn", "filter sw brings 1 that are unmanaged"));
    }
    SECTION("leaves records out") {
        scim.lists.server.spoil = [](const ListCall& call, json& body) {
            if (!call.value("filter").empty() && call.path == "/Users") {
                body["Resources"].erase(0);
                body["totalResults"] = 4;
            }
        };
        CHECK(scim.check() == ExitStatus::unavailable);
        CHECK(scim.has("fail", "filter sw leaves out 1 of 5"));
    }
}

TEST_CASE("the paging of a service and its page limit are reported") {
    Scim scim;
    SECTION("a limit") {
        scim.lists.server.cap = 2;
        CHECK(scim.check() == ExitStatus::ok);
        CHECK(scim.has("ok", "a page holds 2 of the 100 asked for"));
    }
    SECTION("cursors") {
        scim.lists.server.cursors = true;
        scim.lists.server.cap = 2;
        CHECK(scim.check() == ExitStatus::ok);
        CHECK(scim.has("ok", "paged by cursors"));
    }
    SECTION("startIndex is ignored while all records fit into a page") {
        scim.lists.server.instead = [&](const ListCall& call) -> std::optional<Scripted> {
            if (call.start_index() == 1) {
                return Scim::configured(call);
            }
            json body{{"totalResults", 6},
                      {"startIndex", 1},
                      {"Resources", json::array({scim.lists.server.rows[call.path][0]})}};
            return Scripted{answer(200, body.dump())};
        };
        CHECK(scim.check() == ExitStatus::ok);
        CHECK(scim.has("warn", "startIndex seems to be ignored"));
    }
    SECTION("startIndex is ignored, and not all records fit") {
        scim.lists.server.cap = 2;
        scim.lists.server.spoil = [&](const ListCall& call, json& body) {
            const auto& rows = scim.lists.server.rows[call.path];
            body["startIndex"] = 1;
            body["Resources"] = call.value("count") == "1" ? json::array({rows[0]})
                                                           : json::array({rows[0], rows[1]});
        };
        CHECK(scim.check() == ExitStatus::retry_later);
        CHECK(scim.has("fail", "startIndex is ignored"));
    }
}

TEST_CASE("records that would end an export are counted") {
    Scim scim;
    scim.lists.server.rows["/Users"][0].erase("userName");
    scim.lists.server.rows["/Users"][1]["externalId"] = "pw-activate:user:2";
    scim.lists.server.rows["/Users"][3].erase("meta");
    scim.lists.server.rows["/Users"][4]["active"] = false;
    scim.lists.server.rows["/Groups"][0].erase("members");
    CHECK(scim.check() == ExitStatus::unavailable);
    CHECK(scim.has("fail", "/Users: 1 cannot be understood"));
    CHECK(scim.has("warn", "/Users: 1 carry an external id that another one carries"));
    CHECK(scim.has("ok", "5 managed (1 inactive)"));
    CHECK(scim.has("warn", "/Groups: 1 of 2 are listed without their members"));
    CHECK(scim.has("warn", "probably only empty groups"));
    CHECK(scim.has("warn", "ETags on 6 of 8"));
}

TEST_CASE("lists whose groups are all empty, and lists that may be cut, are reported") {
    Scim scim;
    const std::size_t members = GENERATE(0U, 100U);
    auto& groups = scim.lists.server.rows["/Groups"];
    groups[0]["members"] = json::array_t(members, json{{"value", "m"}});
    groups[1]["members"] = json::array();
    CHECK(scim.check() == ExitStatus::ok);
    CHECK(scim.has("warn", "/Groups: 2 of 2 are listed with an empty list") == (members == 0));
    CHECK(scim.has("ok", "/Groups: listed with their members") == (members > 0));
    CHECK(scim.has("ok", "1 are listed with a multiple of 50 members") == (members > 0));
}

TEST_CASE("whether startIndex works is decided by the second row") {
    using scim::IndexPaging;
    CHECK(scim::judge_index({"a", "b"}, {"b"}) == IndexPaging::works);
    CHECK(scim::judge_index({"a", "b"}, {"a"}) == IndexPaging::ignored);
    CHECK(scim::judge_index({"a", "b"}, {"c"}) == IndexPaging::unclear);
    CHECK(scim::judge_index({"a", "b"}, {}) == IndexPaging::unclear);
    CHECK(scim::judge_index({"a"}, {"a"}) == IndexPaging::unclear);
}

namespace {

/// ACTIVATE's API with Zoe, Ben, who is disabled, and Cyd, who has no address; and the lines of
/// --check about it.
struct Activate : Report {
    Activate() : transport([this](const http::Request& request) { return reply(request); }) {}

    Scripted reply(const http::Request& request) {
        const auto path = request.url.substr(std::string("https://pw.example").size());
        const auto found = replies.find(path.substr(0, path.find('?')));
        return found == replies.end() ? Scripted{answer(404, "{}")} : found->second;
    }

    ExitStatus check(const std::string& key_source = "rest") {
        CapturedLog log(logging::Level::error);
        const auto keys = activate::rest_keys(service, false);
        if (activate::check_session(service, "", findings)) {
            activate::check_desired_side(service,
                                         key_source == "none" ? nullptr : keys.get(),
                                         key_source,
                                         settings,
                                         findings);
        }
        CHECK(log.text().empty());
        for (const auto* name : {"zoe", "ben", "cyd", "id-"}) {
            CHECK_FALSE(contains(text(), name));
        }
        return findings.end();
    }

    static Scripted json_of(const std::string& body) {
        return {answer(200, body, {{"content-type", "application/json"}})};
    }

    activate::DesiredExportSettings settings{};
    std::map<std::string, Scripted> replies{
        {"/api/auth/whoami/organization", json_of("\"acme\"")},
        {"/api/auth/session",
         json_of(R"({"organizationAdmin":true,"organizationRoles":["org:users","org:other"]})")},
        {"/api/organizations/acme/groups",
         json_of(R"([{"id":"1","name":"hpc"},{"id":"2","name":"gpu"}])")},
        {"/api/organizations/acme/groups/hpc/members",
         json_of(R"([{"id":"id-zoe"},{"id":"id-ben"}])")},
        {"/api/organizations/acme/groups/gpu/members", json_of("null")},
        {"/api/organizations/acme/users",
         json_of(
             R"({"total":3,"users":[{"id":"id-zoe","username":"zoe","email":"zoe@x.org","active":true,"organization":"o"},
                    {"id":"id-ben","username":"ben","active":false},{"id":"id-cyd","username":"cyd","active":true}]})")},
        {"/api/users/zoe/ssh-public-keys", json_of("\"\"")}};
    ScriptedTransport transport;
    http::Client client{transport, {.what = "ACTIVATE"}};
    activate::RestSource service{client, "https://pw.example"};
};

}  // namespace

TEST_CASE("ACTIVATE is checked: key, organization, roles, groups, users, keys of one user") {
    Activate activate;
    CHECK(activate.check() == ExitStatus::ok);
    CHECK(activate.has("ok", "key accepted, organization acme"));
    CHECK(activate.has("ok", "roles: organizationAdmin, org:users"));
    CHECK(activate.has("ok", "groups: 2 visible"));
    CHECK(activate.has("ok", "users: 3 visible, 1 of them disabled"));
    CHECK(activate.has("warn", "1 in scope have no e-mail address"));
    CHECK(activate.has("ok", "SSH keys: readable by rest; the person tried has 0"));
    CHECK(activate.transport.calls().size() == 7);  // the members of one group among the requests
}

TEST_CASE("a scope is checked: names without a group, no group at all, number of users") {
    Activate activate;
    activate.settings.scope = {"hpc", "no-such"};
    SECTION("one group exists") {
        CHECK(activate.check() == ExitStatus::ok);
        CHECK(activate.has("warn", "there is no group no-such"));
        CHECK(activate.has("ok", "1 active users in scope"));
    }
    SECTION("no group exists") {
        activate.settings.scope = {"no-such"};
        CHECK(activate.check() == ExitStatus::bad_config);
        CHECK(activate.has("fail", "none of its groups is there"));
    }
    SECTION("the members cannot be read") {
        activate.replies.erase("/api/organizations/acme/groups/hpc/members");
        CHECK(activate.check() == ExitStatus::retry_later);
        CHECK(activate.has("fail", "members of 1 groups in scope cannot be read"));
    }
    SECTION("no user is in the group") {
        activate.settings.scope = {"gpu"};
        CHECK(activate.check() == ExitStatus::ok);
        CHECK(activate.has("warn", "no user is active and in scope"));
        CHECK(activate.has("warn", "no user in scope to try with"));
    }
}

TEST_CASE("information that ACTIVATE refuses is reported with the remedy") {
    Activate activate;
    SECTION("a refused key ends the check") {
        activate.replies["/api/auth/whoami/organization"] = {answer(401, "{}")};
        CHECK(activate.check() == ExitStatus::denied);
        CHECK(activate.has("fail", "check ACTIVATE_API_KEY"));
        CHECK(activate.transport.calls().size() == 1);
    }
    SECTION("no role") {
        activate.replies["/api/auth/session"] = Activate::json_of(R"({"organizationRoles":null})");
        CHECK(activate.check() == ExitStatus::ok);
        CHECK(activate.has("warn", "neither org:admin nor org:users"));
    }
    SECTION("a session that cannot be read") {
        activate.replies.erase("/api/auth/session");
        CHECK(activate.check() == ExitStatus::ok);
        CHECK(activate.has("warn", "roles: not known"));
    }
    SECTION("users refused") {
        activate.replies["/api/organizations/acme/users"] = {answer(403, "{}")};
        CHECK(activate.check() == ExitStatus::denied);
    }
    SECTION("keys that cannot be read") {
        activate.replies.erase("/api/users/zoe/ssh-public-keys");
        CHECK(activate.check() == ExitStatus::partial);
        CHECK(activate.has("fail", "cannot be read by rest"));
    }
    SECTION("keys refused") {
        activate.replies["/api/users/zoe/ssh-public-keys"] = {answer(403, "{}")};
        CHECK(activate.check() == ExitStatus::denied);
        CHECK(activate.has("fail", "org:users"));
    }
    SECTION("keys are not requested") {
        CHECK(activate.check("none") == ExitStatus::ok);
        CHECK(activate.has("warn", "no keys are changed"));
    }
    SECTION("users of another organization") {
        activate.settings.org_id = "p";
        CHECK(activate.check() == ExitStatus::bad_config);
        CHECK(activate.has("fail", "1 users are of another organization"));
    }
    SECTION("a page instead of users") {
        activate.replies["/api/organizations/acme/users"] = {answer(200, "<html></html>")};
        CHECK(activate.check() == ExitStatus::unavailable);
    }
}

TEST_CASE("ACTIVATE's SCIM service is checked with the same lines") {
    Report report;
    Lists lists(2);
    for (auto& user : lists.server.rows["/Users"]) {
        user[std::string(record::kKeysSchema)] = json{{"sunkSshKeys", json::array()}};
    }
    lists.server.rows["/Groups"] = {Lists::group("a", {"id-1"})};
    lists.server.instead = [](const ListCall& call) { return Scim::configured(call); };
    activate::ScimSource source(lists.service, false);
    const auto keys = activate::carried_keys();
    REQUIRE(scim::check_access(lists.service, report.findings));
    activate::check_desired_side(source, keys.get(), "SCIM", {}, report.findings);
    CHECK(report.findings.end() == ExitStatus::ok);
    CHECK(report.has("ok", "users: 2 visible"));
    CHECK(report.has("ok", "readable by SCIM"));
}
