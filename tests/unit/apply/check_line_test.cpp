// A held line before it is sent: whether the record has changed since the plan was made, and
// whether the line sends only what its `after` shows.

#include "apply/check_line.hpp"

#include "record/attributes.hpp"
#include "record/scim_resource.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/ssh_blob.hpp"

#include <nlohmann/json.hpp>

#include <string>

using apply::what_moved;
using apply::what_was_edited;
using nlohmann::json;
using record::Kind;

namespace {

const std::string kAda = "pw-activate:user:ada";

apply::UserIds known_users() {
    apply::UserIds users;
    users.remember(kAda, "u-ada");
    users.remember("pw-activate:user:ben", "u-ben");
    return users;
}

json replaces(const std::string& path, const json& value) {
    return {{"op", "replace"}, {"path", path}, {"value", value}};
}

json sends(const json& operation) {
    return {{"Operations", json::array({operation})}};
}

json member(const std::string& id) {
    return {{"value", id}};
}

bool is_edited(Kind kind, const json& data, const json& after) {
    return what_was_edited(kind, data, after, known_users()).has_value();
}

json keys(const json& lines) {
    return {{std::string(record::kKeysAttribute), lines}};
}

json user_resource() {
    return {
        {"id", "u-ada"},
        {"externalId", kAda},
        {"userName", "ada@acme.org"},
        {"active", true},
        {std::string(record::kKeysSchema),
         keys(json::array({ssh_blob::valid_line(2), ssh_blob::valid_line(1) + " ada@laptop"}))}};
}

json group_resource(const std::vector<std::string>& ids) {
    auto members = json::array();
    for (const auto& id : ids) {
        members.push_back(member(id));
    }
    return {{"id", "g-hpc"},
            {"externalId", "pw-activate:group:hpc"},
            {"displayName", "hpc"},
            {"members", members}};
}

std::string moved(const plan::PlannedChange& change, const json& before, const json& resource) {
    return what_moved(change, before, resource, known_users()).value_or("");
}

const plan::PlannedChange kUpdate{.action = "update", .external_id = {kAda}};
const plan::PlannedChange kGroupUpdate{
    .action = "update", .kind = Kind::group, .external_id = {"pw-activate:group:hpc"}};

}  // namespace

TEST_CASE("a line sends the values of its after, in any spelling of the same keys") {
    const auto line = ssh_blob::valid_line(1);
    CHECK_FALSE(is_edited(Kind::user, sends(replaces("active", false)), {{"active", false}}));
    CHECK_FALSE(is_edited(Kind::user,
                          sends(replaces("name", {{"givenName", "Ada"}})),
                          {{"givenName", "Ada"}, {"familyName", nullptr}}));
    CHECK_FALSE(is_edited(Kind::user,
                          sends(replaces(std::string(record::kKeysPath), json::array({line}))),
                          {{"sshKeys", json::array({line})}}));
    CHECK_FALSE(is_edited(Kind::user, sends(replaces("externalId", kAda)), {{"externalId", kAda}}));
    CHECK_FALSE(is_edited(Kind::user,
                          sends({{"op", "remove"}, {"path", "displayName"}}),
                          {{"displayName", nullptr}}));
    CHECK_FALSE(
        is_edited(Kind::user, sends({{"op", "remove"}, {"path", "emails"}}), {{"email", nullptr}}));
    CHECK_FALSE(is_edited(Kind::user,
                          sends({{"op", "remove"}, {"path", "name"}}),
                          {{"givenName", nullptr}, {"familyName", nullptr}}));
    CHECK_FALSE(is_edited(Kind::group,
                          sends(replaces("members", json::array({member("u-ada"), member("x")}))),
                          {{"members", json::array({kAda})}, {"foreignMembers", {"x"}}}));
}

TEST_CASE("a line that sends another value than its after was edited") {
    const auto line = ssh_blob::valid_line(1);
    CHECK(is_edited(Kind::user, sends(replaces("active", true)), {{"active", false}}));
    CHECK(is_edited(Kind::user, sends(replaces("active", false)), json::object()));
    CHECK(is_edited(Kind::user, sends(replaces("displayName", "Eve")), {{"displayName", "Ada"}}));
    CHECK(is_edited(Kind::user, sends(replaces("externalId", kAda)), json::object()));
    CHECK(is_edited(Kind::user,
                    sends(replaces(std::string(record::kKeysPath), json::array({line}))),
                    {{"sshKeys", json::array()}}));
    CHECK(is_edited(Kind::user,
                    sends(replaces(std::string(record::kKeysPath), json::array())),
                    json::object()));
    CHECK(is_edited(Kind::group,
                    sends(replaces("members", json::array({member("u-ada"), member("u-ben")}))),
                    {{"members", json::array({kAda})}}));
    CHECK(is_edited(Kind::group, sends(replaces("members", json::array())), json::object()));
    CHECK(is_edited(Kind::user,
                    sends(replaces("members", json::array({member("u-ada")}))),
                    {{"members", json::array({kAda})}}));
    CHECK(is_edited(Kind::user, sends(replaces("active", false)), json()));
}

TEST_CASE("an operation that no plan has is refused, even if it does nothing") {
    for (const auto& operation : {replaces("nickName", "Ada"),
                                  replaces("displayName", nullptr),
                                  json{{"op", "replace"}, {"path", "displayName"}},
                                  json{{"op", "add"}, {"path", "displayName"}, {"value", "Ada"}},
                                  json{{"op", "remove"}, {"path", "active"}},
                                  json{{"op", "remove"}, {"path", "userName"}},
                                  json{{"op", "remove"}, {"path", record::kKeysPath}},
                                  json{{"op", "remove"}, {"path", "members"}},
                                  json{{"op", "remove"}, {"path", "nickName"}}}) {
        INFO(operation.dump());
        const auto why =
            what_was_edited(Kind::user, sends(operation), {{"displayName", "Ada"}}, known_users());
        CHECK(contains(why.value_or(""), "an operation that scim-diff does not plan"));
    }
    CHECK(is_edited(Kind::user, json::object(), json::object()));
    CHECK_FALSE(is_edited(Kind::user, {{"Operations", json::array()}}, json::object()));
}

TEST_CASE("a record that still has the values of before has not changed") {
    const json before = {
        {"active", true},
        {"userName", "ada@acme.org"},
        {"sshKeys", {ssh_blob::valid_line(1), ssh_blob::valid_line(2) + " other"}}};
    CHECK(moved(kUpdate, before, user_resource()).empty());
    CHECK(moved(kUpdate, {{"displayName", nullptr}}, user_resource()).empty());
    CHECK(moved(kUpdate, json::object(), user_resource()).empty());
}

TEST_CASE("each value of before that the record does not have is a change since the plan") {
    CHECK(contains(moved(kUpdate, {{"active", false}}, user_resource()), "active has changed"));
    CHECK(contains(moved(kUpdate, {{"displayName", "Ada"}}, user_resource()),
                   "displayName has changed"));
    CHECK(contains(moved(kUpdate, {{"sshKeys", {ssh_blob::valid_line(1)}}}, user_resource()),
                   "sshKeys has changed"));
    CHECK(contains(moved(kUpdate, json(), user_resource()), "no \"before\""));
}

TEST_CASE("a record with another externalId than the line has changed") {
    auto resource = user_resource();
    resource["externalId"] = "pw-activate:user:eve";
    CHECK(contains(moved(kUpdate, json::object(), resource), "externalId"));
    const json before = {{"externalId", "pw-activate:user:eve"}};
    CHECK(moved(kUpdate, before, resource).empty());
    CHECK(contains(moved(kUpdate, before, user_resource()), "externalId"));
}

TEST_CASE("a record that is to be adopted must still have its name, in any case of the letters") {
    auto adoption = kUpdate;
    adoption.action = "adopt";
    adoption.name = "ADA@acme.org";
    auto resource = user_resource();
    resource.erase("externalId");
    const json before = {{"externalId", nullptr}};
    CHECK(moved(adoption, before, resource).empty());
    CHECK(contains(moved(adoption, before, user_resource()), "externalId"));
    resource["userName"] = "eve@acme.org";
    CHECK(contains(moved(adoption, before, resource), "userName"));
    adoption.name = "";
    CHECK(moved(adoption, before, resource).empty());
    // The second line of an adoption: the first one may have set another name.
    adoption.name = "old@acme.org";
    CHECK(moved(adoption, json::object(), user_resource()).empty());
    auto group = kGroupUpdate;
    group.action = "adopt";
    group.name = "finance";
    CHECK(contains(moved(group, {{"externalId", group.external_id.value}}, group_resource({})),
                   "displayName"));
}

TEST_CASE("only a held takeover may find its record deactivated by an earlier line") {
    auto resource = user_resource();
    resource["active"] = false;
    auto takeover = kUpdate;
    takeover.action = "adopt";
    CHECK_FALSE(moved(takeover, {{"active", true}}, resource).empty());
    CHECK_FALSE(moved(kUpdate, {{"active", true}}, resource).empty());
    takeover.held = "max-takeovers";
    CHECK(moved(takeover, {{"active", true}}, resource).empty());
    CHECK_FALSE(moved(takeover, {{"active", false}}, user_resource()).empty());
    auto update = kUpdate;
    update.held = "max-takeovers";
    CHECK_FALSE(moved(update, {{"active", true}}, resource).empty());
}

TEST_CASE("members are compared as records, in any order") {
    const json before = {{"members", {"pw-activate:user:ben", kAda}}, {"foreignMembers", {"x"}}};
    CHECK(moved(kGroupUpdate, before, group_resource({"x", "u-ada", "u-ben"})).empty());
    CHECK(moved(kGroupUpdate, before, group_resource({"x", "x", "u-ada", "u-ben"})).empty());
    CHECK(contains(moved(kGroupUpdate, before, group_resource({"u-ada", "u-ben"})), "members"));
    CHECK(contains(moved(kGroupUpdate, before, group_resource({"x", "u-ada", "u-ben", "y"})),
                   "members"));
    CHECK(contains(moved(kGroupUpdate, {{"members", {"pw-activate:user:new"}}}, group_resource({})),
                   "members"));
    CHECK(moved(kGroupUpdate, {{"members", json::array()}}, group_resource({})).empty());
    CHECK(moved(kGroupUpdate, {{"displayName", "hpc"}}, group_resource({"y"})).empty());
}

TEST_CASE("a record whose keys are objects is compared as scim-export has read it") {
    auto resource = user_resource();
    resource[std::string(record::kKeysSchema)] = keys(json::array({{{"value", "ssh-rsa AAAA"}}}));
    const json before{{"sshKeys", {R"({"value":"ssh-rsa AAAA"})"}}};
    CHECK(moved(kUpdate, before, resource).empty());
    CHECK_FALSE(moved(kUpdate, {{"sshKeys", {"ssh-rsa AAAA"}}}, resource).empty());
}
