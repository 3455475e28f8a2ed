// The description of an answer: one sentence, without secrets and without long bodies.

#include "http/transport.hpp"

#include "base/logging.hpp"
#include "http/describe_response.hpp"
#include "scim/messages.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <string>

using nlohmann::json;

TEST_CASE("an error body of any service is described in one sentence") {
    const auto told = [](int status, const std::string& body, const std::string& type = {}) {
        return http::describe(answer(status, body, {{"content-type", type}}));
    };
    CHECK(told(409, R"({"scimType":"uniqueness","detail":"userName is taken","status":"409"})") ==
          "HTTP 409 (uniqueness): userName is taken");
    CHECK(told(400, R"({"error":true,"code":"invalid_request","message":"no"})") ==
          "HTTP 400 (invalid_request): no");
    CHECK(told(403, R"({"type":"about:blank","title":"Forbidden"})") == "HTTP 403: Forbidden");
    CHECK(told(400, R"({"detail":["a","b"]})") == R"(HTTP 400: ["a","b"])");
    CHECK(told(500, "") == "HTTP 500");
    CHECK(told(500, "[]") == "HTTP 500");
    CHECK(contains(told(502, "<html>Bad gateway</html>"), "a web page"));
    CHECK(contains(told(502, " ", "text/html"), "a web page"));
    CHECK(contains(told(302, ""), "redirects are not followed"));
    CHECK(told(400, "{\"detail\":\"" + std::string(5000, 'x') + "\"}").size() < 400);
    CHECK(http::describe(failure(http::Failure::Reason::timeout)) == "no answer in time");
    CHECK(http::describe(http::Failure{http::Failure::Reason::refused, "port 9"}) ==
          "no connection: port 9");
}

TEST_CASE("a secret in an answer is masked before the answer is cut") {
    const std::string secret = "cut-in-two-4711-0815-4711-0815";
    logging::mask(secret);
    const std::size_t kCutBehind = 300;
    for (std::size_t shown = 1; shown < secret.size(); ++shown) {
        const auto detail = std::string(kCutBehind - shown, '.') + secret;
        const auto told = http::describe(answer(400, json{{"detail", detail}}.dump()));
        CHECK_FALSE(contains(told, secret.substr(0, 4)));
    }
    const auto odd = caught([&] {
        (void)scim::list_from_json(json{{"totalResults", std::string(20, '.') + secret}});
    });
    CHECK(odd.status == ExitStatus::unavailable);
    CHECK_FALSE(odd.says(secret.substr(0, 4)));
}

TEST_CASE(
    "a body that is not JSON is described; the URL is doubted only if another service may have "
    "answered") {
    const auto told =
        [](const std::string& body, const std::string& type, const std::string& encoding = {}) {
            return http::no_json(
                answer(200, body, {{"content-type", type}, {"content-encoding", encoding}}),
                "is the URL right?");
        };
    const std::string json_type = "application/scim+json";
    CHECK(told("hello", "text/plain") == "not JSON but 5 bytes of text/plain; is the URL right?");
    CHECK(contains(told("<html>", json_type), "an HTML page"));
    CHECK(contains(told("<html>", json_type), "is the URL right?"));
    CHECK(contains(told("", json_type), "not JSON but an empty body; the response is corrupted"));
    CHECK(told("", "text/plain") == "not JSON but an empty body; is the URL right?");
    CHECK(contains(told("[{\"uid\":1e400}]", json_type), "a number out of range: '1e400'; "));
    CHECK(contains(told("{\"a\":", json_type), "JSON that goes wrong at byte 6 of 5; "));
    CHECK(
        contains(told("\x1f\x8b", json_type, "gzip"), "encoded as gzip, which was not asked for"));
    CHECK(contains(told("\"M\xfcller\"", json_type), "goes wrong at byte 3 of 8"));
    CHECK(contains(told(std::string(40, '[') + std::string(40, ']'), json_type),
                   "nested more than 32 deep"));
    CHECK_FALSE(contains(told("{", json_type), "is the URL right?"));
}

TEST_CASE("a temporary failure has the wait that the service requests, and 304 is not a redirect") {
    const auto end = [](int status) {
        return caught([&] {
            http::throw_failure("SCIM /Users", answer(status, "", {{"retry-after", "120"}}), "");
        });
    };
    CHECK(end(429).says("run again later, as it says: Retry-After: 120"));
    CHECK(end(429).status == ExitStatus::retry_later);
    CHECK_FALSE(end(304).says("redirect"));
    CHECK(end(308).says("redirects are not followed"));
}

TEST_CASE("a body that is cut off, empty or too deeply nested is not JSON") {
    CHECK_FALSE(http::json_body(answer(200, std::string(100'000, '['))));
    CHECK_FALSE(http::json_body(answer(200, "{\"a\":1")));
    CHECK_FALSE(http::json_body(answer(204, "")));
    CHECK(http::json_body(answer(200, "{\"a\":[[1]]}")));
}

TEST_CASE("a value that cannot be decoded does not make the body invalid") {
    const auto body =
        http::json_body({.status = 200, .body = R"([{"name":"x \ud83d"},{"name":"y"}])"});
    REQUIRE(body);
    CHECK((*body)[0]["name"] == "x \xEF\xBF\xBD");
    CHECK((*body)[1]["name"] == "y");
}
