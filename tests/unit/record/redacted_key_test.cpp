// Keys of every type in redacted records.

#include "record/redacted_key.hpp"

#include "base/encoding.hpp"
#include "base/keyed_hash.hpp"
#include "record/ssh_key.hpp"
#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <string>

using record::why_not_ssh_key;
using ssh_blob::field;

namespace {

const KeyedDigest kDigest("0123456789abcdef");
const std::string kExponent("\x01\x00\x01", 3);

std::string redacted(const std::string& line) {
    return record::redacted_ssh_key(*record::parse_ssh_key(line), kDigest);
}

}  // namespace

TEST_CASE("a key of each type has a substitute of the same type and size that may be sent") {
    const std::string fido = "sk-ssh-ed25519@openssh.com";
    const std::string fido_ecdsa = "sk-ecdsa-sha2-nistp256@openssh.com";
    const auto line = GENERATE_COPY(
        as<std::string>{},
        ssh_blob::valid_line(1),
        ssh_blob::line("ssh-rsa", ssh_blob::rsa_blob(kExponent, ssh_blob::integer_of_bits(2048))),
        ssh_blob::line(
            "ssh-rsa",
            ssh_blob::rsa_blob(kExponent, '\x41' + ssh_blob::integer_of_bits(3072).substr(2))),
        ssh_blob::line("ecdsa-sha2-nistp384", ssh_blob::ecdsa_blob("nistp384", 48)),
        ssh_blob::line(fido, field(fido) + field(std::string(32, 'k')) + field("ssh:work")),
        ssh_blob::line(fido_ecdsa,
                       field(fido_ecdsa) + field("nistp256") +
                           field('\x04' + std::string(64, 'p')) + field("ssh:")));
    CAPTURE(line);
    REQUIRE(why_not_ssh_key(line) == std::nullopt);
    const auto other = redacted(line);
    CAPTURE(other);
    CHECK(why_not_ssh_key(other) == std::nullopt);
    CHECK(other != line);
    CHECK(other.substr(0, other.find(' ')) == line.substr(0, line.find(' ')));
    CHECK(other == redacted(line));
    if (line.find("sk-") != 0) {
        CHECK(other.size() == line.size());
    }
}

TEST_CASE("substitutes of a refused key of a type that is not known are of no type") {
    const auto word = std::string("abcdefgh");
    CHECK(record::refused_ssh_keys_like("ssh-xmss AAAA", word, kDigest).size() == 2);
    CHECK(record::refused_ssh_keys_like("not a key", word, kDigest).size() == 2);
    CHECK(record::refused_ssh_keys_like("ssh-rsa AAAA", word, kDigest).size() == 6);
    CHECK(record::refused_ssh_keys_like("ssh-rsa not*base64", word, kDigest).size() == 6);
    const auto other_type = ssh_blob::line("ssh-rsa", field("ssh-dss") + field("x"));
    CHECK(record::refused_ssh_keys_like(other_type, word, kDigest).size() == 6);
    const auto empty = ssh_blob::line("ssh-rsa", field("ssh-rsa") + field(kExponent) + field(""));
    CHECK(record::refused_ssh_keys_like(empty, word, kDigest).size() == 7);
    const auto zero = ssh_blob::line(
        "ssh-rsa", field("ssh-rsa") + field(kExponent) + field(std::string(1, '\0')));
    CHECK(record::refused_ssh_keys_like(zero, word, kDigest).size() == 7);
    const std::string fido = "sk-ssh-ed25519@openssh.com";
    const auto no_application =
        ssh_blob::line(fido, field(fido) + field(std::string(32, 'k')) + field(""));
    CHECK(record::refused_ssh_keys_like(no_application, word, kDigest).back().size() ==
          no_application.size());
    const auto no_point = ssh_blob::line(
        "ecdsa-sha2-nistp256", field("ecdsa-sha2-nistp256") + field("nistp256") + field(""));
    CHECK(record::refused_ssh_keys_like(no_point, word, kDigest).back() == no_point);
}
