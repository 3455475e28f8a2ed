// Records rewritten in the spelling of our exports. That the values stay the same is a law.

#include "plan/unchanged/canonical_spelling.hpp"

#include "support/catch.hpp"

#include <string>

using plan::unchanged::CanonicalSpelling;

TEST_CASE("a user in another spelling is rewritten: order, white space, escapes, sorted keys") {
    CanonicalSpelling spelling;
    const std::string line =
        "{ \"sshKeys\" : [\"ssh-rsa BBBB\", \"ssh-ed25519 AA\\u0041A c\"] ,\"active\":true,"
        "\"userName\":\"ada@acme.org\",\"id\":\"u-1\",\"displayName\":\"Z\\u00fcrich\","
        "\"externalId\":\"pw-activate:user:ada\",\"version\":\"W\\/\\\"1\\\"\",\"type\":\"user\"}";
    CHECK(spelling.of(line, true) ==
          "{\"type\":\"user\",\"externalId\":\"pw-activate:user:ada\",\"id\":\"u-1\","
          "\"version\":\"W/\\\"1\\\"\",\"userName\":\"ada@acme.org\",\"displayName\":\"Zürich\","
          "\"active\":true,\"sshKeys\":[\"ssh-ed25519 AAAA c\",\"ssh-rsa BBBB\"]}");
}

TEST_CASE("a group in another spelling is rewritten with its members sorted, each once") {
    CanonicalSpelling spelling;
    CHECK(spelling.of(
              R"({"members":["b","a","b"],"displayName":"g","type":"group","externalId":"x"})",
              false) ==
          R"({"type":"group","externalId":"x","displayName":"g","members":["a","b"]})");
}

TEST_CASE("a line that is not exactly the fields of a record is not rewritten") {
    CanonicalSpelling spelling;
    const auto* line =
        GENERATE(R"({"type":"user","externalId":"x","active":true,"room":"1"})",
                 R"({"type":"user","externalId":"x","active":true,"active":true})",
                 R"({"type":"user","externalId":"x","active":"true"})",
                 R"({"type":"user","externalId":"x","active":null})",
                 R"({"type":"user","externalId":"x","active":true,"members":[]})",
                 R"({"type":"user","externalId":"x","active":true,"sshKeys":[1]})",
                 R"({"type":"user","externalId":"x","active":true,"sshKeys":[["a"]]})",
                 R"({"type":"user","externalId":"x","active":true,"displayName":"a\nb"})",
                 R"({"type":"user","externalId":"x","active":true,"displayName":"a\"b"})",
                 R"({"type":"user","externalId":"x"})",
                 R"({"type":"user","externalId":["x"],"active":true})",
                 R"({"type":["user"],"externalId":"x","active":true})",
                 R"({"externalId":"x","active":true})",
                 R"({"type":"user","active":true})",
                 R"({"type":"group","externalId":"x","displayName":"g"})",
                 R"({"type":"group","externalId":"x","members":[],"sshKeys":[]})",
                 R"({"type":"end","externalId":"x","members":[]})",
                 R"({"type":"user","externalId":"x","active":true)",
                 R"(["type"])",
                 "");
    CAPTURE(line);
    CHECK_FALSE(spelling.of(line, false));
}

TEST_CASE("a version keeps its escaped backslashes when a user is rewritten") {
    CanonicalSpelling spelling;
    CHECK(
        spelling.of(R"({"active":true,"version":"a\\b","id":"u-1","type":"user","externalId":"x"})",
                    true) ==
        R"({"type":"user","externalId":"x","id":"u-1","version":"a\\b","active":true})");
}

TEST_CASE("a user of the current side whose id has an escape is not rewritten") {
    CanonicalSpelling spelling;
    const auto* escape = GENERATE(R"(u\"1)", R"(u\\1)", R"(u\n1)");
    CHECK_FALSE(spelling.of(
        R"({"type":"user","externalId":"x","id":")" + std::string(escape) + R"(","active":true})",
        true));
}

TEST_CASE("a user of the current side without an id is not rewritten") {
    CanonicalSpelling spelling;
    const auto* line = R"({"active":true,"type":"user","externalId":"x"})";
    CHECK(spelling.of(line, false));
    CHECK_FALSE(spelling.of(line, true));
}
