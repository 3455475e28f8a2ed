// Plan lines become requests in their order, and each line has one outcome.

#include "support/apply_run.hpp"

#include "base/encoding.hpp"

#include <chrono>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace apply_run;

TEST_CASE("a change is sent as planned, and has one outcome") {
    Run run(yes);
    run.apply({create_user("ada"), deactivate_user("ben")});
    REQUIRE(run.transport.sent() == Texts{"POST /Users", "PATCH /Users/ben"});
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

namespace {

/// Keeps the written text until it is flushed.
struct Kept : std::stringbuf {
    int sync() override {
        handed_on = str();
        return 0;
    }
    std::string handed_on{};
};

/// Records `kept` each time before the client waits.
struct Looking final : http::Transport {
    Looking(ScriptedTransport::Handler handler, const Kept& k)
        : inner(std::move(handler)), kept(k) {}
    void start(const Request& request, Done done) override {
        inner.start(request, std::move(done));
    }
    void poll(milliseconds longest) override {
        CHECK(kept.handed_on == kept.str());
        seen.push_back(kept.handed_on);
        inner.poll(longest);
    }
    [[nodiscard]] http::Clock::time_point now() const override { return inner.now(); }

    ScriptedTransport inner;
    const Kept& kept;
    Texts seen{};
};

}  // namespace

TEST_CASE("before each wait, the outcomes so far are flushed") {
    Kept kept;
    std::ostream out(&kept);
    Looking transport(
        [](const Request& request) {
            return Scripted{answer(200, R"({"active":false})"),
                            milliseconds(contains(request.url, "slow") ? 5000 : 10)};
        },
        kept);
    http::Client client(transport, {.what = "SCIM", .max_in_flight = 4});
    scim::ScimClient service(client, kScimUrl, 100);
    stream::Writer writer(out);
    {
        apply::Applier applier(service, writer, {});
        for (auto line :
             {deactivate_user("slow"), deactivate_user("ada"), deactivate_user("ben")}) {
            applier.apply(plan::change_from_json(line), line);
        }
        applier.finish();
    }
    REQUIRE(transport.seen.size() > 2);
    CHECK(contains(transport.seen.back(), "d-ada"));
    CHECK(contains(transport.seen.back(), "d-ben"));
    writer.flush();
    client.pump(milliseconds(1));  // the object with the callback is gone
}

TEST_CASE("a line that fails does not stop the others, and its outcome has the server's message") {
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

TEST_CASE("a message of the server in an outcome cannot control a terminal") {
    Run run(
        [](const Request&) { return Scripted{answer(400, R"({"detail":"\u001b[2J\u202e"})")}; });
    run.apply({deactivate_user("ada")});
    CHECK(contains(run.detail("d-ada"), "\\u001b[2J\\u202e"));
}

TEST_CASE("If-Match is sent if the plan has a version, and only then") {
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

TEST_CASE("a dry run sends nothing and lists what it would send") {
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

TEST_CASE("held lines are not sent") {
    Run run(yes);
    run.apply({with(deactivate_user("ada"), "held", "max-deactivations"), deactivate_user("ben")});
    CHECK(run.transport.sent() == Texts{"PATCH /Users/ben"});
    CHECK(run.how("d-ada") == "held");
    CHECK(run.detail("d-ada") == "held by max-deactivations");
    CHECK(run.applier.outcomes().held == 1);
}

TEST_CASE("a plan that is applied twice has the same result as once") {
    std::map<std::string, json> records;  // by path
    int last_id = 0;
    const auto server = [&](const Request& request) -> Scripted {
        const auto path = path_of(request);
        if (request.method == "GET") {
            std::vector<json> found;
            for (const auto& [at, record] : records) {
                if (contains(
                        path,
                        encoding::percent_encode("\"" + record.value("externalId", "") + "\""))) {
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
    records["/Groups/old"] = {
        {"id", "old"}, {"externalId", "pw-activate:group:old"}, {"members", members_of({"7f"})}};
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
    second["action"] = "reactivate";
    second["data"]["Operations"][0]["value"] = true;
    run.apply({deactivate_user("ada"), second, deactivate_user("ben")});
    REQUIRE(run.transport.calls().size() == 3);
    CHECK(run.transport.calls()[1].at >= milliseconds(500));
    CHECK(contains(run.request(1).body, "true"));
}

TEST_CASE("with bulk the outcomes are those of single requests, one for each change") {
    Run run(
        [](const Request& request) {
            if (request.method == "GET") {  // an answer of /Bulk does not show the externalId
                const auto name = request.url.substr(request.url.rfind('/') + 1);
                return Scripted{answer(200, json({{"externalId", user_id(name)}}).dump())};
            }
            if (!contains(request.url, "/Bulk")) {
                return yes(request);
            }
            return bulk_answer(request, [](const json& operation) {
                const bool gone = contains(operation.at("path").get<std::string>(), "gone");
                return json{{"status",
                             gone                           ? "404"
                             : operation.contains("bulkId") ? "201"
                                                            : "200"}};
            });
        },
        {.bulk = scim::BulkLimits{100, 1'000'000}});
    run.apply({create_user("ada"),
               create_user("ben"),
               deactivate_user("gone"),
               update_group("hpc", {"bulkId:" + user_id("ben")})});
    CHECK(run.transport.sent() ==
          Texts{"POST /Bulk", "GET /Users/ada", "GET /Users/ben", "PATCH /Groups/hpc"});
    CHECK(members_sent(run.request(3)) == Texts{"ben"});
    CHECK(run.how("c-ada") == "applied");
    CHECK(run.reason("d-gone") == "gone");
    CHECK(run.applier.outcomes().applied == 3);
}

TEST_CASE("the memory of a run grows only with the users that it creates") {
    Run run(yes);
    run.apply({create_user("ada"),
               deactivate_user("ben"),
               deactivate_user("cyd"),
               create_group("hpc", {}),
               update_group("two", {"7f"})});
    CHECK(run.applier.users_held() == 1);
}
