// The certificates of SYNC_CA_FILE: a file that libcurl could not read is rejected before.

#include "http/certificates.hpp"

#include "support/catch.hpp"

#include <fstream>
#include <sstream>
#include <string>

namespace {

// The first certificate of the system.
std::string one_certificate() {
    std::ostringstream content;
    content << std::ifstream("/etc/ssl/certs/ca-certificates.crt").rdbuf();
    const auto all = content.str();
    const std::string end = "-----END CERTIFICATE-----\n";
    const auto found = all.find(end);
    REQUIRE(found != std::string::npos);
    return all.substr(0, found + end.size());
}

}  // namespace

TEST_CASE("certificates are a text in PEM with at least one, and no block is damaged") {
    const auto one = one_certificate();
    CHECK(http::are_certificates(one));
    CHECK(http::are_certificates("# the authority of acme\n" + one + "\n" + one));

    CHECK_FALSE(http::are_certificates(""));
    CHECK_FALSE(http::are_certificates("no certificate"));
    CHECK_FALSE(http::are_certificates("-----BEGIN CERTIFICATE-----\n"));
    CHECK_FALSE(
        http::are_certificates("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
    CHECK_FALSE(http::are_certificates(one.substr(0, one.size() / 2)));
    CHECK_FALSE(http::are_certificates(one + one.substr(0, one.size() / 2)));
}

TEST_CASE("a private key is not a certificate") {
    // An Ed25519 key of RFC 8410, section 10.3.
    CHECK_FALSE(
        http::are_certificates("-----BEGIN PRIVATE KEY-----\n"
                               "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                               "-----END PRIVATE KEY-----\n"));
}
