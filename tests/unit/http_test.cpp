// What an answer is said to be: one sentence, no secret, no body without end.

#include "http.hpp"

#include "catch.hpp"
#include "expect.hpp"
#include "logging.hpp"
#include "scim.hpp"
#include "scripted_transport.hpp"

#include <nlohmann/json.hpp>

#include <string>

using nlohmann::json;

TEST_CASE("an error body is told in one sentence, whoever's it is") {
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

TEST_CASE("a secret that an answer echoes is masked before the answer is cut") {
    const std::string secret = "cut-in-two-4711-0815-4711-0815";
    logging::mask(secret);
    const std::size_t kCutBehind = 300;
    for (std::size_t shown = 1; shown < secret.size(); ++shown) {
        const auto detail = std::string(kCutBehind - shown, '.') + secret;
        const auto told = http::describe(answer(400, json{{"detail", detail}}.dump()));
        CHECK_FALSE(contains(told, secret.substr(0, 4)));
    }
    const auto odd = caught([&] { (void)scim::list_from_json(json{{"totalResults", std::string(20, '.') + secret}}); });
    CHECK(odd.status == ExitStatus::unavailable);
    CHECK_FALSE(odd.says(secret.substr(0, 4)));
}

TEST_CASE("a body that is cut off, empty or nested without end is no JSON") {
    CHECK_FALSE(http::json_body(answer(200, std::string(100'000, '['))));
    CHECK_FALSE(http::json_body(answer(200, "{\"a\":1")));
    CHECK_FALSE(http::json_body(answer(204, "")));
    CHECK(http::json_body(answer(200, "{\"a\":[[1]]}")));
}
