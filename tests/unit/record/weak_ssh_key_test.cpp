// SSH keys that anyone can use, and comments that must not be sent.
#include "record/ssh_key.hpp"
#include "record/validation.hpp"
#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <string>
#include <vector>

using record::is_sendable_ssh_key;
using record::why_not_ssh_key;
using ssh_blob::rsa_blob;

namespace {

const std::string k65537("\x01\x00\x01", 3);

}  // namespace

TEST_CASE("an Ed25519 point of low order is rejected, with either sign") {
    const std::string zeros(30, '\0');
    const std::string ones(30, '\xff');
    for (const unsigned sign : {0x00U, 0x80U}) {
        const auto last = [&](unsigned byte) { return static_cast<char>(byte | sign); };
        for (const auto& point : {'\0' + zeros + last(0x00),
                                  '\1' + zeros + last(0x00),
                                  '\xec' + ones + last(0x7f),
                                  '\xed' + ones + last(0x7f),
                                  '\xee' + ones + last(0x7f)}) {
            const auto line = ssh_blob::line(
                "ssh-ed25519", ssh_blob::field("ssh-ed25519") + ssh_blob::field(point));
            CHECK(why_not_ssh_key(line) == "the Ed25519 key is a point of low order");
            CHECK_FALSE(is_sendable_ssh_key(line));
        }
    }
    // The two points of order 8.
    for (const auto* end : {"ICbolY/CsiewRcP0ifLvmPDV36wF08YzObE4AohtU/wF",
                            "IMcXanA9TdhPujwLdg0QZw8qIFP6LDnMxk7H/XeSrAN6"}) {
        CHECK_FALSE(is_sendable_ssh_key("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA" + std::string(end)));
    }
    // A point with a similar end is accepted.
    CHECK(is_sendable_ssh_key(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMcXanA9TdhPujwLdg0QZw8qIFP6LDnMxk7H/XeTrAN6"));
}

TEST_CASE("an RSA modulus that is even, or has a long run of one byte, is rejected") {
    for (const std::size_t bits : {2048U, 3072U, 4096U}) {
        const auto good = ssh_blob::integer_of_bits(bits);
        const auto is_accepted = [](const std::string& modulus) {
            const auto line = ssh_blob::line("ssh-rsa", rsa_blob(k65537, modulus));
            CHECK(is_sendable_ssh_key(line) == !why_not_ssh_key(line));
            return is_sendable_ssh_key(line);
        };
        CHECK(is_accepted(good));
        auto even = good;
        even.back() = '\x42';
        CHECK_FALSE(is_accepted(even));
        for (std::size_t at = 2; at + 16 <= good.size(); ++at) {
            for (const char byte : {'\0', '\xff', 'x'}) {
                auto with_run = good;
                with_run.replace(at, 16, std::string(16, byte));
                with_run.back() = static_cast<char>(with_run.back() | 1);
                if (at + 16 < good.size() || byte == '\xff') {
                    CHECK_FALSE(is_accepted(with_run));
                }
            }
        }
    }
}

TEST_CASE("the zero point of an elliptic curve is rejected") {
    const auto zero = ssh_blob::field("ecdsa-sha2-nistp256") + ssh_blob::field("nistp256") +
                      ssh_blob::field('\4' + std::string(64, '\0'));
    CHECK(why_not_ssh_key(ssh_blob::line("ecdsa-sha2-nistp256", zero)) == "the point is zero");
}

TEST_CASE("a comment that must not be sent is removed, and its key is kept") {
    const auto key = ssh_blob::valid_line(1);
    std::vector<std::string> warnings;
    const record::User user{.user_name = "ada@acme.org",
                            .ssh_keys = {{key + " Ren\xc3\xa9", key + "\ncommand"}}};
    CHECK(record::admitted_keys(user, warnings) == record::KeyViews{key});
    REQUIRE(warnings.size() == 2);
    CHECK(warnings[0].find("is sent without its comment") != std::string::npos);
    CHECK(warnings[1].find("is not sent") != std::string::npos);
}
