// The values of a line that was edited: names, addresses and keys that no plan sends.

#include "apply/permitted_values.hpp"

#include "record/attributes.hpp"
#include "record/scim_resource.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <string>

using apply::why_not_permitted;
using nlohmann::json;
using record::Kind;

namespace {

std::string fault(Kind kind, const json& data, const record::NamePolicy& names = {}) {
    return why_not_permitted(kind, data, names).value_or("");
}

json patch(const std::string& path, const json& value) {
    return {{"Operations", json::array({{{"op", "replace"}, {"path", path}, {"value", value}}})}};
}

json keys(const json& lines) {
    return {{std::string(record::kKeysSchema), {{std::string(record::kKeysAttribute), lines}}}};
}

}  // namespace

TEST_CASE("permitted values of a create and of a PATCH have no fault") {
    json create = keys(json::array({ssh_blob::valid_line(1)}));
    create["userName"] = "ada";
    create["displayName"] = "Ada";
    create["emails"] = json::array({{{"value", "ada@acme.org"}}});
    CHECK(fault(Kind::user, create).empty());
    CHECK(fault(Kind::user, patch("active", false)).empty());
    CHECK(fault(Kind::user,
                patch(std::string(record::kKeysPath), json::array({ssh_blob::valid_line(1)})))
              .empty());
    CHECK(fault(Kind::user, {{"Operations", json::array({{{"op", "remove"}, {"path", "emails"}}})}})
              .empty());
    CHECK(fault(Kind::group, {{"displayName", "hpc"}}).empty());
    CHECK(fault(Kind::group, patch("members", json::array())).empty());
}

TEST_CASE("each value that validation rejects is a fault, in a create and in a PATCH") {
    CHECK(contains(fault(Kind::user, {{"userName", ".ada@acme.org"}}), "userName"));
    CHECK(contains(fault(Kind::user, patch("userName", "root@acme.org")), "root"));
    CHECK_FALSE(fault(Kind::user, {{"userName", ""}}).empty());
    CHECK(contains(fault(Kind::user, {{"displayName", "a:b"}}), "displayName"));
    CHECK(contains(fault(Kind::user, patch("name", {{"familyName", "a:b"}})), "familyName"));
    const json emails = json::array({{{"value", "b"}}, {{"value", "ada@acme.org"}}});
    CHECK(contains(fault(Kind::user, {{"emails", emails}}), "e-mail"));
    CHECK(contains(fault(Kind::user, patch("emails", emails)), "e-mail"));
    CHECK(contains(fault(Kind::user, keys({"ssh-dss AAAA"})), "SSH key"));
    CHECK(contains(fault(Kind::user, keys({17})), "SSH key"));
    CHECK(contains(
        fault(Kind::user,
              patch(std::string(record::kKeysPath), {ssh_blob::valid_line(1), "ssh-dss AAAA"})),
        "SSH key"));
    CHECK(contains(fault(Kind::group, {{"displayName", "hpc users"}}), "displayName"));
    CHECK(contains(fault(Kind::group, patch("displayName", "sudo")), "sudo"));
    CHECK_FALSE(fault(Kind::group, {{"displayName", ""}}).empty());
}

TEST_CASE("of several operations on one attribute each is judged") {
    const auto both = [](const std::string& path, const json& first, const json& second) {
        auto twice = patch(path, first);
        twice["Operations"].push_back(patch(path, second)["Operations"].front());
        return twice;
    };
    CHECK(contains(fault(Kind::user, both("displayName", "a:b", "Ada")), "displayName"));
    CHECK(
        contains(fault(Kind::user, both("name", {{"givenName", "a:b"}}, {{"familyName", "King"}})),
                 "givenName"));
    CHECK(contains(fault(Kind::group, both("displayName", "sudo", "hpc")), "sudo"));
}

TEST_CASE("a value of the extension without a list of keys is a fault") {
    CHECK(contains(fault(Kind::user, {{std::string(record::kKeysSchema), "ssh-dss AAAA"}}),
                   "SSH key"));
}

TEST_CASE("names that the operator allows are permitted") {
    CHECK(fault(Kind::user, patch("userName", "root@acme.org"), {.users = {"root"}}).empty());
    CHECK(fault(Kind::group, patch("displayName", "sudo"), {.groups = {"sudo"}}).empty());
}
