#include "record/ssh_key.hpp"

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/ssh_blob.hpp"

#include <string>
#include <vector>

using record::is_sendable_ssh_key;
using record::normalised_ssh_key;
using record::parse_ssh_key;
using record::ssh_key_fingerprint;
using record::why_not_ssh_key;
using ssh_blob::ecdsa_blob;
using ssh_blob::ed25519_blob;
using ssh_blob::field;
using ssh_blob::integer_of_bits;
using ssh_blob::line;
using ssh_blob::rsa_blob;

namespace {

const std::string k65537("\x01\x00\x01", 3);

std::string sk_ed25519(const std::string& application) {
    const std::string type = "sk-ssh-ed25519@openssh.com";
    return line(type, field(type) + field(std::string(32, 'k')) + application);
}

std::string sk_ecdsa(const std::string& application) {
    const std::string type = "sk-ecdsa-sha2-nistp256@openssh.com";
    return line(
        type, field(type) + field("nistp256") + field('\x04' + std::string(64, 'p')) + application);
}

/// The reason for which `key` is rejected; empty if it is accepted.
std::string refusal(const std::string& key) {
    return record::why_not_ssh_key(key).value_or("");
}

// Made with `ssh-keygen -t … -N ''`; fingerprints as `ssh-keygen -lf` prints them.
struct Known {
    const char* line;
    const char* fingerprint;
};
const std::vector<Known> kKnown{
    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK+HyyDr5KTJ2dyTbb6HWmQ8HM4M1pLGFiorbMbVxeCg ada@laptop",
     "SHA256:Endxduikv6OFMpPUZ2MzO2zXNHQ3X2nXbS1Z2CupqeI"},
    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
     "SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA"},
    {"ecdsa-sha2-nistp256 "
     "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBG2MB7lMYOxgbBk/eTtZ8+kwQgat/"
     "ZezG71iK37lzxsELevqwIirEO+BzanHEiYbghWKH9Bn8yy5JCPFPWo7CqY=",
     "SHA256:h7hXOPCsztzwl533B8JXEUaL44jKcg74BFwTOGykPG0"},
    {"ecdsa-sha2-nistp384 "
     "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBI6U0H/"
     "3vTlmBgJi4W1y2oucUb5EmjIbfK4W9dpuvSJ4pi8276QLM0Q75ZmgTrNGYaypT2c2otoxqVeBSSUu4RBkxLQPam7gI0xg"
     "ktT0cla"
     "DOptnKLHV3HSWQJAg/RXbaw==",
     "SHA256:mQu+Klp4waSkg8BJLJd5l0q5yqJ4OHZ16e834L6eFfg"},
    {"ecdsa-sha2-nistp521 "
     "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAE6V/"
     "mCYt1UyWDeqDuOwdGlb69jNpfzE4KXjZBSQxfpyIogN4O0c/"
     "eqVx2BhPw2ggultRspLn0qt6Mb69fZiDg9HgAyKm8TxOsK5BaGDXKSVf9vheymkGoWQz96UCdiP21VbDPnaCDdTlZRC8y"
     "ZwUcXnO"
     "uTe+m4JbWP1MjeZk4Oe95J/Q==",
     "SHA256:+NsvGDqDC3U0StoVqiRepYBQ036he6912SsVq9s3bK8"},
    {"ssh-rsa "
     "AAAAB3NzaC1yc2EAAAADAQABAAABAQCr9XC29aUMA07tGNza3EkY0/"
     "6MNzNGW2lR2aV6WrI0MW6Hw9samljiIT2If2BtSuBzFWn0HuIBZPjAt70fbhvCLnDoWJUsYK+"
     "HpAWq3IvbkxbY0hdnatFTOfarAooOBKm1BxW4443SqvSEe6Fnsa7z74gBjkVcydRyZEmScVMmhKfXIk6+"
     "EDxg5DDwuL0Hwm5cyLPtvb5eZb5B+1oEHrtAvxR/NRp/"
     "l1KRcPcR8kV2o91FHf7FzaPo8pdGzwBvBUGeWERf7PU3wDOtrXzF0EpzR0TiQkOOFnXLk6DeNwIdwsYLooJH0chMyz9la"
     "wzVuS6"
     "X58n0YUWs0Gk70uxqMfUh r",
     "SHA256:BITTUn4rQYg4qRGA6c0+hkvrjwuROh1STdw3a3M3TBY"},
};

}  // namespace

TEST_CASE("real keys are accepted, and their fingerprint is the one of ssh-keygen") {
    const auto known = GENERATE(from_range(kKnown));
    INFO(known.line);
    CHECK(refusal(known.line).empty());
    CHECK(record::ssh_key_fingerprint(known.line) == known.fingerprint);
}

TEST_CASE("a key of each accepted type, made byte by byte, is accepted") {
    CHECK(refusal(line("ssh-ed25519", ed25519_blob())).empty());
    CHECK(refusal(line("ecdsa-sha2-nistp256", ecdsa_blob("nistp256", 32))).empty());
    CHECK(refusal(line("ecdsa-sha2-nistp384", ecdsa_blob("nistp384", 48))).empty());
    CHECK(refusal(line("ecdsa-sha2-nistp521", ecdsa_blob("nistp521", 66))).empty());
    CHECK(refusal(line("ssh-rsa", rsa_blob(k65537, integer_of_bits(2048)))).empty());
    CHECK(refusal(line("ssh-rsa", rsa_blob("\x03", integer_of_bits(4096)))).empty());
    CHECK(refusal(sk_ed25519(field("ssh:"))).empty());
    CHECK(refusal(sk_ecdsa(field("ssh:"))).empty());
    CHECK(refusal(ssh_blob::valid_line(7)).empty());
}

TEST_CASE(
    "the quick check accepts a common key exactly if the complete check does, for all end digits") {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-\\\"";
    const auto key = GENERATE(line("ssh-ed25519", ed25519_blob()),
                              line("ssh-rsa", rsa_blob(k65537, integer_of_bits(2048))),
                              line("ssh-rsa", rsa_blob(k65537, integer_of_bits(3072))),
                              line("ssh-rsa", rsa_blob(k65537, integer_of_bits(4096))));
    CAPTURE(key);
    for (std::size_t at = 0; at < key.size(); ++at) {
        if (at > 50 && at + 8 < key.size()) {
            continue;
        }
        for (const char digit : kDigits) {
            auto changed = key;
            changed[at] = digit;
            REQUIRE(record::is_sendable_ssh_key(changed) == !record::why_not_ssh_key(changed));
        }
    }
}

TEST_CASE("a comment may follow, even one with spaces") {
    CHECK(refusal(line("ssh-ed25519", ed25519_blob()) + " ada@laptop").empty());
    CHECK(refusal(line("ssh-ed25519", ed25519_blob()) + " my old laptop (2019)").empty());
}

TEST_CASE("types that are weak, or that grant more than a login, are rejected") {
    const auto type = GENERATE(as<std::string>{},
                               "ssh-dss",
                               "ssh-ed25519-cert-v01@openssh.com",
                               "ssh-rsa-cert-v01@openssh.com",
                               "ecdsa-sha2-nistp256-cert-v01@openssh.com",
                               "sk-ssh-ed25519-cert-v01@openssh.com",
                               "ssh-ed448",
                               "ecdsa-sha2-1.3.132.0.10",
                               "ssh-rsa2");
    CHECK(contains(refusal(line(type, field(type) + field(std::string(32, 'k')))),
                   "keys of type " + type + " are not accepted"));
}

TEST_CASE("a line with any options is rejected") {
    const auto options = GENERATE(as<std::string>{},
                                  "command=\"/bin/sh\" ",
                                  "no-pty ",
                                  "restrict,pty ",
                                  "environment=\"LD_PRELOAD=/tmp/x.so\" ",
                                  "cert-authority ",
                                  "principals=\"root\" ",
                                  "from=\"ssh-rsa\" ");
    const auto key = options + line("ssh-ed25519", ed25519_blob());
    CHECK(contains(refusal(key), "options"));
    CHECK_FALSE(record::parse_ssh_key(key));
}

TEST_CASE("more than one line, or a control character anywhere, is rejected") {
    const auto good = line("ssh-ed25519", ed25519_blob());
    const auto bad = GENERATE_COPY(as<std::string>{},
                                   good + "\n",
                                   good + "\r\n",
                                   "\n" + good,
                                   good + "\n" + good,
                                   good + " ada\ncert-authority " + good,
                                   good + " bell\a",
                                   good + " escape\x1B[31m",
                                   good + " delete\x7F",
                                   good + "\tada",
                                   good + " " + std::string(1, '\0'));
    CHECK_FALSE(refusal(bad).empty());
}

TEST_CASE("a comment that is not ASCII is rejected") {
    const auto comment = GENERATE(as<std::string>{}, "ad\xC3\xA9", "\xE2\x80\xAE", "\xFF");
    CHECK(contains(refusal(line("ssh-ed25519", ed25519_blob()) + " " + comment), "not ASCII"));
}

TEST_CASE("private keys, PEM and RFC 4716 blocks are rejected") {
    const auto text = GENERATE(as<std::string>{},
                               "-----BEGIN OPENSSH PRIVATE KEY-----",
                               "-----BEGIN RSA PRIVATE KEY-----",
                               "-----BEGIN PUBLIC KEY-----",
                               "---- BEGIN SSH2 PUBLIC KEY ----",
                               "PuTTY-User-Key-File-3: ssh-ed25519");
    CHECK_FALSE(refusal(text).empty());
    CHECK(contains(refusal("-----BEGIN OPENSSH PRIVATE KEY-----"), "private key"));
}

TEST_CASE("a text that is not a key is rejected") {
    const auto text = GENERATE(as<std::string>{},
                               "",
                               " ",
                               "ssh-ed25519",
                               "ssh-ed25519 ",
                               "AAAAC3NzaC1lZDI1NTE5",
                               "SSH-ED25519 AAAA",
                               "<html>",
                               "none none");
    CHECK_FALSE(refusal(text).empty());
}

TEST_CASE("any spaces except one between the parts are rejected") {
    const auto blob = encoding::to_base64(ed25519_blob());
    const auto text = GENERATE_COPY(as<std::string>{},
                                    " ssh-ed25519 " + blob,
                                    "ssh-ed25519  " + blob,
                                    "ssh-ed25519 " + blob + " ",
                                    "ssh-ed25519 " + blob + "  ada");
    CHECK(contains(refusal(text), "not exactly"));
}

TEST_CASE("a line of 8 KiB is accepted and one byte more is rejected") {
    const auto key = line("ssh-ed25519", ed25519_blob()) + " ";
    CHECK(refusal(key + std::string(8192 - key.size(), 'c')).empty());
    CHECK(contains(refusal(key + std::string(8193 - key.size(), 'c')), "longer than 8192"));
}

TEST_CASE("a blob that is not canonical base64 is rejected") {
    const auto good = encoding::to_base64(ed25519_blob());  // 51 bytes: no padding
    const auto padded = encoding::to_base64(ecdsa_blob("nistp256", 32));
    REQUIRE(padded.ends_with('='));
    CHECK(contains(refusal("ssh-ed25519 " + good + "="), "not base64"));
    CHECK(contains(refusal("ssh-ed25519 " + good.substr(0, good.size() - 1)), "not base64"));
    CHECK(contains(refusal("ssh-ed25519 " + good.substr(0, 20) + "*" + good.substr(21)),
                   "not base64"));
    CHECK(contains(refusal("ecdsa-sha2-nistp256 " + padded.substr(0, padded.find('='))),
                   "not base64"));
}

TEST_CASE("a blob that is cut off anywhere is rejected") {
    const auto whole = GENERATE(as<std::string>{},
                                ed25519_blob(),
                                ecdsa_blob("nistp256", 32),
                                rsa_blob(k65537, integer_of_bits(2048)));
    const auto type = whole.substr(4, static_cast<unsigned char>(whole[3]));
    REQUIRE(refusal(line(type, whole)).empty());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK_FALSE(refusal(line(type, whole.substr(0, length))).empty());
    }
}

TEST_CASE("bytes after the key are rejected") {
    const auto rest = GENERATE(as<std::string>{}, std::string(1, '\0'), field("more"));
    CHECK(contains(refusal(line("ssh-ed25519", ed25519_blob() + rest)), "after the key"));
    CHECK(contains(refusal(line("ssh-rsa", rsa_blob(k65537, integer_of_bits(2048)) + rest)),
                   "after the key"));
    CHECK(contains(refusal(sk_ed25519(field("ssh:") + rest)), "after the key"));
}

TEST_CASE("a length beyond the end of the blob is rejected") {
    const std::string huge("\xFF\xFF\xFF\xFF", 4);
    CHECK_FALSE(refusal(line("ssh-ed25519", huge)).empty());
    CHECK_FALSE(
        refusal(line("ssh-ed25519", field("ssh-ed25519") + huge + std::string(32, 'k'))).empty());
}

TEST_CASE("a blob of another type than that of the line is rejected") {
    CHECK(contains(refusal(line("ssh-rsa", ed25519_blob())), "another type"));
    CHECK(contains(refusal(line("sk-ssh-ed25519@openssh.com", ed25519_blob())), "another type"));
    CHECK(
        contains(refusal(line("ecdsa-sha2-nistp384", ecdsa_blob("nistp256", 32))), "another type"));
    CHECK(contains(refusal(line("ssh-ed25519", field("SSH-ED25519") + field(std::string(32, 'k')))),
                   "another type"));
}

TEST_CASE("an Ed25519 key is 32 bytes") {
    const auto bytes = GENERATE(std::size_t{0}, std::size_t{31}, std::size_t{33});
    CHECK(contains(refusal(line("ssh-ed25519", ed25519_blob(bytes))), "not 32 bytes"));
}

TEST_CASE("an RSA key has at least 2048 bits, counted without leading zeros") {
    CHECK(contains(refusal(line("ssh-rsa", rsa_blob(k65537, integer_of_bits(1024)))), "1024 bits"));
    const auto short_by_one = std::string("\0\x7F", 2) + std::string(255, 'm');
    CHECK(contains(refusal(line("ssh-rsa", rsa_blob(k65537, short_by_one))), "2047 bits"));
    const auto padded = std::string(200, '\0') + integer_of_bits(1024);
    CHECK(contains(refusal(line("ssh-rsa", rsa_blob(k65537, padded))), "1024 bits"));
}

TEST_CASE("an RSA key has one spelling: a number with an unnecessary zero byte is rejected") {
    const std::string zero(1, '\0');
    for (const std::size_t bits : {2048U, 3072U, 4096U}) {
        const auto modulus = integer_of_bits(bits);
        for (const auto& blob :
             {rsa_blob(zero + k65537, modulus), rsa_blob(k65537, zero + modulus)}) {
            CHECK(contains(refusal(line("ssh-rsa", blob)), "unnecessary zero byte"));
            CHECK_FALSE(is_sendable_ssh_key(line("ssh-rsa", blob)));
        }
    }
}

TEST_CASE("an RSA exponent is odd, positive and more than 1") {
    const auto exponent = GENERATE(as<std::string>{},
                                   "",
                                   std::string(1, '\0'),
                                   "\x01",
                                   std::string("\0\x01", 2),
                                   "\x02",
                                   std::string("\x01\0", 2),
                                   "\xFF");
    CHECK(
        contains(refusal(line("ssh-rsa", rsa_blob(exponent, integer_of_bits(2048)))), "exponent"));
}

TEST_CASE("an RSA modulus that is negative or empty is rejected") {
    CHECK(
        contains(refusal(line("ssh-rsa", rsa_blob(k65537, std::string(256, '\x81')))), "negative"));
    CHECK_FALSE(refusal(line("ssh-rsa", rsa_blob(k65537, ""))).empty());
}

TEST_CASE("an elliptic curve is the one that the type names") {
    const auto blob = [](const std::string& curve) {
        return line(
            "ecdsa-sha2-nistp256",
            field("ecdsa-sha2-nistp256") + field(curve) + field('\x04' + std::string(64, 'p')));
    };
    REQUIRE(refusal(blob("nistp256")).empty());
    for (const auto* curve : {"nistp384", "nistp25", "", "sha2", "ecdsa-sha2-nistp256"}) {
        INFO(curve);
        CHECK_FALSE(refusal(blob(curve)).empty());
    }
}

TEST_CASE("a point of another length or form than its curve's is rejected") {
    CHECK_FALSE(refusal(line("ecdsa-sha2-nistp256", ecdsa_blob("nistp256", 31))).empty());
    CHECK_FALSE(refusal(line("ecdsa-sha2-nistp256", ecdsa_blob("nistp256", 48))).empty());
    CHECK_FALSE(refusal(line("ecdsa-sha2-nistp521", ecdsa_blob("nistp521", 65))).empty());
    CHECK_FALSE(refusal(line("ecdsa-sha2-nistp256", ecdsa_blob("nistp256", 32, '\x02'))).empty());
    CHECK_FALSE(refusal(line("ecdsa-sha2-nistp256",
                             field("ecdsa-sha2-nistp256") + field("nistp256") + field("")))
                    .empty());
}

TEST_CASE("a FIDO key contains its application") {
    CHECK(contains(refusal(sk_ed25519("")), "application"));
    CHECK(contains(refusal(sk_ed25519(field(""))), "application"));
    CHECK(contains(refusal(sk_ecdsa("")), "application"));
}

TEST_CASE("a line is split into type, blob and comment at runs of spaces") {
    const auto key = record::parse_ssh_key("  ssh-rsa \t AAAA \t my old  key \r\n");
    REQUIRE(key);
    CHECK(key->type == "ssh-rsa");
    CHECK(key->blob == "AAAA");
    CHECK(key->comment == "my old  key");
    const auto bare = record::parse_ssh_key("sk-ssh-ed25519@openssh.com AAAA");
    REQUIRE(bare);
    CHECK(bare->comment.empty());
}

TEST_CASE("each key has one spelling, with its comment only if requested") {
    CHECK(record::normalised_ssh_key(" ssh-rsa \t AAAA  ada@laptop\r\n", false) == "ssh-rsa AAAA");
    CHECK(record::normalised_ssh_key(" ssh-rsa \t AAAA  ada@laptop ", true) ==
          "ssh-rsa AAAA ada@laptop");
    CHECK(record::normalised_ssh_key("ssh-rsa AAAA", true) == "ssh-rsa AAAA");
}

TEST_CASE("a line with more than a key stays unchanged, so that it is rejected") {
    const auto text = GENERATE(as<std::string>{},
                               "command=\"/bin/date\" ssh-rsa AAAA ada",
                               "from=\"10.0.0.1\",no-pty ssh-ed25519 AAAA",
                               "ssh-rsa AAAA ada\nssh-rsa BBBB ben",
                               "not a key");
    CHECK(record::normalised_ssh_key(text, false) == text);
    CHECK(record::normalised_ssh_key(text, true) == text);
}

TEST_CASE("normalising twice gives the result of normalising once") {
    const auto text = GENERATE(as<std::string>{},
                               "  ssh-rsa   AAAA   a  b ",
                               "\tcommand=\"x\"  ssh-rsa AAAA ",
                               "ssh-rsa AAAA ada@laptop\n",
                               "");
    const bool keep = GENERATE(false, true);
    const auto once = record::normalised_ssh_key(text, keep);
    CHECK(record::normalised_ssh_key(once, keep) == once);
}

TEST_CASE("two lines are one key if type and blob are equal") {
    CHECK(record::ssh_key_identity("ssh-rsa AAAA ada") == record::ssh_key_identity("ssh-rsa AAAA"));
    CHECK(record::ssh_key_identity("ssh-rsa AAAA") != record::ssh_key_identity("ssh-rsa AAAB"));
    CHECK(record::ssh_key_identity("no-pty ssh-rsa AAAA") == "no-pty ssh-rsa AAAA");
}

TEST_CASE("of a line without a blob, only a known type, the length and a digest are shown") {
    const auto shown = record::ssh_key_fingerprint("not a key");
    CHECK(shown == "(9 bytes, " + encoding::fingerprint("not a key").substr(0, 15) + "\u2026)");
    CHECK(record::ssh_key_fingerprint("ssh-rsa secret").starts_with("ssh-rsa (14 bytes, SHA256:"));
    CHECK(record::ssh_key_fingerprint("sk-secret one").starts_with("(13 bytes, SHA256:"));
}
