// The effect of a PATCH on access.

#include "apply/access_change.hpp"

#include "record/attributes.hpp"
#include "record/scim_resource.hpp"
#include "support/catch.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <string>

using apply::ListChange;
using nlohmann::json;
using record::Kind;

namespace {

/// `r`, `g` and `n` for removes, grants and names.
std::string effects(Kind kind, const json& operation, const ListChange& list = {}) {
    const auto found = apply::effects_of(kind, {{"Operations", json::array({operation})}}, list);
    return std::string(found.removes ? "r" : "") + (found.grants ? "g" : "") +
           (found.names ? "n" : "");
}

std::string list_change(const json& before, const json& after) {
    const auto found = apply::list_change_of({{"before", before}, {"after", after}});
    return std::string(found.removes ? "r" : "") + (found.grants ? "g" : "");
}

json operation(const std::string& op, const std::string& path, const json& value) {
    return {{"op", op}, {"path", path}, {"value", value}};
}

bool shows(const json& operation, const json& answer) {
    return apply::shows_removals({{"Operations", json::array({operation})}}, answer);
}

const std::string kKeys(record::kKeysPath);
const std::string kMember = R"(members[value eq "a"])";

}  // namespace

TEST_CASE("each operation has its effects on access") {
    CHECK(effects(Kind::user, operation("replace", "active", false)) == "r");
    CHECK(effects(Kind::user, operation("replace", "active", true)) == "g");
    CHECK(effects(Kind::user, {{"op", "remove"}, {"path", "active"}}) == "g");
    CHECK(effects(Kind::user, operation("replace", "displayName", "Ada")).empty());
    CHECK(effects(Kind::group, operation("replace", "displayName", "hpc")) == "n");
    CHECK(effects(Kind::user, operation("replace", "userName", "ada@x.org")) == "n");
    CHECK(effects(Kind::user, operation("replace", "externalId", "x")) == "n");
    CHECK(effects(Kind::group, operation("add", "members", {"a"})) == "g");
    CHECK(effects(Kind::group, {{"op", "remove"}, {"path", "members"}}) == "r");
    CHECK(effects(Kind::group, {{"op", "remove"}, {"path", kMember}}) == "r");
    for (const std::string& path : {kKeys, std::string("members")}) {
        const auto replace = operation("replace", path, json::array());
        CHECK(effects(Kind::user, replace).empty());
        CHECK(effects(Kind::user, replace, {.removes = true}) == "r");
        CHECK(effects(Kind::user, replace, {.grants = true}) == "g");
    }
    CHECK(apply::effects_of(Kind::user, json::object(), {true, true}).grants == false);
}

TEST_CASE("effects of several operations add up") {
    const json patch{{"Operations",
                      {operation("replace", "active", false),
                       operation("replace", "active", true),
                       operation("replace", "displayName", "x")}}};
    const auto found = apply::effects_of(Kind::user, patch, {});
    CHECK(found.removes);
    CHECK(found.grants);
    CHECK_FALSE(found.names);
}

TEST_CASE("a list changes by its values, in any order and with any comment") {
    const auto key = ssh_blob::valid_line(1);
    CHECK(list_change({{"members", {"b", "a"}}}, {{"members", {"a", "b"}}}).empty());
    CHECK(list_change({{"members", {"a", "b"}}}, {{"members", {"a"}}}) == "r");
    CHECK(list_change({{"members", {"a"}}}, {{"members", {"a", "b"}}}) == "g");
    CHECK(list_change({{"members", {"a", "c"}}}, {{"members", {"b", "c"}}}) == "rg");
    CHECK(list_change({{"sshKeys", {key + " x", key}}}, {{"sshKeys", {key, key + " y"}}}).empty());
    CHECK(list_change({{"foreignMembers", {"a", "b"}}}, {{"foreignMembers", {"b"}}}) == "r");
    CHECK(list_change({{"members", {"a", "b"}}, {"sshKeys", json::array()}},
                      {{"members", {"a"}}, {"sshKeys", {key}}}) == "rg");
    CHECK(list_change(json::object(), json::object()).empty());
}

TEST_CASE("a list that one side does not have may remove and grant") {
    CHECK(list_change({{"members", {"a"}}}, json::object()) == "rg");
    CHECK(list_change(json::object(), {{"members", {"a"}}}) == "rg");
    CHECK(list_change({{"members", "a"}}, {{"members", {"a"}}}) == "rg");
    CHECK(list_change(nullptr, json::object()) == "rg");
    CHECK(list_change(json::object(), nullptr) == "rg");
    const auto none = apply::list_change_of(json::object());
    CHECK(none.removes);
    CHECK(none.grants);
    CHECK(apply::list_change_of({{"before", json::object()}}).removes);
    CHECK(apply::list_change_of({{"after", json::object()}}).removes);
}

TEST_CASE("an answer proves a removal only if it shows the attribute") {
    const json answer{{"active", false}, {"members", json::array()}};
    CHECK(shows(operation("replace", "active", false), answer));
    CHECK_FALSE(shows(operation("replace", "active", false), json::object()));
    CHECK(shows(operation("replace", "active", true), json::object()));
    CHECK(shows({{"op", "remove"}, {"path", kMember}}, answer));
    CHECK_FALSE(shows({{"op", "remove"}, {"path", kMember}}, json::object()));
    CHECK_FALSE(shows(operation("replace", "members", json::array()), json::object()));
    CHECK(shows(operation("add", "members", {"a"}), json::object()));
    CHECK_FALSE(shows(operation("replace", kKeys, json::array()), answer));
    CHECK(shows(operation("replace", "displayName", "x"), json::object()));
}

TEST_CASE("a PATCH only removes if each of its operations does") {
    const auto only = [](const std::vector<json>& operations, const apply::ListChange& list) {
        return apply::only_removes(record::Kind::user, {{"Operations", operations}}, list);
    };
    const auto off = operation("replace", "active", false);
    const auto keys = operation("replace", kKeys, json::array());
    CHECK(only({off}, {}));
    CHECK(only({off, keys}, {.removes = true, .grants = false}));
    CHECK_FALSE(only({off, keys}, {.removes = true, .grants = true}));
    CHECK_FALSE(only({off, operation("replace", "displayName", "x")}, {}));
    CHECK_FALSE(only({operation("replace", "active", true)}, {}));
    CHECK_FALSE(only({}, {}));
    CHECK(only({{{"op", "remove"}, {"path", kMember}}}, {}));
}
