#include "http/retry.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <ctime>
#include <optional>
#include <string>

using http::backoff;
using http::Failure;
using http::is_retryable;
using http::Request;
using http::Response;
using http::retry_after;
using http::RetryPolicy;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::time_t kNow = 1'794'000'000;

std::optional<milliseconds> waits(const std::string& text) {
    return http::retry_after(Response{429, {{"retry-after", text}}, {}}, kNow);
}

std::string http_date(std::time_t at) {
    std::tm utc{};
    gmtime_r(&at, &utc);
    char text[64];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
    return text;
}

}  // namespace

TEST_CASE("a request that did not reach the service is always tried again") {
    const bool harmless = GENERATE(false, true);
    CHECK(http::is_retryable(Failure{Failure::Reason::refused, {}}, harmless));
}

TEST_CASE("a request that may have been carried out is tried again only if that is harmless") {
    const int status = GENERATE(408, 429, 500, 502, 503, 504, 509, 520, 522, 525, 530);
    CHECK(http::is_retryable(Response{status, {}, {}}, true));
    CHECK_FALSE(http::is_retryable(Response{status, {}, {}}, false));
    for (const auto reason :
         {Failure::Reason::timeout, Failure::Reason::interrupted, Failure::Reason::unmatched}) {
        CHECK(http::is_retryable(Failure{reason, {}}, true));
        CHECK_FALSE(http::is_retryable(Failure{reason, {}}, false));
    }
}

TEST_CASE("a permanent failure is not tried again") {
    const int status = GENERATE(
        200, 201, 204, 301, 302, 400, 401, 403, 404, 407, 409, 412, 413, 501, 505, 508, 519, 531);
    CHECK_FALSE(http::is_retryable(Response{status, {}, {}}, true));
    for (const auto reason : {Failure::Reason::too_large,
                              Failure::Reason::untrusted,
                              Failure::Reason::unusable,
                              Failure::Reason::blocked,
                              Failure::Reason::stopped}) {
        CHECK_FALSE(http::is_retryable(Failure{reason, {}}, true));
    }
}

TEST_CASE("an answer to a GET for JSON that is empty, a web page or cut short is damaged") {
    struct Row {
        std::string body;
        bool damaged;
    };
    const auto row = GENERATE(values<Row>({{"", true},
                                           {" \r\n", true},
                                           {"<html>Sign in</html>", true},
                                           {"\n<!DOCTYPE html>", true},
                                           {R"({"Resources":[{"id":"7)", true},
                                           {R"([{"id":1},)", true},
                                           {"{}\n", false},
                                           {" [] ", false},
                                           {R"("acme")", false},
                                           {"plain", false}}));
    const Request json{
        "GET", "/Users", {{"Accept", "application/scim+json, application/json"}}, {}};
    const Request text{"GET", "/keys", {{"Accept", "application/json, text/plain"}}, {}};
    const Request patch{"PATCH", "/Users/7", json.headers, "{}"};
    CHECK(http::is_damaged(json, Response{200, {}, row.body}) == row.damaged);
    CHECK_FALSE(http::is_damaged(text, Response{200, {}, row.body}));
    CHECK_FALSE(http::is_damaged(patch, Response{200, {}, row.body}));
    CHECK_FALSE(http::is_damaged(json, Response{404, {}, row.body}));
    CHECK_FALSE(http::is_damaged({"GET", "/Users", {}, {}}, Response{200, {}, row.body}));
}

TEST_CASE("Retry-After is read in seconds") {
    CHECK(waits("0") == milliseconds(0));
    CHECK(waits("7") == seconds(7));
    CHECK(waits("120") == seconds(120));
}

TEST_CASE("Retry-After is read with a fraction of a second") {
    CHECK(waits("0.5") == milliseconds(500));
    CHECK(waits("7.25") == milliseconds(7250));
    CHECK(waits("1.0000000001") >= milliseconds(1000));
    CHECK(waits("1.0000000001") <= milliseconds(1001));
}

TEST_CASE("Retry-After is read as an HTTP date, relative to now") {
    CHECK(waits(http_date(kNow + 90)) == seconds(90));
    CHECK(waits(http_date(kNow)) == seconds(0));
    CHECK(waits("Sun, 06 Nov 1994 08:49:37 GMT") == seconds(0));
}

TEST_CASE("each form of an HTTP date is read") {
    constexpr std::time_t kBefore = 784'111'777 - 90;
    const auto text = GENERATE(as<std::string>{},
                               "Sun, 06 Nov 1994 08:49:37 GMT",
                               "Sunday, 06-Nov-94 08:49:37 GMT",
                               "Sun Nov  6 08:49:37 1994");
    CHECK(http::retry_after(Response{503, {{"retry-after", text}}, {}}, kBefore) == seconds(90));
}

TEST_CASE("a date is relative to the clock of the service, if its answer shows that") {
    const Response answer{503,
                          {{"retry-after", http_date(kNow + 3600 + 20)},
                           {"date", GENERATE(as<std::string>{}, http_date(kNow + 3600), "now")}},
                          {}};
    const bool shown = answer.header("date") != "now";
    CHECK(http::retry_after(answer, kNow) == seconds(shown ? 20 : 3620));
}

TEST_CASE("a Retry-After in the far future stays a number within range") {
    CHECK(waits("9223372036854775807") >= seconds(86'400));
    CHECK(waits(http_date(kNow + 10'000'000)) >= seconds(86'400));
}

TEST_CASE("a Retry-After that is absent or invalid is ignored") {
    const auto text = GENERATE(as<std::string>{},
                               "",
                               "soon",
                               "7 seconds",
                               "7.",
                               ".5",
                               "7.5s",
                               "7.-5",
                               "1e3",
                               "-5",
                               "99999999999999999999999",
                               "06 Nov 1994",
                               "Sun, 06 Nov 1994");
    CHECK_FALSE(waits(text));
    CHECK_FALSE(http::retry_after(Response{429, {}, {}}, kNow));
    CHECK_FALSE(http::retry_after(Failure{Failure::Reason::timeout, {}}, kNow));
}

TEST_CASE("the wait doubles from try to try, up to its maximum") {
    RetryPolicy policy;
    policy.base = milliseconds(500);
    policy.longest_wait = milliseconds(3000);
    const double nearly_one = 0.999'999'999;
    CHECK(http::backoff(policy, 0, nearly_one) == milliseconds(499));
    CHECK(http::backoff(policy, 1, nearly_one) == milliseconds(999));
    CHECK(http::backoff(policy, 2, nearly_one) == milliseconds(1999));
    CHECK(http::backoff(policy, 3, nearly_one) == milliseconds(2999));
    CHECK(http::backoff(policy, 1000, nearly_one) == milliseconds(2999));
}

TEST_CASE("jitter is full: any wait from zero to the maximum may occur") {
    const RetryPolicy policy;
    CHECK(http::backoff(policy, 3, 0.0) == milliseconds(0));
    CHECK(http::backoff(policy, 0, 0.5) == policy.base / 2);
    for (int attempt = 0; attempt < 70; ++attempt) {
        for (const double dice : {0.0, 0.1, 0.5, 0.9, 0.999'999}) {
            const auto wait = http::backoff(policy, attempt, dice);
            CHECK(wait >= milliseconds(0));
            CHECK(wait < policy.longest_wait);
        }
    }
}
