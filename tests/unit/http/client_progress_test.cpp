// http::Client: what it reports while it waits, and the line of each request at level debug.

#include "base/progress.hpp"
#include "http/client.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/http_requests.hpp"
#include "support/scripted_transport.hpp"

#include <string>

using namespace http_requests;

namespace {

// The log of a fetch of /a, whose first answer is `first`.
std::string progress_while(const Scripted& first) {
    CapturedLog log;
    progress::configure(progress::Output::always_log);
    ScriptedTransport transport([&, calls = 0](const Request&) mutable {
        return calls++ == 0 ? first : Scripted{answer(200)};
    });
    Client client(transport, {.what = "SCIM"});
    (void)client.fetch(get("/a"));
    progress::configure(progress::Output::none);
    return log.text();
}

}  // namespace

TEST_CASE("the progress names the responses that are waited for") {
    CHECK(contains(progress_while({answer(200), seconds(45)}),
                   "progress: waiting for 1 response of SCIM\n"));
}

TEST_CASE("the progress names the pause that the service asked for") {
    CHECK(contains(progress_while({answer(429, {}, {{"retry-after", "70"}})}),
                   "progress: 1 retry; waiting 40 s before the next request to SCIM, as it asked "
                   "(Retry-After)\n"));
    CHECK_FALSE(
        contains(progress_while({answer(502, {}, {{"retry-after", "70"}})}), "as it asked"));
}

TEST_CASE("at level debug, each request has a line, without headers and bodies") {
    CapturedLog log(logging::Level::debug);
    ScriptedTransport transport([calls = 0](const Request&) mutable {
        return Scripted{answer(calls++ == 0 ? 503 : 200, "an answer"), milliseconds(20)};
    });
    Client client(transport, {.what = "SCIM", .headers = {{"Authorization", "Bearer s3cret"}}});
    (void)client.fetch({"PUT", "/b?x=1", {}, "a body"});
    CHECK(contains(
        log.text(),
        "debug: SCIM: answered method=PUT url=/b?x=1 status=503 ms=20 bytes=9 attempt=1\n"));
    CHECK(contains(log.text(), "status=200 ms=20 bytes=9 attempt=2\n"));
    CHECK_FALSE(contains(log.text(), "s3cret"));
    CHECK_FALSE(contains(log.text(), "body"));
    logging::set_level(logging::Level::warning);
}
