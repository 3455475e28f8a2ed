#include "apply/write_queue.hpp"
#include "http/describe_response.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

using http::Request;
using nlohmann::json;
using Reason = http::Failure::Reason;
using Texts = std::vector<std::string>;

namespace {

scim::Write post(const std::string& name) {
    return {"POST", "/Users", {}, name, json{{"userName", name}}.dump()};
}

scim::Write patch(const std::string& id) {
    return {"PATCH", "/Users/" + id, {}, {}, R"({"Operations":[]})"};
}

/// A queue in front of a scripted service, and the answer to each write.
struct Post {
    explicit Post(ScriptedTransport::Handler handler,
                  std::optional<scim::BulkLimits> bulk = scim::BulkLimits{100, 1'000'000})
        : transport(std::move(handler)), queue(service, bulk) {}

    void send(const std::vector<scim::Write>& writes) {
        for (const auto& write : writes) {
            const auto name = write.bulk_id.empty() ? write.path : write.bulk_id;
            queue.send(write, [this, name](const http::Result& result) {
                answers[name] += http::describe(result);
            });
        }
        queue.flush();
        client.drain();
    }

    [[nodiscard]] json body(std::size_t call) const {
        return json::parse(transport.calls().at(call).request.body);
    }

    CapturedLog log{};
    ScriptedTransport transport;
    http::Client client{transport, {.what = "SCIM", .max_in_flight = 4}};
    scim::ScimClient service{client, kScimUrl, 100};
    apply::WriteQueue queue;
    std::map<std::string, std::string> answers{};
};

/// Every record is created, and the results are in an order of the server's own.
json made(const Request& request) {
    auto results = json::array();
    const auto message = json::parse(request.body);
    for (const auto& operation : message.at("Operations")) {
        const bool create = operation.at("method") == "POST";
        const auto path = operation.at("path").get<std::string>();
        json result{
            {"method", operation.at("method")},
            {"location",
             kScimUrl + path + (create ? "/new-" + operation.at("bulkId").get<std::string>() : "")},
            {"status", create ? "201" : "200"}};
        if (create) {
            result["bulkId"] = operation.at("bulkId");
        }
        results.insert(results.begin(), result);
    }
    return {{"Operations", results}};
}

Scripted bulk(const Request& request) {
    return {contains(request.url, "/Bulk") ? answer(200, made(request).dump()) : answer(201)};
}

}  // namespace

TEST_CASE("without bulk each write is a request") {
    Post post_box([](const Request&) { return Scripted{answer(200)}; }, std::nullopt);
    post_box.send({post("ada"), patch("1")});
    CHECK(post_box.transport.sent() == Texts{"POST /Users", "PATCH /Users/1"});
}

TEST_CASE("with bulk many writes are one request, and each gets its own answer") {
    Post post_box(bulk);
    auto versioned = patch("2");
    versioned.version = "W/\"3\"";
    post_box.send({post("ada"), patch("1"), versioned});
    REQUIRE(post_box.transport.sent() == Texts{"POST /Bulk"});
    const auto body = post_box.body(0);
    CHECK(body.at("schemas") == json::array({"urn:ietf:params:scim:api:messages:2.0:BulkRequest"}));
    CHECK_FALSE(body.contains("failOnErrors"));
    CHECK(body.at("Operations") == json::array({{{"method", "POST"},
                                                 {"path", "/Users"},
                                                 {"bulkId", "ada"},
                                                 {"data", {{"userName", "ada"}}}},
                                                {{"method", "PATCH"},
                                                 {"path", "/Users/1"},
                                                 {"data", {{"Operations", json::array()}}}},
                                                {{"method", "PATCH"},
                                                 {"path", "/Users/2"},
                                                 {"version", "W/\"3\""},
                                                 {"data", {{"Operations", json::array()}}}}}));
    CHECK(post_box.answers == std::map<std::string, std::string>{{"ada", "HTTP 201"},
                                                                 {"/Users/1", "HTTP 200"},
                                                                 {"/Users/2", "HTTP 200"}});
}

TEST_CASE("one write alone is sent without a bulk request") {
    Post post_box([](const Request&) { return Scripted{answer(204)}; });
    post_box.send({patch("1")});
    CHECK(post_box.transport.sent() == Texts{"PATCH /Users/1"});
}

TEST_CASE("a bulk request has at most as many operations and bytes as the service accepts") {
    Post by_count(bulk, scim::BulkLimits{2, 1'000'000});
    by_count.send({post("a"), post("b"), post("c"), post("d"), post("e")});
    CHECK(by_count.transport.sent() == Texts{"POST /Bulk", "POST /Bulk", "POST /Users"});

    Post by_size(bulk, scim::BulkLimits{100, 300});
    by_size.send({post("a"), post("b"), post("c"), post("d"), post("e")});
    for (const auto& call : by_size.transport.calls()) {
        CHECK(call.request.body.size() <= 300);
    }
    CHECK(by_size.transport.sent() == Texts{"POST /Bulk", "POST /Bulk"});
    CHECK(by_size.answers.size() == 5);
}

TEST_CASE("a status is read as text, as a number, and as an object with a code") {
    const auto status =
        GENERATE(as<json>{}, "409", 409, json{{"code", "409"}}, json{{"code", 409}});
    Post post_box([&](const Request& request) {
        auto results = made(request);
        results["Operations"][0]["status"] = status;
        results["Operations"][0]["response"] = {{"scimType", "uniqueness"}};
        return Scripted{answer(200, results.dump())};
    });
    post_box.send({patch("1"), patch("2")});
    CHECK(post_box.answers["/Users/2"] == "HTTP 409 (uniqueness)");
    CHECK(post_box.answers["/Users/1"] == "HTTP 200");
}

TEST_CASE("an operation without a result is unknown, and nothing is sent again") {
    const auto body = GENERATE(as<std::string>{}, R"({"Operations":[]})", "{}", "<html></html>");
    Post post_box([&](const Request& request) {
        return Scripted{contains(request.url, "/Bulk") ? answer(200, body) : answer(204)};
    });
    post_box.send({post("ada"), patch("1")});
    CHECK(post_box.transport.sent() == Texts{"POST /Bulk"});
    CHECK(contains(post_box.answers["ada"], "the result is unknown"));
    CHECK(contains(post_box.answers["/Users/1"], "the result is unknown"));
}

TEST_CASE("an operation is identified by its location in any percent-encoding") {
    const auto location = GENERATE(as<std::string>{},
                                   "https://scim.example/Users/a%3Ab%20c",
                                   "https://scim.example/Users/a:b%20c",
                                   "/Users/%61%3ab c");
    Post post_box([&](const Request&) {
        const json one{{"status", "409"}, {"location", kScimUrl + "/Users/1"}};
        const json two{{"status", "200"}, {"location", location}};
        return Scripted{answer(200, json{{"Operations", {two, one}}}.dump())};
    });
    post_box.send({patch("1"), patch("a%3Ab%20c")});
    CHECK(post_box.transport.sent() == Texts{"POST /Bulk"});
    CHECK(post_box.answers["/Users/1"] == "HTTP 409");
    CHECK(post_box.answers["/Users/a%3Ab%20c"] == "HTTP 200");
}

TEST_CASE("the order of an answer is used for PATCH only, and only if all operations succeeded") {
    struct Row {
        json operations;
        bool believed;
    };
    const json ok{{"status", "200"}};
    const auto row = GENERATE_COPY(values<Row>({
        {{ok, ok}, true},
        {{ok, {{"status", "404"}}}, false},
        {{ok, ok, ok}, false},
        {{ok}, false},
        {{{{"status", "200"}, {"location", "/Users/2"}}, ok}, false},
        {{{{"status", "200"}, {"location", "/Users/1"}}, ok}, true},
    }));
    Post post_box([&](const Request&) {
        return Scripted{answer(200, json{{"Operations", row.operations}}.dump())};
    });
    post_box.send({patch("1"), patch("2")});
    CHECK(post_box.transport.sent() == Texts{"POST /Bulk"});
    CHECK((post_box.answers["/Users/1"] == "HTTP 200" &&
           post_box.answers["/Users/2"] == "HTTP 200") == row.believed);

    Post of_creates([&](const Request&) {
        return Scripted{answer(200, json{{"Operations", row.operations}}.dump())};
    });
    of_creates.send({post("ada"), post("ben")});
    CHECK(contains(of_creates.answers["ada"], "the result is unknown"));
}

TEST_CASE("a bulk request of POSTs whose answer was lost is not sent again") {
    Post post_box([&](const Request& request) {
        return Scripted{contains(request.url, "/Bulk") ? http::Result(failure(Reason::timeout))
                                                       : http::Result(answer(204))};
    });
    post_box.send({post("ada"), patch("1")});
    CHECK(post_box.transport.sent() == Texts{"POST /Bulk", "PATCH /Users/1"});
    CHECK(contains(post_box.answers["ada"], "no answer in time"));
}

TEST_CASE("after an error that may pass, POSTs are not sent again, and /Bulk is still used") {
    const int status = GENERATE(408, 429, 500, 502, 503, 504, 520);
    bool fails = true;
    Post post_box([&](const Request& request) {
        if (!contains(request.url, "/Bulk")) {
            return Scripted{answer(204)};
        }
        return std::exchange(fails, false) ? Scripted{answer(status)} : bulk(request);
    });
    post_box.send({post("ada"), post("ben")});
    CHECK(post_box.transport.sent() == Texts{"POST /Bulk"});
    CHECK(post_box.answers["ada"] == "HTTP " + std::to_string(status));
    post_box.send({post("cyd"), post("dan")});
    CHECK(post_box.transport.sent() == Texts{"POST /Bulk", "POST /Bulk"});
    CHECK(post_box.answers["dan"] == "HTTP 201");
    CHECK_FALSE(contains(post_box.log.text(), "/Bulk was refused"));
}

TEST_CASE("the warning about a refused /Bulk has the answer, and 401 ends it without one") {
    const int status = GENERATE(300, 401);
    Post post_box([&](const Request& request) {
        return Scripted{answer(contains(request.url, "/Bulk") ? status : 200)};
    });
    post_box.send({patch("1"), patch("2")});
    if (status == 401) {
        CHECK(post_box.transport.sent() == Texts{"POST /Bulk"});
        CHECK(post_box.answers["/Users/1"] == "HTTP 401");
        CHECK(post_box.log.text().empty());
    } else {
        CHECK(post_box.answers["/Users/1"] == "HTTP 200");
        CHECK(contains(post_box.log.text(),
                       "/Bulk was refused (HTTP 300); from now on each change is sent in a request "
                       "of its own"));
    }
}

TEST_CASE("an operation that is answered 429 is sent again alone, unless it is a POST") {
    Post post_box([&](const Request& request) {
        if (!contains(request.url, "/Bulk")) {
            return Scripted{answer(201)};
        }
        auto results = made(request);
        for (auto& operation : results["Operations"]) {
            operation["status"] = "429";
        }
        return Scripted{answer(200, results.dump())};
    });
    post_box.send({post("ada"), patch("1")});
    CHECK(post_box.transport.sent() == Texts{"POST /Bulk", "PATCH /Users/1"});
    CHECK(post_box.answers["ada"] == "HTTP 429");
    CHECK(post_box.answers["/Users/1"] == "HTTP 201");
}

TEST_CASE("after a bulk answer with status 200 and an error, each change is sent alone") {
    Post post_box([&](const Request& request) {
        const auto* error =
            R"({"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"503"})";
        return Scripted{contains(request.url, "/Bulk") ? answer(200, error) : answer(204)};
    });
    post_box.send({patch("1"), patch("2")});
    CHECK(post_box.transport.sent() == Texts{"POST /Bulk", "PATCH /Users/1", "PATCH /Users/2"});
    CHECK(post_box.answers["/Users/1"] == "HTTP 204");
}

TEST_CASE(
    "a service that refuses /Bulk gets single requests from then on, and a warning is logged") {
    const int status = GENERATE(400, 403, 404, 405, 501);
    Post post_box([&](const Request& request) {
        return Scripted{answer(contains(request.url, "/Bulk") ? status : 200)};
    });
    post_box.send({patch("1"), patch("2")});
    post_box.send({patch("3"), patch("4")});
    CHECK(
        post_box.transport.sent() ==
        Texts{
            "POST /Bulk", "PATCH /Users/1", "PATCH /Users/2", "PATCH /Users/3", "PATCH /Users/4"});
    CHECK(contains(post_box.log.text(), "/Bulk was refused"));
}

TEST_CASE("a request that is too large is halved") {
    Post post_box([](const Request& request) {
        const bool many =
            contains(request.url, "/Bulk") && json::parse(request.body).at("Operations").size() > 2;
        return many                             ? Scripted{answer(413)}
               : contains(request.url, "/Bulk") ? bulk(request)
                                                : Scripted{answer(200)};
    });
    post_box.send({patch("1"), patch("2"), patch("3"), patch("4"), patch("5")});
    CHECK(post_box.answers.size() == 5);
    for (const auto& [path, said] : post_box.answers) {
        CHECK(said == "HTTP 200");
    }
    // Five, then two and three, and of these one and two.
    CHECK(post_box.transport.count("POST") == 4);
    CHECK(post_box.transport.count("PATCH") == 1);
}

TEST_CASE("bulk is used if it is supported, within the limits of the service") {
    struct Row {
        int status;
        const char* config;
        bool offered;
    };
    const auto row = GENERATE(values<Row>({
        {200, R"({"bulk":{"supported":true,"maxOperations":50,"maxPayloadSize":1000}})", true},
        {200, R"({"Bulk":{"Supported":"true","maxOperations":50,"maxPayloadSize":1000}})", true},
        {200, R"({"bulk":{"supported":false,"maxOperations":50,"maxPayloadSize":1000}})", false},
        {200, R"({"bulk":{"supported":true,"maxOperations":0,"maxPayloadSize":0}})", false},
        {200, R"({"bulk":{"supported":true}})", false},
        {200, "{}", false},
        {200, "<html></html>", false},
        {404, "", false},
    }));
    Post post_box([&](const Request&) { return Scripted{answer(row.status, row.config)}; });
    const auto limits = apply::offered_bulk(post_box.service);
    CHECK(limits.has_value() == row.offered);
    CHECK(contains(post_box.log.text(), "does not offer it") == !row.offered);
    if (limits) {
        CHECK(limits->operations == 50);
        CHECK(limits->bytes == 1000);
    }
}

TEST_CASE("a refused credential is not treated as missing support of bulk") {
    Post post_box([](const Request&) { return Scripted{answer(401)}; });
    CHECK(caught([&] { (void)apply::offered_bulk(post_box.service); }).status ==
          ExitStatus::denied);
}
