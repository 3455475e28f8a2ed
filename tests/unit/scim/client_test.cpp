// The calls made to SCIM.

#include "scim/client.hpp"
#include "scim/messages.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using nlohmann::json;
using record::Kind;

namespace {

using Texts = std::vector<std::string>;

/// A scripted SCIM service.
struct Api {
    explicit Api(ScriptedTransport::Handler handler)
        : transport(std::move(handler)),
          client(transport, {.what = "SCIM"}),
          service(client, "https://scim.example/acme", 2) {}

    [[nodiscard]] const http::Request& request(std::size_t call) const {
        return transport.calls().at(call).request;
    }

    ScriptedTransport transport;
    http::Client client;
    scim::ScimClient service;
};

Scripted page(const std::string& body) {
    return {answer(200, body)};
}

}  // namespace

TEST_CASE("a list is walked page by page with its filter, percent-encoded") {
    Api api([](const http::Request& request) {
        return contains(request.url, "startIndex=1&")
                   ? page(
                         R"({"totalResults":3,"startIndex":1,"Resources":[{"id":"1"},{"id":"2"}]})")
                   : page(R"({"totalResults":3,"startIndex":3,"Resources":[{"id":"3"}]})");
    });
    Texts ids;
    api.service.list(Kind::user,
                     scim::filter_starts_with("externalId", "pw-activate:"),
                     [&](const json& resource) { ids.push_back(record::id_of(resource)); });
    CHECK(ids == Texts{"1", "2", "3"});
    CHECK(api.request(0).method == "GET");
    CHECK(api.request(0).url ==
          "https://scim.example/acme/Users"
          "?filter=externalId%20sw%20%22pw-activate%3A%22&startIndex=1&count=2");
    CHECK(contains(api.request(1).url, "startIndex=3&count=2"));
    CHECK(api.transport.calls().size() == 2);
}

TEST_CASE("after a page with fewer rows than requested, the next page begins after these rows") {
    Api api([](const http::Request& request) {
        for (const auto* at : {"1", "2", "3"}) {
            if (contains(request.url, std::string("startIndex=") + at + "&")) {
                return page(R"({"totalResults":3,"Resources":[{"id":")" + std::string(at) +
                            "\"}]}");
            }
        }
        return page(R"({"totalResults":3,"Resources":[]})");
    });
    Texts ids;
    api.service.list(Kind::group, "", [&](const json& r) { ids.push_back(record::id_of(r)); });
    CHECK(ids == Texts{"1", "2", "3"});
    CHECK(api.request(0).url == "https://scim.example/acme/Groups?startIndex=1&count=2");
}

TEST_CASE("a list that cannot be read ends the run with the matching status") {
    struct Row {
        Scripted scripted;
        ExitStatus ends;
    };
    using Reason = http::Failure::Reason;
    const auto row = GENERATE(values<Row>({
        {{answer(401, R"({"detail":"expired"})")}, ExitStatus::denied},
        {{answer(403)}, ExitStatus::denied},
        {{answer(404)}, ExitStatus::unavailable},
        {{answer(301)}, ExitStatus::unavailable},
        {{answer(200, "<html>Sign in</html>")}, ExitStatus::unavailable},
        {{answer(200, "{}")}, ExitStatus::unavailable},
        {{answer(200, R"({"totalResults":1,"Resources":[{}]})")}, ExitStatus::unavailable},
        {{answer(500)}, ExitStatus::retry_later},
        {{answer(503)}, ExitStatus::retry_later},
        {{failure(Reason::refused)}, ExitStatus::retry_later},
        {{failure(Reason::untrusted)}, ExitStatus::unavailable},
        {{answer(200, R"({"totalResults":9,"Resources":[{"id":"1"}]})")}, ExitStatus::retry_later},
    }));
    CapturedLog log;
    Api api([&](const http::Request&) { return row.scripted; });
    const auto error = caught([&] { api.service.list(Kind::user, "", [](const json&) {}); });
    CHECK(error.status == row.ends);
}

TEST_CASE("the results of a search are selected again here") {
    Api api([](const http::Request&) {
        return page(R"({"totalResults":4,"Resources":[
            {"id":"1","userName":"ADA@acme.org","externalId":"x"},{"id":"2","userName":"ben@acme.org","externalId":"X"},
            {"id":"3"},{"id":"4","userName":7}]})");
    });
    const auto by_name = api.service.find(Kind::user, "userName", "ada@acme.org");
    REQUIRE(by_name.size() == 1);
    CHECK(record::id_of(by_name.front()) == "1");
    const auto by_id = api.service.find(Kind::user, "externalId", "X");
    REQUIRE(by_id.size() == 1);
    CHECK(record::id_of(by_id.front()) == "2");
}

TEST_CASE("requests have SCIM's media type, and a body has its content type") {
    Api api([](const http::Request&) { return page("{}"); });
    const auto get = api.service.request("GET", "/Users/1");
    CHECK(get.url == "https://scim.example/acme/Users/1");
    REQUIRE(get.headers.size() == 1);
    CHECK(get.headers[0].first == "Accept");
    CHECK(contains(get.headers[0].second, "application/scim+json"));
    const auto post = api.service.request("POST", "/Users", "{}");
    REQUIRE(post.headers.size() == 2);
    CHECK(post.headers[1].first == "Content-Type");
    CHECK(post.headers[1].second == "application/scim+json");
}

TEST_CASE("a search with a row that has no usable id has no result") {
    const auto row = GENERATE(as<std::string>(), R"({"id":"1"})", R"({"id":".."})", "{}", "null");
    Api api([&](const http::Request&) {
        return page(R"({"totalResults":1,"Resources":[)" + row + "]}");
    });
    bool found = false;
    api.service.search(Kind::user, "", [&](const auto& rows) { found = rows.has_value(); });
    api.client.drain();
    CHECK(found == (row == R"({"id":"1"})"));
}
