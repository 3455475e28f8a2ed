#include "apply.hpp"

#include "catch.hpp"
#include "expect.hpp"
#include "scripted_transport.hpp"
#include "signals.hpp"

#include <nlohmann/json.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using http::Request;
using nlohmann::json;
using std::chrono::milliseconds;
using Reason = http::Failure::Reason;

namespace {

using Texts = std::vector<std::string>;

std::string user_id(const std::string& name) {
    return "pw-activate:user:" + name;
}

json create_user(const std::string& name) {
    return {{"type", "change"},
            {"id", "c-" + name},
            {"action", "create"},
            {"resource", "User"},
            {"externalId", user_id(name)},
            {"method", "POST"},
            {"path", "/Users"},
            {"bulkId", user_id(name)},
            {"data",
             {{"externalId", user_id(name)},
              {"userName", name + "@x.org"},
              {"displayName", name},
              {"active", true},
              {"urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser",
               {{"sunkSshKeys", {"ssh-ed25519 AAAA"}}}}}}};
}

json deactivate_user(const std::string& name) {
    return {{"type", "change"},
            {"id", "d-" + name},
            {"action", "deactivate"},
            {"resource", "User"},
            {"externalId", user_id(name)},
            {"method", "PATCH"},
            {"path", "/Users/" + name},
            {"data", {{"Operations", {{{"op", "replace"}, {"path", "active"}, {"value", false}}}}}},
            {"before", {{"active", true}}},
            {"after", {{"active", false}}}};
}

json members_of(const Texts& values) {
    auto list = json::array();
    for (const auto& value : values) {
        list.push_back({{"value", value}});
    }
    return list;
}

json create_group(const std::string& name, const Texts& members) {
    return {{"type", "change"},
            {"id", "c-" + name},
            {"action", "create"},
            {"resource", "Group"},
            {"externalId", "pw-activate:group:" + name},
            {"method", "POST"},
            {"path", "/Groups"},
            {"data",
             {{"externalId", "pw-activate:group:" + name},
              {"displayName", name},
              {"members", members_of(members)}}}};
}

json update_group(const std::string& name, const Texts& members) {
    return {{"type", "change"},
            {"id", "u-" + name},
            {"action", "update"},
            {"resource", "Group"},
            {"externalId", "pw-activate:group:" + name},
            {"method", "PATCH"},
            {"path", "/Groups/" + name},
            {"data",
             {{"Operations",
               {{{"op", "replace"}, {"path", "displayName"}, {"value", name}},
                {{"op", "replace"}, {"path", "members"}, {"value", members_of(members)}}}}}}};
}

json with(json line, const std::string& field, json value) {
    line[field] = std::move(value);
    return line;
}

/// SCIM behind a script, with a plan on its way to it.
struct Run {
    explicit Run(ScriptedTransport::Handler handler, scim::ApplySettings settings = {})
        : transport(std::move(handler)),
          client(transport, {.what = "SCIM", .max_in_flight = 4, .stop = [] { return signals::noted() != 0; }}),
          service(client, "https://scim.example", 100),
          writer(out),
          applier(service, writer, settings) {}

    /// Applies the lines in their order, to the end.
    void apply(const std::vector<json>& lines) {
        for (auto line : lines) {
            applier.apply(identity::change_from_json(line), line);
        }
        applier.finish();
    }

    [[nodiscard]] const Request& request(std::size_t call) const {
        return transport.calls().at(call).request;
    }

    /// The requests that are no GET.
    [[nodiscard]] std::vector<Request> writes() const {
        std::vector<Request> all;
        for (const auto& call : transport.calls()) {
            if (call.request.method != "GET") {
                all.push_back(call.request);
            }
        }
        return all;
    }

    /// "POST /Users" for each call, in the order sent.
    [[nodiscard]] Texts sent() const {
        Texts all;
        for (const auto& call : transport.calls()) {
            all.push_back(call.request.method + " " +
                          call.request.url.substr(std::string("https://scim.example").size()));
        }
        return all;
    }

    /// The outcome line of the change with that id; empty when there is none, or more than one.
    [[nodiscard]] json outcome(const std::string& id) const {
        std::istringstream lines(out.str());
        json found;
        int times = 0;
        for (std::string line; std::getline(lines, line);) {
            auto outcome = json::parse(line);
            if (outcome.at("id") == id) {
                found = std::move(outcome);
                ++times;
            }
        }
        return times == 1 ? found : json::object();
    }

    [[nodiscard]] std::string how(const std::string& id) const {
        return outcome(id).value("outcome", "no such outcome");
    }

    [[nodiscard]] std::string detail(const std::string& id) const {
        return outcome(id).value("detail", "");
    }

    [[nodiscard]] std::string reason(const std::string& id) const {
        return outcome(id).value("reason", "");
    }

    CapturedLog log{};
    ScriptedTransport transport;
    http::Client client;
    scim::Service service;
    std::ostringstream out{};
    jsonl::Writer writer;
    scim::Applier applier;
};

Texts values_of(const json& members) {
    Texts values;
    for (const auto& member : members) {
        values.push_back(member.at("value").get<std::string>());
    }
    return values;
}

/// The members that a group's request carries.
Texts members_sent(const Request& request) {
    const auto body = json::parse(request.body);
    if (body.contains("members")) {
        return values_of(body.at("members"));
    }
    for (const auto& operation : body.at("Operations")) {
        if (operation.at("path") == "members") {
            return values_of(operation.at("value"));
        }
    }
    return {"no members in " + request.body};
}

std::string created(const std::string& id) {
    return json({{"id", id}}).dump();
}

std::string listed(const std::vector<json>& resources, std::size_t total) {
    return json({{"totalResults", total}, {"Resources", resources}}).dump();
}

/// A server that takes everything and gives each new record the id "new-<name>".
Scripted yes(const Request& request) {
    if (request.method == "GET" && contains(request.url, "?filter=")) {
        return {answer(200, listed({}, 0))};
    }
    if (request.method != "POST") {
        return {answer(200, "{}")};
    }
    const auto body = json::parse(request.body);
    const auto name = body.contains("userName") ? body.at("userName").get<std::string>()
                                                : body.at("displayName").get<std::string>();
    return {answer(201, created("new-" + name.substr(0, name.find('@'))))};
}

}  // namespace

TEST_CASE("a change is sent as it is planned, and has one outcome") {
    Run run(yes);
    run.apply({create_user("ada"), deactivate_user("ben")});
    REQUIRE(run.sent() == Texts{"POST /Users", "PATCH /Users/ben"});
    CHECK(json::parse(run.request(0).body) == create_user("ada").at("data"));
    CHECK(json::parse(run.request(1).body) == deactivate_user("ben").at("data"));
    CHECK(
        run.out.str() ==
        R"({"type":"outcome","id":"c-ada","action":"create","resource":"User","externalId":"pw-activate:user:ada","outcome":"applied","status":201})"
        "\n"
        R"({"type":"outcome","id":"d-ben","action":"deactivate","resource":"User","externalId":"pw-activate:user:ben","outcome":"applied","status":200})"
        "\n");
    CHECK(run.applier.outcomes().applied == 2);
    CHECK(run.applier.outcomes().failed == 0);
    CHECK(run.log.text().empty());
}

TEST_CASE("a PATCH may be answered without a body") {
    Run run([](const Request&) { return Scripted{answer(204)}; });
    run.apply({deactivate_user("ada")});
    CHECK(run.how("d-ada") == "applied");
}

TEST_CASE("groups wait until every user has its outcome") {
    Run run([](const Request& request) {
        auto scripted = yes(request);
        scripted.after = milliseconds(contains(request.body, "slow") ? 800 : 10);
        return scripted;
    });
    run.apply({create_user("slow"), create_user("ada"), create_group("hpc", {})});
    REQUIRE(run.writes().size() == 3);
    CHECK(run.sent().back() == "POST /Groups");
    CHECK(run.transport.calls().back().at >= milliseconds(800));
}

TEST_CASE("references become the ids that the server gave, and ids stay as they are") {
    Run run(yes);
    run.apply(
        {create_user("ada"),
         create_user("ben"),
         create_group("one", {"7f", "bulkId:" + user_id("ada")}),
         update_group("two", {"bulkId:" + user_id("ben"), "8f", "bulkId:" + user_id("ada")})});
    const auto writes = run.writes();
    REQUIRE(writes.size() == 4);
    // The group that is made is looked for first, so that the other one overtakes it.
    CHECK(members_sent(writes[2]) == Texts{"new-ben", "8f", "new-ada"});
    CHECK(members_sent(writes[3]) == Texts{"7f", "new-ada"});
    CHECK(run.detail("c-one").empty());
    CHECK(run.applier.outcomes().applied == 4);
}

TEST_CASE("the id of a new record is found in whatever case the server writes it") {
    Run run([](const Request& request) {
        return request.method == "POST" ? Scripted{answer(201, R"({"ID":"9f"})")}
                                        : Scripted{answer(200)};
    });
    run.apply({create_user("ada"), update_group("g", {"bulkId:" + user_id("ada")})});
    CHECK(members_sent(run.request(1)) == Texts{"9f"});
}

TEST_CASE("a member that could not be created is left out, and the outcome says who") {
    Run run([](const Request& request) {
        return contains(request.body, "bad@x.org")
                   ? Scripted{answer(400, R"({"scimType":"invalidValue","detail":"no such mail"})")}
                   : yes(request);
    });
    run.apply({create_user("ada"),
               create_user("bad"),
               create_group("hpc", {"bulkId:" + user_id("ada"), "bulkId:" + user_id("bad")})});
    CHECK(run.how("c-bad") == "failed");
    CHECK(run.outcome("c-bad").at("status") == 400);
    CHECK(run.reason("c-bad") == "refused");
    CHECK(run.detail("c-bad") == "HTTP 400 (invalidValue): no such mail");
    CHECK(run.how("c-hpc") == "applied");
    CHECK(members_sent(run.writes().at(2)) == Texts{"new-ada"});
    CHECK(run.detail("c-hpc") ==
          "1 members left out because they were not created: " + user_id("bad"));
    CHECK(run.applier.outcomes().applied == 2);
    CHECK(run.applier.outcomes().failed == 1);
}

TEST_CASE("many members left out are counted, and the first of them named") {
    Run run([](const Request& request) {
        return contains(request.url, "/Users") ? Scripted{answer(400)} : yes(request);
    });
    std::vector<json> lines;
    Texts references;
    for (int i = 0; i < 7; ++i) {
        lines.push_back(create_user("u" + std::to_string(i)));
        references.push_back("bulkId:" + user_id("u" + std::to_string(i)));
    }
    lines.push_back(create_group("hpc", references));
    run.apply(lines);
    CHECK(members_sent(run.writes().at(7)).empty());
    CHECK(run.detail("c-hpc").starts_with("7 members left out"));
    CHECK(contains(run.detail("c-hpc"), user_id("u4")));
    CHECK_FALSE(contains(run.detail("c-hpc"), user_id("u5")));
}

TEST_CASE("a line that fails does not stop the others, and its outcome says what the server said") {
    struct Row {
        http::Result result;
        int status;
        const char* reason;
        const char* detail;
    };
    const auto row = GENERATE(values<Row>({
        {answer(404, R"({"detail":"no such user"})"), 404, "gone", "HTTP 404: no such user"},
        {answer(410), 410, "gone", "HTTP 410"},
        {answer(412), 412, "moved", "HTTP 412"},
        {answer(409, R"({"scimType":"mutability"})"), 409, "conflict", "HTTP 409 (mutability)"},
        {answer(400, R"({"scimType":"noTarget"})"), 400, "refused", "HTTP 400 (noTarget)"},
        {answer(413), 413, "too-large", "HTTP 413"},
        {answer(405), 405, "unsupported", "HTTP 405"},
        {answer(501), 501, "unsupported", "HTTP 501"},
        {answer(503), 503, "no-answer", "HTTP 503"},
        {failure(Reason::timeout), 0, "no-answer", "no answer in time"},
        {failure(Reason::untrusted), 0, "no-answer", "the server's certificate is not trusted"},
    }));
    Run run([&](const Request& request) {
        return contains(request.url, "/ada") ? Scripted{row.result} : yes(request);
    });
    run.apply({deactivate_user("ada"), deactivate_user("ben")});
    CHECK(run.how("d-ada") == "failed");
    CHECK(run.outcome("d-ada").value("status", 0) == row.status);
    CHECK(run.reason("d-ada") == row.reason);
    CHECK(run.detail("d-ada").starts_with(row.detail));
    CHECK(run.how("d-ben") == "applied");
    CHECK(contains(run.log.text(), "User pw-activate:user:ada: deactivate failed"));
}

TEST_CASE("what the server said cannot steer a terminal by way of an outcome") {
    Run run(
        [](const Request&) { return Scripted{answer(400, R"({"detail":"\u001b[2J\u202e"})")}; });
    run.apply({deactivate_user("ada")});
    CHECK(contains(run.detail("d-ada"), "\\u001b[2J\\u202e"));
}

TEST_CASE("a refused credential ends the run at once, wherever it shows") {
    const int status = GENERATE(401, 403);
    Run run([&](const Request&) { return Scripted{answer(status, R"({"detail":"expired"})")}; });
    const auto line = GENERATE_COPY(as<json>{}, create_user("ada"), deactivate_user("ada"));
    const auto error = caught([&] { run.apply({line, deactivate_user("ben")}); });
    CHECK(error.status == ExitStatus::denied);
    CHECK(error.says("expired"));
    CHECK(error.says("CW_SCIM_BEARER_TOKEN"));
}

TEST_CASE("If-Match is sent when the plan has a version, and only then") {
    Run run(yes);
    run.apply({with(deactivate_user("ada"), "version", "W/\"3\""), deactivate_user("ben")});
    const auto if_match = [](const Request& request) {
        for (const auto& [name, value] : request.headers) {
            if (name == "If-Match") {
                return value;
            }
        }
        return std::string("none");
    };
    CHECK(if_match(run.request(0)) == "W/\"3\"");
    CHECK(if_match(run.request(1)) == "none");
}

TEST_CASE("a dry run sends nothing and says what it would send") {
    Run run(yes, {.dry_run = true});
    run.apply({create_user("ada"),
               deactivate_user("ben"),
               with(deactivate_user("cyd"), "held", "max-deactivations"),
               create_group("hpc", {"bulkId:" + user_id("ada")})});
    CHECK(run.transport.calls().empty());
    CHECK(run.how("c-ada") == "planned");
    CHECK(run.detail("c-ada") == "POST /Users");
    CHECK(run.detail("d-ben") == "PATCH /Users/ben");
    CHECK(run.how("d-cyd") == "held");
    CHECK(run.applier.outcomes().planned == 3);
    CHECK(run.applier.outcomes().held == 1);
    CHECK(run.applier.outcomes().applied == 0);
}

TEST_CASE("held lines are passed over") {
    Run run(yes);
    run.apply({with(deactivate_user("ada"), "held", "max-deactivations"), deactivate_user("ben")});
    CHECK(run.sent() == Texts{"PATCH /Users/ben"});
    CHECK(run.how("d-ada") == "held");
    CHECK(run.detail("d-ada") == "held by max-deactivations");
    CHECK(run.applier.outcomes().held == 1);
}

TEST_CASE("a POST whose answer was lost is looked up before anything is sent again") {
    const auto lost = GENERATE(values<http::Result>({failure(Reason::timeout),
                                                     failure(Reason::interrupted),
                                                     answer(500),
                                                     answer(502),
                                                     answer(504)}));
    Run run([&](const Request& request) {
        if (request.method == "POST" && contains(request.url, "/Users")) {
            return Scripted{lost};
        }
        if (request.method == "GET") {
            return Scripted{
                answer(200, listed({{{"id", "9f"}, {"externalId", user_id("ada")}}}, 1))};
        }
        return yes(request);
    });
    run.apply({create_user("ada"), update_group("hpc", {"bulkId:" + user_id("ada")})});
    REQUIRE(run.transport.calls().size() == 4);
    CHECK(run.transport.count("POST") == 1);
    CHECK(run.sent()[1] == "GET /Users?filter=externalId%20eq%20%22pw-activate%3Auser%3Aada%22");
    CHECK(run.sent()[2] == "PATCH /Users/9f");
    CHECK(members_sent(run.writes().back()) == Texts{"9f"});
    CHECK(run.how("c-ada") == "applied");
    CHECK(run.applier.outcomes().applied == 2);
}

TEST_CASE("a lost POST that left no record is sent again, three times at most") {
    const std::size_t lost = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{99});
    std::size_t posts = 0;
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(200, listed({}, 0))};
        }
        return ++posts <= lost ? Scripted{failure(Reason::timeout)} : yes(request);
    });
    run.apply({create_user("ada")});
    CHECK(posts == std::min<std::size_t>(lost + 1, 3));
    CHECK(run.how("c-ada") == (lost < 3 ? "applied" : "failed"));
    // By externalId, then by userName.
    CHECK(run.transport.count("GET") == 2 * std::min<std::size_t>(lost, 3));
}

TEST_CASE("a record is found by its exact externalId, not by what else a look-up brings") {
    Run run([](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(200,
                                   listed({{{"id", "1"}, {"externalId", user_id("ADA")}},
                                           {{"id", "2"}},
                                           {{"id", "3"}, {"externalId", user_id("ada2")}}},
                                          3))};
        }
        return Scripted{failure(Reason::timeout)};
    });
    run.apply({create_user("ada")});
    CHECK(run.how("c-ada") == "failed");
    CHECK(run.transport.count("PATCH") == 0);
}

TEST_CASE(
    "a look-up at a server that ignores the filter proves nothing, so nothing is sent again") {
    Run run([](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, listed({{{"id", "1"}}}, 300))}
                                       : Scripted{failure(Reason::timeout)};
    });
    run.apply({create_user("ada")});
    CHECK(run.transport.count("POST") == 1);
    CHECK(run.how("c-ada") == "failed");
}

TEST_CASE(
    "a look-up that cannot be understood is an outcome with its name, not the end of the run") {
    struct Row {
        int status;
        std::string body;
    };
    const auto row = GENERATE(values<Row>({
        {200, "<html>Sign in</html>"},
        {200, "{}"},
        {200, "[]"},
        {200, listed({{{"externalId", user_id("ada")}}}, 1)},
        {404, ""},
        {500, ""},
    }));
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(row.status, row.body)};
        }
        return request.method == "POST" ? Scripted{failure(Reason::timeout)} : yes(request);
    });
    run.apply({create_user("ada"), deactivate_user("ben")});
    CHECK(run.transport.count("POST") == 1);
    CHECK(run.how("c-ada") == "failed");
    CHECK(run.outcome("c-ada").value("externalId", "") == user_id("ada"));
    CHECK(run.how("d-ben") == "applied");
}

TEST_CASE("a look-up that is refused as unauthorized ends the run") {
    Run run([](const Request& request) {
        return request.method == "GET" ? Scripted{answer(401)} : Scripted{failure(Reason::timeout)};
    });
    CHECK(caught([&] { run.apply({create_user("ada")}); }).status == ExitStatus::denied);
}

TEST_CASE("a POST that is answered without an id is said to have failed, and nobody refers to it") {
    const auto body = GENERATE(as<std::string>{}, "", "{}", R"({"id":7})", "<html></html>");
    Run run([&](const Request& request) {
        return request.method == "POST" ? Scripted{answer(201, body)} : yes(request);
    });
    run.apply({create_user("ada"), update_group("hpc", {"7f", "bulkId:" + user_id("ada")})});
    CHECK(run.how("c-ada") == "failed");
    CHECK(run.reason("c-ada") == "no-id");
    CHECK(members_sent(run.writes().at(1)) == Texts{"7f"});
}

TEST_CASE("a name that a foreign record holds is a failure, and that record is left alone") {
    // 409 is what RFC 7644 asks for; 412, a 400, and a 500 that says nothing were seen.
    const auto refusal = GENERATE(values<http::Result>({answer(409, R"({"scimType":"uniqueness"})"),
                                                        answer(409),
                                                        answer(412),
                                                        answer(400, R"({"scimType":"uniqueness"})"),
                                                        answer(500)}));
    Run run([&](const Request& request) {
        if (request.method == "POST") {
            return Scripted{refusal};
        }
        return contains(request.url, "userName%20eq")
                   ? Scripted{answer(200, listed({{{"id", "7"}, {"userName", "Ada@X.org"}}}, 1))}
                   : Scripted{answer(200, listed({}, 0))};
    });
    run.apply({create_user("ada")});
    CHECK(run.how("c-ada") == "failed");
    CHECK(run.reason("c-ada") == "user-name-taken");
    CHECK(run.writes().size() == 1);
}

TEST_CASE("a conflict with a record that the service does not show is told apart from a taken name") {
    Run run([](const Request& request) {
        return request.method == "POST" ? Scripted{answer(409)}
                                        : Scripted{answer(200, listed({}, 0))};
    });
    run.apply({create_user("ada")});
    CHECK(run.reason("c-ada") == "conflict");
    CHECK(contains(run.detail("c-ada"), "shows no record"));
    CHECK(run.writes().size() == 1);
}

TEST_CASE("a POST that is refused for another reason is not looked up") {
    Run run([](const Request&) { return Scripted{answer(400, R"({"scimType":"invalidValue"})")}; });
    run.apply({create_user("ada")});
    CHECK(run.sent() == Texts{"POST /Users"});
}

TEST_CASE("our own record in the way of a create is given what it lacks; keys it lacks only where our own POST may have made it") {
    const bool unanswered = GENERATE(false, true);
    const bool lacks_keys = GENERATE(false, true);
    auto record = create_user("ada").at("data");
    record["id"] = "9f";
    record["displayName"] = "Ada";
    record["userName"] = "ADA@x.org";
    if (lacks_keys) {
        record.erase(std::string(scim::kKeysSchema));
    }
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(200, listed({record}, 1))};
        }
        return request.method != "POST" ? yes(request) : unanswered ? Scripted{failure(Reason::interrupted)} : Scripted{answer(409)};
    });
    run.apply({create_user("ada")});
    if (lacks_keys && !unanswered) {  // somebody has withdrawn them since
        CHECK(run.reason("c-ada") == "moved");
        CHECK(run.transport.count("PATCH") == 0);
        return;
    }
    CHECK(run.how("c-ada") == "applied");
    CHECK(run.detail("c-ada") == "the record was there already and was updated");
    REQUIRE(run.sent().back() == "PATCH /Users/9f");
    const auto operations = json::parse(run.writes().back().body).at("Operations");
    REQUIRE(operations.size() == (lacks_keys ? 2 : 1));
    CHECK(operations[0].at("path") == "displayName");
    CHECK((!lacks_keys || operations[1].at("value") == json::array({"ssh-ed25519 AAAA"})));
}

TEST_CASE("our own record that says already what a create would say is left as it is") {
    auto record = create_user("ada").at("data");
    record["id"] = "9f";
    Run run([&](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, listed({record}, 1))}
                                       : Scripted{failure(Reason::interrupted)};
    });
    run.apply({create_user("ada"), create_group("hpc", {"bulkId:" + user_id("ada")})});
    CHECK(run.how("c-ada") == "applied");
    CHECK(run.detail("c-ada") == "the record was there already");
    CHECK(run.transport.count("PATCH") == 0);
}

TEST_CASE("two records with our externalId are a failure, and neither is touched") {
    const json one{{"id", "1"}, {"externalId", user_id("ada")}};
    const json two{{"id", "2"}, {"externalId", user_id("ada")}};
    Run run([&](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, listed({one, two}, 2))}
                                       : Scripted{answer(409)};
    });
    run.apply({create_user("ada")});
    CHECK(run.reason("c-ada") == "duplicate-external-id");
    CHECK(run.writes().size() == 1);
}

TEST_CASE("a group that is there already gains the members of the plan and loses nobody") {
    const json group{{"id", "g1"},
                     {"externalId", "pw-activate:group:hpc"},
                     {"displayName", "hpc"},
                     {"members", members_of({"7f", "8f"})}};
    Run run([&](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, listed({group}, 1))} : yes(request);
    });
    run.apply({create_group("hpc", {"8f", "9f"})});
    CHECK(run.how("c-hpc") == "applied");
    REQUIRE(run.writes().size() == 1);
    CHECK(run.sent().back() == "PATCH /Groups/g1");
    CHECK(json::parse(run.writes().front().body).at("Operations") ==
          json::array({{{"op", "add"}, {"path", "members"}, {"value", members_of({"9f"})}}}));
}

TEST_CASE("a plan that is applied twice leaves what it left the first time") {
    std::map<std::string, json> records;  // by path
    int last_id = 0;
    const auto server = [&](const Request& request) -> Scripted {
        const auto path = request.url.substr(std::string("https://scim.example").size());
        if (request.method == "GET") {
            std::vector<json> found;
            for (const auto& [at, record] : records) {
                if (contains(path,
                             http::percent_encode("\"" + record.value("externalId", "") + "\""))) {
                    found.push_back(record);
                }
            }
            return {answer(200, listed(found, found.size()))};
        }
        auto body = json::parse(request.body);
        if (request.method == "POST") {
            for (const auto& [at, record] : records) {
                if (record.value("userName", "-") == body.value("userName", "+") ||
                    (body.contains("members") &&
                     record.value("displayName", "-") == body.at("displayName"))) {
                    return {answer(409, R"({"scimType":"uniqueness"})")};
                }
            }
            body["id"] = std::to_string(++last_id);
            records[path + "/" + std::to_string(last_id)] = body;
            return {answer(201, body.dump())};
        }
        auto& record = records[path];
        for (const auto& operation : body.at("Operations")) {
            record[operation.at("path").get<std::string>()] = operation.at("value");
        }
        return {answer(200, record.dump())};
    };
    records["/Groups/old"] = {{"id", "old"}, {"members", members_of({"7f"})}};
    const std::vector<json> plan{create_user("ada"),
                                 create_user("ben"),
                                 create_group("hpc", {"bulkId:" + user_id("ada")}),
                                 update_group("old", {"7f", "bulkId:" + user_id("ben")})};
    Run first(server);
    first.apply(plan);
    CHECK(first.applier.outcomes().applied == 4);
    CHECK(values_of(records["/Groups/old"]["members"]) == Texts{"7f", "2"});
    const auto members = [&] {
        Texts all;
        for (const auto& [at, record] : records) {
            for (const auto& id : values_of(record.value("members", json::array()))) {
                all.push_back(at + " " + id);
            }
        }
        return all;
    };
    const auto members_after_one = members();
    const auto count_after_one = records.size();

    Run second(server);
    second.apply(plan);
    CHECK(records.size() == count_after_one);
    CHECK(members() == members_after_one);
    CHECK(second.applier.outcomes().applied == 4);
}

TEST_CASE("two lines for one resource are sent one after the other") {
    Run run([](const Request& request) {
        auto scripted = yes(request);
        scripted.after = milliseconds(contains(request.body, "false") ? 500 : 5);
        return scripted;
    });
    auto second = with(deactivate_user("ada"), "id", "second");
    second["data"]["Operations"][0]["value"] = true;
    run.apply({deactivate_user("ada"), second, deactivate_user("ben")});
    REQUIRE(run.transport.calls().size() == 3);
    CHECK(run.transport.calls()[1].at >= milliseconds(500));
    CHECK(contains(run.request(1).body, "true"));
}

TEST_CASE("with verification each resource is read first, and what moved is skipped") {
    const bool moved = GENERATE(false, true);
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200,
                                                             json({{"id", "ada"},
                                                                   {"externalId", user_id("ada")},
                                                                   {"userName", "ada@x.org"},
                                                                   {"active", !moved}})
                                                                 .dump())}
                                           : yes(request);
        },
        {.verify_before = true});
    run.apply({deactivate_user("ada")});
    CHECK(run.sent().front() == "GET /Users/ada");
    CHECK(run.sent().size() == (moved ? 1 : 2));
    CHECK(run.how("d-ada") == (moved ? "skipped" : "applied"));
    CHECK(run.applier.outcomes().skipped == (moved ? 1 : 0));
}

TEST_CASE(
    "a resource that cannot be read or understood before writing is an outcome, not the end") {
    struct Row {
        int status;
        std::string body;
    };
    const auto row = GENERATE(values<Row>({
        {200, "<html>Sign in</html>"},
        {200, "{}"},
        {200, "[]"},
        {200, R"({"id":"ada","externalId":"pw-activate:user:ada"})"},
        {404, ""},
    }));
    Run run(
        [&](const Request& request) {
            if (request.method == "GET" && contains(request.url, "/ada")) {
                return Scripted{answer(row.status, row.body)};
            }
            return request.method == "GET" ? Scripted{answer(200,
                                                             json({{"id", "ben"},
                                                                   {"externalId", user_id("ben")},
                                                                   {"userName", "ben@x.org"},
                                                                   {"active", true}})
                                                                 .dump())}
                                           : yes(request);
        },
        {.verify_before = true});
    CHECK(caught([&] {
              run.apply({deactivate_user("ada"), deactivate_user("ben")});
          }).status == ExitStatus::ok);
    CHECK((run.how("d-ada") == "failed" || run.how("d-ada") == "skipped"));
    CHECK(run.how("d-ben") == "applied");
}

TEST_CASE("an answer that contradicts what was sent is checked by reading, which decides") {
    const bool made = GENERATE(false, true);
    Run run([&](const Request& request) {
        const bool active = request.method == "PATCH" || !made;
        return Scripted{answer(200, json({{"userName", "ada@x.org"}, {"active", active}}).dump())};
    });
    run.apply({deactivate_user("ada")});
    CHECK(run.sent() == Texts{"PATCH /Users/ada", "GET /Users/ada"});
    CHECK(run.how("d-ada") == (made ? "applied" : "failed"));
    CHECK(run.reason("d-ada") == (made ? "" : "did-not-take"));
    CHECK(contains(run.detail("d-ada"), "active") == !made);
}

TEST_CASE("what was only accepted (202) is read again, and so is everything with verify") {
    const int status = GENERATE(200, 202, 204);
    const bool verify = GENERATE(false, true);
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, R"({"active":false})")}
                                           : Scripted{answer(status)};
        },
        {.verify = verify});
    run.apply({deactivate_user("ada")});
    CHECK(run.transport.count("GET") == (verify || status == 202 ? 1 : 0));
    CHECK(run.how("d-ada") == "applied");
    CHECK(run.outcome("d-ada").at("status") == status);
}

TEST_CASE("a resource that cannot be read again is not said to be as it should be") {
    struct Row {
        http::Result result;
        const char* reason;
    };
    const auto row = GENERATE(values<Row>({{answer(404), "did-not-take"},
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

TEST_CASE("a create is known by Location when its answer has no body") {
    const auto location = GENERATE(as<std::string>{},
                                   "https://scim.example/scim/v2/Users/a%3Ab",
                                   "/Users/a:b",
                                   "https://elsewhere.example/Users/a%3ab");
    Run run([&](const Request& request) {
        return contains(request.url, "/Users") ? Scripted{answer(201, "", {{"location", location}})}
                                               : yes(request);
    });
    run.apply({create_user("ada"), update_group("hpc", {"bulkId:" + user_id("ada")})});
    CHECK(run.how("c-ada") == "applied");
    CHECK(members_sent(run.writes().back()) == Texts{"a:b"});
}

TEST_CASE("a Location that is not of a user is no id") {
    const auto location = GENERATE(as<std::string>{},
                                   "https://scim.example/Users/",
                                   "https://scim.example/Users",
                                   "https://scim.example/Groups/7",
                                   "https://scim.example/Users/%4",
                                   "7");
    Run run([&](const Request& request) {
        return request.method == "POST" ? Scripted{answer(201, "", {{"location", location}})}
                                        : yes(request);
    });
    run.apply({create_user("ada")});
    CHECK(run.reason("c-ada") == "no-id");
}

TEST_CASE("a group of more than a thousand members is made in parts, each with the id it got") {
    Texts ids;
    for (int i = 0; i < 1001; ++i) {
        ids.push_back("u" + std::to_string(i));
    }
    Run run(yes);
    run.apply({create_group("hpc", ids)});
    CHECK(run.how("c-hpc") == "applied");
    const auto writes = run.writes();
    REQUIRE(writes.size() == 12);
    CHECK_FALSE(json::parse(writes.front().body).contains("members"));
    CHECK(writes.back().url == "https://scim.example/Groups/new-hpc");
}

TEST_CASE("a list of members that is too large for the service goes in parts") {
    const json ada{{"id", "7f"}, {"externalId", user_id("ada")}};
    std::size_t large = 0;
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(200, listed({ada}, 1))};
        }
        const bool whole = contains(request.body, "replace") && contains(request.body, "members");
        large += whole ? 1 : 0;
        return Scripted{answer(whole ? 413 : 200)};
    });
    auto line = update_group("hpc", {"8f", "9f"});
    line["version"] = "W/\"1\"";
    line["before"] = {{"members", {user_id("ada")}}};
    run.apply({line});
    CHECK(run.how("u-hpc") == "applied");
    CHECK(large == 1);
    const auto writes = run.writes();
    REQUIRE(writes.size() == 4);
    CHECK(contains(writes[1].body, "displayName"));
    CHECK(contains(writes[2].body, "9f"));
    CHECK(contains(writes[3].body, R"(members[value eq \"7f\"])"));
}

TEST_CASE("with add-remove no list of members is replaced, and what a line does not know stays") {
    const json ada{{"id", "7f"}, {"externalId", user_id("ada")}};
    const json other{{"id", "9f"}, {"externalId", user_id("other")}};
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, listed({ada, other}, 2))}
                                           : Scripted{answer(204)};
        },
        {.group_writes = scim::GroupWrites::add_remove});
    run.apply({with(with(update_group("one", {"8f"}), "before", {{"members", {user_id("ada")}}}), "id", "u-one"),
               with(update_group("two", {}), "before", {{"members", {user_id("ada")}}})});
    CHECK(run.applier.outcomes().applied == 2);
    CHECK(run.transport.count("GET") == 1);
    for (const auto& request : run.writes()) {
        CHECK_FALSE(contains(request.body, R"("op":"replace","path":"members")"));
        CHECK_FALSE(contains(request.body, "9f"));
    }
    CHECK(run.writes().size() == 5);  // two names, one addition, two removals
}

TEST_CASE("an approved removal is made where all is as it was seen, with the version it has by now") {
    const bool moved = GENERATE(false, true);
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200,
                                                             json({{"id", "ada"},
                                                                   {"externalId", user_id("ada")},
                                                                   {"userName", "ada@x.org"},
                                                                   {"active", !moved},
                                                                   {"meta", {{"version", "W/\"9\""}}}})
                                                                 .dump())}
                                           : yes(request);
        },
        {.approved = true});
    auto line = with(deactivate_user("ada"), "held", "max-deactivations");
    line["version"] = "W/\"3\"";
    run.apply({line});
    CHECK(run.how("d-ada") == (moved ? "skipped" : "applied"));
    CHECK(run.reason("d-ada") == (moved ? "moved" : ""));
    if (!moved) {
        const auto headers = run.writes().front().headers;
        CHECK(std::count(headers.begin(), headers.end(), std::pair<std::string, std::string>("If-Match", "W/\"9\"")) == 1);
    }
}

TEST_CASE("with bulk the outcomes are those of single requests, one a change") {
    Run run(
        [](const Request& request) {
            if (!contains(request.url, "/Bulk")) {
                return yes(request);
            }
            auto results = json::array();
            const auto message = json::parse(request.body);
            for (const auto& operation : message.at("Operations")) {
                const auto path = operation.at("path").get<std::string>();
                const auto id = operation.value("bulkId", "");
                results.push_back({{"method", operation.at("method")},
                                   {"bulkId", id},
                                   {"location", "https://scim.example" + path + (id.empty() ? "" : "/" + id.substr(user_id("").size()))},
                                   {"status", contains(path, "gone") ? "404" : id.empty() ? "200" : "201"}});
            }
            return Scripted{answer(200, json({{"Operations", results}}).dump())};
        },
        {.bulk = scim::BulkLimits{100, 1'000'000}});
    run.apply({create_user("ada"), create_user("ben"), deactivate_user("gone"), update_group("hpc", {"bulkId:" + user_id("ben")})});
    CHECK(run.sent() == Texts{"POST /Bulk", "PATCH /Groups/hpc"});
    CHECK(members_sent(run.request(1)) == Texts{"ben"});
    CHECK(run.how("c-ada") == "applied");
    CHECK(run.reason("d-gone") == "gone");
    CHECK(run.applier.outcomes().applied == 3);
}

TEST_CASE("what is held of a run grows with the users it creates, and with nothing else") {
    Run run(yes);
    run.apply({create_user("ada"), deactivate_user("ben"), deactivate_user("cyd"), create_group("hpc", {}), update_group("two", {"7f"})});
    CHECK(run.applier.users_held() == 1);
}

TEST_CASE("a signal is noted, nothing new is sent, and what is under way gets its outcome") {
    const pid_t child = fork();
    if (child == 0) {  // of its own, since a noted signal stays noted; how it ends is the verdict
        Run run([](const Request& request) {
            std::raise(SIGTERM);
            return yes(request);
        });
        signals::note();
        run.apply({deactivate_user("ada"),
                   deactivate_user("ben"),
                   deactivate_user("cyd"),
                   create_group("hpc", {})});
        const auto& outcomes = run.applier.outcomes();
        const bool well = run.transport.calls().size() == 1 && outcomes.applied == 1 &&
                          outcomes.applied + outcomes.failed + outcomes.not_sent == 4 &&
                          run.how("d-ada") == "applied";
        _exit(well ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

namespace {

std::string scim_error(const json& more) {
    json body{{"schemas", {"urn:ietf:params:scim:api:messages:2.0:Error"}}};
    body.update(more);
    return body.dump();
}

}  // namespace

TEST_CASE("a success whose body is an error is that error") {
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

TEST_CASE("a word of a record that happens to be called status is no error") {
    const auto body = GENERATE(as<std::string>{},
                               R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"status":404})",
                               R"({"status":"active"})",
                               R"({"status":200})");
    Run run([&](const Request&) { return Scripted{answer(200, body)}; });
    run.apply({deactivate_user("ada")});
    CHECK(run.how("d-ada") == "applied");
}

TEST_CASE("a create that is answered 201 with an error has made nobody") {
    Run run([](const Request& request) {
        return request.method == "POST" ? Scripted{answer(201, scim_error({{"status", "400"}, {"id", "9f"}}))}
                                        : yes(request);
    });
    run.apply({create_user("ada"), update_group("hpc", {"7f", "bulkId:" + user_id("ada")})});
    CHECK(run.reason("c-ada") == "refused");
    CHECK(members_sent(run.writes().at(1)) == Texts{"7f"});
}

TEST_CASE("a refused credential ends the run also when it comes with a 200") {
    Run run([](const Request&) { return Scripted{answer(200, scim_error({{"status", "401"}}))}; });
    const auto line = GENERATE_COPY(as<json>{}, create_user("ada"), deactivate_user("ada"));
    CHECK(caught([&] { run.apply({line}); }).status == ExitStatus::denied);
}

TEST_CASE("a record that is read and answered 200 with an error is not there") {
    const bool before = GENERATE(false, true);
    Run run(
        [](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, scim_error({{"status", "404"}}))}
                                           : Scripted{answer(204)};
        },
        {.verify_before = before, .verify = !before});
    run.apply({deactivate_user("ada")});
    CHECK(run.reason("d-ada") == (before ? "gone" : "did-not-take"));
}

TEST_CASE("an operation of a bulk answer that is an error has failed, whatever its status says") {
    Run run(
        [](const Request& request) {
            if (!contains(request.url, "/Bulk")) {
                return yes(request);
            }
            auto results = json::array();
            const auto message = json::parse(request.body);
            for (const auto& operation : message.at("Operations")) {
                const auto path = operation.at("path").get<std::string>();
                results.push_back({{"location", "https://scim.example" + path}, {"status", "200"}});
                if (contains(path, "busy") || contains(path, "gone")) {
                    results.back()["response"] = json::parse(scim_error({{"status", contains(path, "gone") ? "404" : "503"}}));
                }
            }
            return Scripted{answer(200, json({{"Operations", results}}).dump())};
        },
        {.bulk = scim::BulkLimits{100, 1'000'000}});
    run.apply({deactivate_user("ada"), deactivate_user("gone"), deactivate_user("busy")});
    CHECK(run.sent() == Texts{"POST /Bulk", "PATCH /Users/busy"});  // what may pass is sent again, alone
    CHECK(run.reason("d-gone") == "gone");
    CHECK(run.applier.outcomes().applied == 2);
}

TEST_CASE("a create that is answered with another record is looked up, and nobody refers to that one") {
    const bool made = GENERATE(false, true);
    Run run([&](const Request& request) {
        if (request.method == "GET" && made) {
            auto record = create_user("ada").at("data");
            record["id"] = "9f";
            return Scripted{answer(200, listed({record}, 1))};
        }
        return request.method == "POST" ? Scripted{answer(201, json({{"id", "other"}, {"externalId", user_id("eve")}}).dump())}
                                        : yes(request);
    });
    run.apply({create_user("ada"), update_group("hpc", {"7f", "bulkId:" + user_id("ada")})});
    CHECK(run.sent().at(1) == "GET /Users?filter=externalId%20eq%20%22pw-activate%3Auser%3Aada%22");
    CHECK(run.how("c-ada") == (made ? "applied" : "failed"));
    CHECK(run.reason("c-ada") == (made ? "" : "conflict"));
    CHECK(run.transport.count("POST") == 1);
    CHECK(members_sent(run.writes().back()) == (made ? Texts{"7f", "9f"} : Texts{"7f"}));
}

TEST_CASE("a group that was there already, and is too large for the service, has failed") {
    Run run([](const Request& request) {
        const json group{{"id", "g1"}, {"externalId", "pw-activate:group:hpc"}, {"displayName", "hpc"}};
        return request.method == "GET" ? Scripted{answer(200, listed({group}, 1))} : Scripted{answer(413)};
    });
    run.apply({create_group("hpc", {"8f", "9f"})});
    CHECK(run.reason("c-hpc") == "too-large");
    CHECK(run.sent().back() == "PATCH /Groups/g1");
    CHECK(run.writes().size() == 1);
}

TEST_CASE("an approved removal whose record is too large to be read is not made") {
    Run run(
        [](const Request& request) {
            return contains(request.url, "/Groups/hpc") && request.method == "GET" ? Scripted{answer(413)} : yes(request);
        },
        {.approved = true});
    auto line = with(update_group("hpc", {"8f", "9f"}), "held", "max-member-removals");
    line["before"] = {{"members", json::array()}, {"foreignMembers", {"7f", "8f", "9f"}}};
    line["after"] = {{"displayName", "hpc"}, {"members", json::array()}, {"foreignMembers", {"8f", "9f"}}};
    run.apply({line});
    CHECK(run.reason("u-hpc") == "too-large");
    CHECK(run.writes().empty());
}

TEST_CASE("a record of ours that cannot be understood is an outcome, not the end of the run") {
    const auto members = GENERATE(values<json>({json("everybody"), json::array({{{"display", "Ada"}}})}));
    Run run([&](const Request& request) {
        const json group{{"id", "g1"}, {"externalId", "pw-activate:group:hpc"}, {"displayName", "hpc"}, {"members", members}};
        return request.method == "GET" ? Scripted{answer(200, listed({group}, 1))} : yes(request);
    });
    CHECK(caught([&] { run.apply({create_group("hpc", {"9f"}), update_group("two", {"9f"})}); }).status == ExitStatus::ok);
    CHECK(run.reason("c-hpc") == "not-scim");
    CHECK(run.how("u-two") == "applied");
}

TEST_CASE("a look-up that shows nobody yet and names a next page proves nothing, so nothing is sent again") {
    const auto body = GENERATE(as<std::string>{},
                               R"({"nextCursor":"more"})",
                               R"({"nextCursor":"more","Resources":[]})",
                               R"({"nextCursor":"more","totalResults":0})");
    Run run([&](const Request& request) {
        return request.method == "GET" ? Scripted{answer(200, body)} : Scripted{failure(Reason::timeout)};
    });
    run.apply({create_user("ada")});
    CHECK(run.transport.count("POST") == 1);
    CHECK(run.reason("c-ada") == "no-answer");
    CHECK(contains(run.detail("c-ada"), "not known whether the record is there"));
}

TEST_CASE("our own record in the way of a create, made inactive or given other keys since, is left alone") {
    const bool inactive = GENERATE(false, true);
    auto record = create_user("ada").at("data");
    record["id"] = "9f";
    record["active"] = inactive ? json("False") : json(true);
    record[std::string(scim::kKeysSchema)]["sunkSshKeys"] = json::array({"ssh-ed25519 AAAA", inactive ? "ssh-ed25519 AAAA" : "ssh-ed25519 BBBB"});
    Run run([&](const Request& request) {
        if (request.method == "GET") {
            return Scripted{answer(200, listed({record}, 1))};
        }
        return request.method == "POST" ? Scripted{answer(409)} : yes(request);
    });
    run.apply({create_user("ada"), update_group("hpc", {"7f", "bulkId:" + user_id("ada")})});
    CHECK(run.how("c-ada") == "skipped");
    CHECK(run.reason("c-ada") == "moved");
    CHECK(contains(run.detail("c-ada"), inactive ? "inactive" : "keys"));
    CHECK(run.sent().back() == "PATCH /Groups/hpc");
    REQUIRE(run.writes().size() == 2);
    // Who is active stays where the plan says so: nothing has counted that removal.
    CHECK(members_sent(run.writes().back()) == (inactive ? Texts{"7f"} : Texts{"7f", "9f"}));
}

TEST_CASE("with add-remove who cannot be removed is said, and the others are") {
    const bool others = GENERATE(false, true);
    const json ada{{"id", "7f"}, {"externalId", user_id("ada")}};
    Run run(
        [&](const Request& request) {
            return request.method == "GET" ? Scripted{answer(200, listed({ada}, 1))} : Scripted{answer(204)};
        },
        {.group_writes = scim::GroupWrites::add_remove});
    auto line = update_group("hpc", {});
    line["data"]["Operations"].erase(0);
    line["before"]["members"] = others ? json{user_id("ada"), user_id("nobody")} : json{user_id("nobody")};
    run.apply({line});
    CHECK(run.how("u-hpc") == "failed");
    CHECK(run.reason("u-hpc") == "moved");
    CHECK(contains(run.detail("u-hpc"), user_id("nobody")));
    CHECK_FALSE(contains(run.detail("u-hpc"), user_id("ada")));
    REQUIRE(run.writes().size() == (others ? 1 : 0));
    CHECK((!others || contains(run.writes().front().body, "7f")));
}

TEST_CASE("after a signal what is under way is waited for fifteen seconds, once") {
    const pid_t child = fork();
    if (child == 0) {
        Run run([](const Request& request) {
            std::raise(SIGTERM);
            auto never = yes(request);
            never.after = std::chrono::hours(1);
            return never;
        });
        signals::note();
        bool ended = false;
        try {
            run.apply({deactivate_user("ada"), deactivate_user("ben"), create_group("hpc", {})});
            ended = true;
        } catch (const std::exception&) {  // the script's patience is at its end
        }
        const auto waited = run.transport.elapsed();
        _exit(ended && waited >= std::chrono::seconds(15) && waited < std::chrono::seconds(16) ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("an approved line that sends something else than it says is not sent") {
    struct Row {
        json operation;
        bool sent;
    };
    const std::string keys = scim::keys_path();
    const auto row = GENERATE_COPY(values<Row>({
        {{{"op", "replace"}, {"path", "active"}, {"value", false}}, true},
        {{{"op", "replace"}, {"path", "active"}, {"value", true}}, false},
        {{{"op", "replace"}, {"path", keys}, {"value", json::array()}}, false},
        {{{"op", "remove"}, {"path", keys}}, false},
        {{{"op", "replace"}, {"path", "members"}, {"value", json::array()}}, false},
        {{{"op", "replace"}, {"path", "userName"}, {"value", "eve@x.org"}}, false},
        {{{"op", "replace"}, {"value", {{"active", true}}}}, false},
        {{{"op", "replace"}, {"path", "active"}}, false},
        {{{"op", "remove"}, {"path", "members[value pr]"}}, false},
        {{{"op", "remove"}, {"path", "urn:ietf:params:scim:schemas:core:2.0:User:emails"}}, false},
        {{{"op", "replace"}, {"path", "urn:ietf:params:scim:schemas:core:2.0:Group:members"}, {"value", json::array()}}, false},
    }));
    const json ada{{"id", "ada"}, {"externalId", user_id("ada")}, {"userName", "ada@x.org"}, {"active", true}};
    Run run([&](const Request& request) { return request.method == "GET" ? Scripted{answer(200, ada.dump())} : yes(request); },
            {.approved = true});
    auto line = with(deactivate_user("ada"), "held", "max-deactivations");
    line["data"]["Operations"].push_back(row.operation);
    run.apply({line});
    CHECK(run.how("d-ada") == (row.sent ? "applied" : "skipped"));
    CHECK(run.reason("d-ada") == (row.sent ? "" : "moved"));
    CHECK(run.writes().size() == (row.sent ? 1 : 0));
}

TEST_CASE("an approved line sends the members that it says, by whatever id they have") {
    const auto sent = GENERATE(values<Texts>({{"7f", "f1"}, {"7f"}, {"f1"}, {"7f", "f1", "8f"}, {}}));
    const bool as_said = sent == Texts{"7f", "f1"};
    Run run(
        [&](const Request& request) {
            if (request.method != "GET") {
                return yes(request);
            }
            const json group{{"id", "hpc"}, {"externalId", "pw-activate:group:hpc"}, {"displayName", "hpc"}, {"members", members_of({"7f", "8f", "f1"})}};
            return Scripted{answer(200,
                                   contains(request.url, "/Groups/hpc")
                                       ? group.dump()
                                       : listed({{{"id", "7f"}, {"externalId", user_id("ada")}}, {{"id", "8f"}, {"externalId", user_id("ben")}}}, 2))};
        },
        {.approved = true});
    auto line = with(update_group("hpc", sent), "held", "max-member-removals");
    line["before"] = {{"members", {user_id("ada"), user_id("ben")}}, {"foreignMembers", {"f1"}}};
    line["after"] = {{"displayName", "hpc"}, {"members", {user_id("ada")}}, {"foreignMembers", {"f1"}}};
    run.apply({line});
    CHECK(run.how("u-hpc") == (as_said ? "applied" : "skipped"));
    CHECK(contains(run.detail("u-hpc"), "members") == !as_said);
    CHECK(run.writes().size() == (as_said ? 1 : 0));
}

TEST_CASE("an approved line takes names away that it says are gone") {
    const json ada{{"id", "ada"}, {"externalId", user_id("ada")}, {"userName", "ada@x.org"}, {"active", true}, {"name", {{"givenName", "Ada"}}}};
    Run run([&](const Request& request) { return request.method == "GET" ? Scripted{answer(200, ada.dump())} : yes(request); },
            {.approved = true});
    auto line = with(deactivate_user("ada"), "held", "max-deactivations");
    line["data"]["Operations"].push_back({{"op", "remove"}, {"path", "name"}});
    line["before"]["givenName"] = "Ada";
    line["after"]["givenName"] = nullptr;
    line["after"]["familyName"] = nullptr;
    run.apply({line});
    CHECK(run.how("d-ada") == "applied");
}

TEST_CASE("a held line that does not say what it removes is not sent, whatever is approved") {
    Run run(yes, {.approved = true});
    auto line = with(update_group("hpc", {}), "held", "max-member-removals");
    line["before"] = json::object();
    line["after"] = {{"members", json::array()}};
    run.apply({line});
    CHECK(run.reason("u-hpc") == "moved");
    CHECK(run.sent().empty());
}

TEST_CASE("what is under way has its outcome, and the rest is counted, when a signal cuts a list short") {
    const pid_t child = fork();
    if (child == 0) {
        Run run(
            [](const Request& request) {
                if (request.method == "GET") {
                    std::raise(SIGTERM);
                    auto late = Scripted{answer(200, listed({}, 0))};
                    late.after = std::chrono::minutes(1);
                    return late;
                }
                auto slow = yes(request);
                slow.after = std::chrono::seconds(5);
                return slow;
            },
            {.group_writes = scim::GroupWrites::add_remove});
        signals::note();
        auto second = update_group("two", {"7f"});
        second["before"]["members"] = {user_id("ada")};
        auto first = create_group("hpc", {});
        run.apply({deactivate_user("ben"), second, first});
        const auto& outcomes = run.applier.outcomes();
        const bool well = run.how("d-ben") == "applied" && outcomes.not_sent == 2 &&
                          run.transport.elapsed() <= std::chrono::seconds(5) + scim::kGrace + std::chrono::seconds(1);
        _exit(well ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
