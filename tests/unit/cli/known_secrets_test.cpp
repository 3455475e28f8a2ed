// Secrets of the environment, and keys in the wrong variable, are not shown.

#include "cli/known_secrets.hpp"

#include "base/logging.hpp"
#include "cli/shown_value.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

TEST_CASE("credentials and the users and passwords of proxies are masked") {
    cli::mask_secrets({"CW_SCIM_BEARER_TOKEN= known-secret-token\n",
                       "https_proxy=http://proxyuser:proxy-word@proxy.test:3128",
                       "ALL_PROXY=other:pass@word@proxy.test",
                       "ACTIVATE_USER_KEY=username",
                       "NO_SIGN"});
    CapturedLog log;
    logging::error("known-secret-token proxyuser:proxy-word@h proxy-word other:pass@word username");
    CHECK(log.text() == "test: *** ***@h *** *** username\n");
}

TEST_CASE("a key of ACTIVATE is masked in any text") {
    CapturedLog log;
    logging::error("pwt_aHR0cA.Sec-ret_1== in \"pwt_eA.x\", but not pwt_ or pwt_users or pwt_a. b");
    logging::error("pwut_0123456789abcdef, eyJhbGciOi.eyJzdWIi.c2ln; pwut_short, eyJ, eyJx");
    CHECK(log.text() ==
          "test: *** in \"***\", but not pwt_ or pwt_users or pwt_a. b\n"
          "test: ***, ***; pwut_short, eyJ, eyJx\n");
}

TEST_CASE("a value is shown if it is short, and a path if it begins like one") {
    CHECK(cli::shown_value("abc") == "\"abc\"");
    CHECK(cli::shown_value("tok-secret-1234") ==
          "15 bytes long (not shown, because it could be a secret)");
    CHECK(cli::shown_path("/run/secrets/activate") == "/run/secrets/activate");
    CHECK(cli::shown_path("protect.txt") == "protect.txt");
    CHECK(cli::shown_path("pwt_aHR0cA.SECRETSECRET") ==
          "a path 23 bytes long (not shown, because it could be a secret)");
}
