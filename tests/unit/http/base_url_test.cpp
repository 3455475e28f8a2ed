#include "http/base_url.hpp"

#include "base/error.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"

#include <string>

namespace {

void complain(const std::string& sentence) {
    throw Error(ExitStatus::bad_config, "CW_SCIM_BASE_URL " + sentence);
}

}  // namespace

TEST_CASE("a base URL is https, and is returned without its last slashes") {
    CHECK(http::checked_base_url("https://api.example/scim/acme//", complain) ==
          "https://api.example/scim/acme");
    CHECK(http::checked_base_url(" https://api.example/scim/acme/\r\n", complain) ==
          "https://api.example/scim/acme");
    CHECK(http::checked_base_url("https://api.example", complain) == "https://api.example");
}

TEST_CASE("http is allowed for loopback only") {
    const auto host = GENERATE(as<std::string>{}, "127.0.0.1:8080", "localhost", "[::1]:9");
    CHECK(http::checked_base_url("http://" + host + "/x", complain) == "http://" + host + "/x");
}

TEST_CASE(
    "an invalid base URL, or one that would expose the credential, is rejected with its variable") {
    const auto url = GENERATE(as<std::string>{},
                              "http://api.example",
                              "http://10.0.0.1",
                              "http://localhost.example",
                              "http://127.0.0.1.example",
                              "ftp://api.example",
                              "file:///etc/passwd",
                              "https://ada@api.example",
                              "https://ada:secret@api.example",
                              "https://api.example/?x=1",
                              "https://api.example/#x",
                              "https://",
                              "api.example",
                              "https://api example",
                              "\"https://api.example\"",
                              "'https://api.example'",
                              "\xE2\x80\x9Chttps://api.example\xE2\x80\x9D",
                              "pwt_aHR0cA.secret",
                              "");
    const auto error = caught([&] { (void)http::checked_base_url(url, complain); });
    CHECK(error.status == ExitStatus::bad_config);
    CHECK(error.says("CW_SCIM_BASE_URL is not usable: "));
    CHECK_FALSE(error.says("secret"));
}

TEST_CASE("one service has one canonical base URL") {
    const auto* const url = GENERATE("https://api.example/scim/Acme",
                                     "HTTPS://API.Example/scim/Acme",
                                     "https://api.example:443/scim/Acme",
                                     "https://api.example/scim/Acme//");
    CHECK(http::canonical_base_url(url) == "https://api.example/scim/Acme");
    CHECK(http::canonical_base_url("https://api.example:8443") == "https://api.example:8443");
    CHECK(http::canonical_base_url("http://[::1]:80/x/") == "http://[::1]/x");
}

TEST_CASE("the origin of a URL ends before its path, query or fragment") {
    CHECK(http::origin_of("https://api.example:443/scim/v2") == "https://api.example:443");
    CHECK(http::origin_of("https://api.example") == "https://api.example");
    CHECK(http::origin_of("http://127.0.0.1?@api.example/a") == "http://127.0.0.1");
    CHECK(http::origin_of("http://127.0.0.1#//api.example") == "http://127.0.0.1");
    CHECK(http::origin_of("api.example/a") == "api.example/a");
}

TEST_CASE("loopback is localhost, 127.0.0.0/8 and ::1, in any spelling") {
    for (const auto* url : {"http://127.0.0.1:9/x",
                            "https://127.9.9.9",
                            "http://LOCALHOST:80",
                            "https://[::1]/a",
                            "http://[0:0:0:0:0:0:0:1]:1"}) {
        CHECK(http::is_loopback_url(url));
    }
    for (const auto* url : {"https://127.0.0.1.example",
                            "https://localhost.example",
                            "https://[::2]",
                            "https://api.example/127.0.0.1",
                            "https://128.0.0.1",
                            ""}) {
        CHECK_FALSE(http::is_loopback_url(url));
    }
}
