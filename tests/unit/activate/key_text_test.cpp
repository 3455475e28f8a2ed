// Parsing of SSH keys in ACTIVATE's answers: their forms, other texts, and private keys.

#include "activate/key_text.hpp"

#include "base/encoding.hpp"
#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

using nlohmann::json;

namespace {

using Texts = std::vector<std::string>;

const std::string kOne = ssh_blob::valid_line(1);
const std::string kTwo = ssh_blob::valid_line(2);

Texts sorted(Texts keys) {
    std::sort(keys.begin(), keys.end());
    return keys;
}

}  // namespace

TEST_CASE("comments, empty lines and CRLF are dropped from keys, and each key is returned once") {
    const auto text = "# keys of ada\r\n\r\n" + kTwo + " ada@laptop\r\n  " + kOne + "\n" + kTwo +
                      " again";  // no newline at the end
    CHECK(activate::keys_from_text(text, false).keys == sorted({kOne, kTwo}));
    CHECK(activate::keys_from_text(text, true).keys == sorted({kOne, kTwo + " ada@laptop"}));
}

TEST_CASE("an empty text and a text of comments have no keys") {
    const auto text = GENERATE(as<std::string>{}, "", "\n", "\r\n\r\n", "# nothing here\n", "  ");
    CHECK(activate::keys_from_text(text, false).keys == Texts{});
}

TEST_CASE("a line with options stays unchanged, so that scim-diff can reject it by name") {
    const auto line = "command=\"/bin/date\" " + kOne;
    CHECK(activate::keys_from_text(line + "\n" + kTwo, false).keys == Texts{kTwo, line});
}

TEST_CASE("a text without anything like a key is an error, and does not mean no keys") {
    const auto text = GENERATE(as<std::string>{},
                               "<!DOCTYPE html><html><body>Sign in</body></html>",
                               "Internal Server Error",
                               "{\"error\":true}",
                               "cannot read ssh-rsa keys of ada\n",
                               "error: ssh-ed25519 is not supported",
                               "user not found\n");
    CHECK_FALSE(activate::keys_from_text(text, false).keys);
}

TEST_CASE(
    "the first key may come after a byte order mark, and a key with options before it is kept") {
    CHECK(activate::keys_from_text("\xEF\xBB\xBF" + kOne + "\n", false).keys == Texts{kOne});
    const auto forced = "command=\"/bin/echo ssh-ed25519 ok\" " + kOne;
    CHECK(activate::keys_from_text(forced, false).keys ==
          Texts{forced});  // for scim-diff to reject
    std::string many;
    while (many.size() < 1'000'000) {
        many += "sk-sk- ";
    }
    CHECK_FALSE(activate::keys_from_text(many, false).keys);  // and soon
    const auto list = activate::keys_from_text(json{kOne}.dump() + "\n", false);
    CHECK_FALSE(list.keys);
    CHECK_FALSE(list.is_other_form);  // a change of ACTIVATE, and not of the user
}

TEST_CASE("a line after the keys that is not one makes them unknown, unless the text is JSON") {
    const auto line = GENERATE(as<std::string>{},
                               "error: upstream timed out",
                               "rate limit, ray 7AAAAb",
                               "my laptop key",
                               "ssh-ed2");
    const auto ends = kOne + "\n" + line + "\n# end\n";
    const auto found = activate::keys_from_body("text/plain", ends, false);
    CHECK_FALSE(found.keys);
    CHECK(found.odd_line == line);
    const auto goes_on = line + "\r\n" + kOne + "\n" + line + "\n" + kTwo + "\n";
    for (const auto& known :
         {activate::keys_from_body("application/json", json(ends).dump(), false),
          activate::keys_from_body("text/plain", goes_on, false)}) {
        REQUIRE(known.keys);
        CHECK(std::count(known.keys->begin(), known.keys->end(), line) == 1);
    }
}

TEST_CASE("a key with a mistake, or in another form, is one of the keys for scim-diff to reject") {
    const auto blob = kTwo.substr(kTwo.find(' ') + 1);
    const auto text =
        GENERATE_COPY(as<std::string>{},
                      "shs-ed25519 " + blob,
                      blob,
                      "from=\"10.0.0.0/8\",command=\"/bin/date\" " + kTwo,
                      "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"me\"\n" + blob +
                          "\nx/2w\n---- END SSH2 PUBLIC KEY ----",
                      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----");
    const auto found = activate::keys_from_text(text + "\n" + kOne + "\n", false);
    REQUIRE(found.keys);
    CHECK(found.keys->size() > 1);
    CHECK(std::count(found.keys->begin(), found.keys->end(), kOne) == 1);
    CHECK(activate::keys_from_text(kOne + "\n" + text + "\nerror: no more\n", false).odd_line ==
          "error: no more");
}

TEST_CASE("a web page that mentions keys is an error, and does not mean no keys") {
    const auto text = GENERATE(as<std::string>{},
                               "<html>\n<a href=\"/docs/ssh-keys\">Keys</a>\n</html>",
                               "<html>\n<p>Ask the help desk-team, risk-free.</p>\n</html>",
                               "<html>\n<pre>ssh-rsa AAAA...</pre>\n</html>",
                               "Please see the task-list");
    CHECK_FALSE(activate::keys_from_body("text/html; charset=utf-8", text, false).keys);
    CHECK_FALSE(activate::keys_from_body("text/plain", text, false).keys);
}

TEST_CASE("the body of keys may be raw text, a JSON string, or a JSON string of base64") {
    const auto text = kOne + " ada\n" + kTwo + "\n";
    const auto expected = sorted({kOne, kTwo});
    const auto json_type = std::string("application/json; charset=utf-8");
    CHECK(activate::keys_from_body("text/plain", text, false).keys == expected);
    CHECK(activate::keys_from_body("", text, false).keys == expected);
    CHECK(activate::keys_from_body("application/octet-stream", text, false).keys == expected);
    CHECK(activate::keys_from_body(json_type, json(text).dump(), false).keys == expected);
    CHECK(activate::keys_from_body("text/plain", json(text).dump(), false).keys == expected);
    CHECK(activate::keys_from_body(json_type, json(encoding::to_base64(text)).dump() + "\n", false)
              .keys == expected);
    CHECK(
        activate::keys_from_body("text/plain", json(encoding::to_base64(text)).dump(), true).keys ==
        sorted({kOne + " ada", kTwo}));
}

TEST_CASE("an empty body of each form means no keys") {
    CHECK(activate::keys_from_body("text/plain", "", false).keys == Texts{});
    CHECK(activate::keys_from_body("application/json", "null", false).keys == Texts{});
    CHECK(activate::keys_from_body("application/json", "\"\"", false).keys == Texts{});
    CHECK(
        activate::keys_from_body("application/json", "\"" + encoding::to_base64("\n") + "\"", false)
            .keys == Texts{});
}

TEST_CASE("a JSON body that is not a string is an error, and does not mean no keys") {
    const auto body = GENERATE(as<std::string>{},
                               "{}",
                               "[]",
                               "[\"ssh-rsa AAAA\"]",
                               "3",
                               "",
                               "\"unfinished",
                               R"({"error":true,"message":"ssh-rsa"})",
                               "\"not a key\"");
    CHECK_FALSE(activate::keys_from_body("application/json", body, false).keys);
}

TEST_CASE("a private key is dropped from its first line to its last, and reported") {
    const auto text = GENERATE(
        as<std::string>{},
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\nAAEC\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n\r\nMIIE\r\n"
        "-----END RSA PRIVATE KEY-----\r\n",
        "-----BEGIN PRIVATE KEY----- MIIE -----END PRIVATE KEY-----\n",
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/5\n---- END SSH2 ENCRYPTED PRIVATE KEY "
        "----\n",
        "-----BEGIN EC PRIVATE KEY-----\nMHcC\n",  // without its end
        "PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\nAIbS\n");
    const auto with_keys = activate::keys_from_text(kOne + "\n" + text + kTwo + "\n", false);
    CHECK(with_keys.keys == sorted({kOne, kTwo}));
    CHECK(with_keys.has_private_key);
    const auto alone = activate::keys_from_body("text/plain", json(text).dump(), false);
    CHECK_FALSE(alone.keys);
    CHECK(alone.has_private_key);
}

TEST_CASE("keys are unknown if the last line is cut off within a key") {
    const auto rsa = ssh_blob::line(
        "ssh-rsa", ssh_blob::rsa_blob("\x01\x01\x01", ssh_blob::integer_of_bits(2048)));
    for (const auto& key : {kTwo, rsa, "no-pty " + kTwo}) {
        for (std::size_t size = 1; size < key.size(); ++size) {
            const auto cut = activate::keys_from_text(kOne + "\n" + key.substr(0, size), false);
            REQUIRE(cut.is_cut_off);
            REQUIRE_FALSE(cut.keys);
        }
        CHECK(activate::keys_from_text(kOne + "\n" + key, false).keys->size() == 2);
        CHECK(activate::keys_from_text(kOne + "\n" + key + " ada", false).keys->size() == 2);
    }
    const auto cut = kOne + "\n" + kTwo.substr(0, 40);
    CHECK(activate::keys_from_text(cut + "\n", false).keys->size() ==
          2);  // for scim-diff to reject
    CHECK(activate::keys_from_text(kOne + "\n# the end", false).keys == Texts{kOne});
    const std::string certificate = "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQ";
    CHECK_FALSE(activate::keys_from_text(kOne + "\n" + certificate, false).is_cut_off);
    const std::string pem = "-----BEGIN EC PRIVATE KEY-----\nMHcC";
    CHECK(activate::keys_from_text(kOne + "\n" + pem, false).is_cut_off);  // keys may follow it
    const std::string putty = "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAIbS";
    CHECK(activate::keys_from_text(putty, false).is_other_form);
    CHECK_FALSE(activate::keys_from_text(putty, false).is_cut_off);
    CHECK(activate::keys_from_body("text/plain", cut, false).is_cut_off);
    CHECK_FALSE(activate::keys_from_body("application/json", json(cut).dump(), false).is_cut_off);
}

TEST_CASE("an error in words does not count as a key, and a comment not as a private key") {
    for (const auto* text : {"---- maintenance ----\n", "upstream error, ray 7AAAAb\n"}) {
        const auto found = activate::keys_from_text(text, false);
        CHECK_FALSE(found.keys);
        CHECK_FALSE(found.is_other_form);
    }
    const auto commented = activate::keys_from_text(kOne + " BEGIN MY PRIVATE KEY\n", false);
    CHECK(commented.keys == Texts{kOne});
    CHECK_FALSE(commented.has_private_key);
}
