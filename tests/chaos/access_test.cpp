// The comparison of both sides: each kind of difference is found.

#include "access.hpp"
#include "organization.hpp"
#include "support/catch.hpp"

#include <memory>
#include <string>

namespace {

using chaos::Json;

constexpr const char* kExtension =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";

Json user(const std::string& id) {
    return {{"id", id},
            {"username", id},
            {"name", "Ada " + id},
            {"email", id + "@acme.example"},
            {"active", true},
            {"sshKeys", {"ssh-ed25519 key-of-" + id + " laptop"}}};
}

Json record(const std::string& id) {
    return {{"id", "record-" + id},
            {"externalId", "pw-activate:user:" + id},
            {"userName", id + "@acme.example"},
            {"displayName", "Ada " + id},
            {"active", true},
            {kExtension, {{"sunkSshKeys", {"ssh-ed25519 key-of-" + id}}}}};
}

Json equal_sides() {
    return {{"credentials",
             {{"activateApiKeySecret", "s"},
              {"activateApiKeyUser", "ada"},
              {"activateJwts", Json::object()},
              {"activateScimToken", "t"},
              {"scimToken", "t"}}},
            {"activate",
             {{"organization", {{"id", "o"}, {"name", "acme"}}},
              {"users", Json::array({user("ada"), user("bob")})},
              {"groups",
               Json::array({{{"id", "g"}, {"name", "team"}, {"members", Json::array({"ada"})}}})}}},
            {"scim",
             {{"Users", Json::array({record("ada"), record("bob")})},
              {"Groups",
               Json::array({{{"id", "record-g"},
                             {"externalId", "pw-activate:group:g"},
                             {"displayName", "team"},
                             {"members", Json::array({{{"value", "record-ada"}}})}}})}}}};
}

/// The differences after this merge patch of one record of SCIM.
std::string seen(const char* kind, std::size_t number, const Json& patch) {
    auto sides = equal_sides();
    sides["scim"][kind][number].merge_patch(patch);
    const auto world = std::make_unique<sandbox::World>();
    sandbox::fill_world(sides, "http://127.0.0.1:1", *world);
    std::string all;
    for (const auto& difference : chaos::differences(*world)) {
        all += difference + "\n";
    }
    return all;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("equal sides do not differ") {
    CHECK(seen("Users", 0, Json::object()).empty());
}

TEST_CASE("missing access is found, and access that ACTIVATE did not grant") {
    CHECK(contains(seen("Users", 0, {{"active", false}}),
                   "ACTIVATE grants, and SCIM does not: pw-activate:user:ada is active"));
    const auto other_key =
        seen("Users", 1, {{kExtension, {{"sunkSshKeys", Json::array({"ssh-ed25519 other"})}}}});
    CHECK(contains(other_key, "SCIM does not: pw-activate:user:bob has ssh-ed25519 key-of-bob"));
    CHECK(contains(other_key, "ACTIVATE does not: pw-activate:user:bob has ssh-ed25519 other"));
    const auto other_member =
        seen("Groups", 0, {{"members", Json::array({{{"value", "record-bob"}}})}});
    CHECK(contains(other_member, "SCIM does not: pw-activate:user:ada is in pw-activate:group:g"));
    CHECK(contains(other_member, "ACTIVATE does not: pw-activate:user:bob is in"));
    CHECK(contains(seen("Users", 1, {{"externalId", "pw-activate:user:eve"}}),
                   "ACTIVATE does not: pw-activate:user:eve is active"));
}

TEST_CASE("a duplicate record is found, and a group with another name") {
    CHECK(contains(seen("Users", 1, {{"externalId", "pw-activate:user:ada"}}),
                   "externalId twice: pw-activate:user:ada"));
    CHECK(contains(seen("Users", 1, {{"userName", "ADA@acme.example"}}), "userName twice"));
    CHECK(contains(seen("Groups", 0, {{"displayName", "root"}}), "is called root, not team"));
}
