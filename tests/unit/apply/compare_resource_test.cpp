#include "apply/compare_resource.hpp"

#include "record/scim_resource.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>

using apply::agrees;
using apply::differences;
using nlohmann::json;

namespace {

const std::string kExtension(record::kKeysSchema);

json replace(const std::string& path, const json& value) {
    return {{"Operations", json::array({{{"op", "replace"}, {"path", path}, {"value", value}}})}};
}

json keys(const json& value) {
    return replace(std::string(record::kKeysPath), value);
}

json members(const std::vector<std::string>& ids) {
    auto list = json::array();
    for (const auto& id : ids) {
        list.push_back({{"value", id}, {"type", "User"}});
    }
    return list;
}

std::string said(const json& sent, const json& resource) {
    return apply::describe(apply::differences(sent, resource));
}

}  // namespace

TEST_CASE("sent values are recognised in any spelling of the service") {
    struct Row {
        json sent;
        json resource;
    };
    const auto row = GENERATE(values<Row>({
        {replace("active", false), {{"active", false}}},
        {replace("active", false), {{"ACTIVE", "False"}}},
        {replace("active", true), {{"active", "true"}}},
        {replace("active", true), {{"active", 1}}},
        {replace("active", false), {{"active", 0}}},
        {replace("active", true), json::object()},
        {replace("displayName", "Ada"), {{"displayname", "Ada"}}},
        {replace("displayName", "Ada  Lovelace"), {{"displayName", "Ada Lovelace"}}},
        {replace("name", {{"familyName", "Rene\u0301"}}),
         {{"name", {{"familyName", "Ren\u00e9"}}}}},
        {replace("userName", "ada@x.org"), {{"userName", "Ada@X.org"}}},
        {replace("name", {{"givenName", "Ada"}}),
         {{"name", {{"GivenName", "Ada"}, {"formatted", "Ada L."}}}}},
        {replace("emails", json::array({{{"value", "ada@x.org"}, {"type", "work"}}})),
         {{"emails", json::array({{{"value", "ADA@x.org"}}})}}},
        {keys(json::array(
             {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7",
              "ssh-rsa BBBB"})),
         {{kExtension,
           {{"sunkSshKeys",
             {"ssh-rsa BBBB me@here",
              "ssh-ed25519 "
              "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}}}}}},
        {keys(json::array(
             {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"})),
         {{kExtension,
           {{"sunkSshKeys",
             "ssh-ed25519 "
             "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}}}}},
        {keys(json::array(
             {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"})),
         {{"URN:coreweave:params:scim:schemas:extension:coreweave:2.0:coreweaveuser",
           {{"SUNKSSHKEYS",
             {"ssh-ed25519 "
              "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}}}}}},
        {keys(json::array()), json::object()},
        {keys(json::array()), {{kExtension, json::object()}}},
        {replace("members", members({"1", "2"})), {{"members", members({"2", "1"})}}},
        {replace("members", json::array()), {{"displayName", "hpc"}}},
    }));
    CHECK(said(row.sent, row.resource) == "");
    CHECK(apply::agrees(row.sent, row.resource));
}

TEST_CASE("a different value is reported, and no value is repeated") {
    struct Row {
        json sent;
        json resource;
        const char* what;
    };
    const auto row = GENERATE(values<Row>({
        {keys(json::array({"ssh-rsa AAAA"})),
         {{kExtension, {{"sunkSshKeys", json::array({{{"value", "ssh-rsa AAAA"}}})}}}},
         "sunkSshKeys (1 too many, 1 missing)"},
        {replace("active", false), {{"active", true}}, "active"},
        {replace("active", false), {{"active", "perhaps"}}, "active"},
        {replace("active", false), {{"active", 1}}, "active"},
        {replace("displayName", "Ada"), {{"displayName", "ada"}}, "displayName"},
        {replace("externalId", "pw-activate:user:a"),
         {{"externalId", "PW-activate:user:a"}},
         "externalId"},
        {replace("name", {{"givenName", "Ada"}, {"familyName", "L"}}),
         {{"name", {{"givenName", "Ada"}}}},
         "name"},
        {keys(json::array(
             {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"})),
         {{kExtension,
           {{"sunkSshKeys",
             {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E",
              "ssh-ed25519 "
              "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}}}}},
         "sunkSshKeys (1 too many)"},
        {keys(json::array()),
         {{kExtension,
           {{"sunkSshKeys",
             {"ssh-ed25519 "
              "AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E"}}}}},
         "sunkSshKeys (1 too many)"},
        {replace("members", members({"1", "2"})),
         {{"members", members({"2", "3", "4"})}},
         "members (2 too many, 1 missing)"},
        {replace("members", members({"1", "2"})),
         {{"members", members({"2", "3"})}},
         "members (1 too many, 1 missing)"},
        {replace("members", json::array()), {{"members", members({"2"})}}, "members (1 too many)"},
    }));
    CHECK(said(row.sent, row.resource) == row.what);
    CHECK_FALSE(apply::agrees(row.sent, row.resource));
}

TEST_CASE(
    "an answer that shows a part proves only that part; one that shows the record proves all") {
    const auto sent = keys(json::array(
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}));
    CHECK(apply::agrees(sent, json::object()));
    CHECK(apply::agrees(sent, {{"id", "1"}, {"meta", json::object()}}));
    CHECK_FALSE(apply::agrees(sent, {{"id", "1"}, {"userName", "ada@x.org"}}));
    CHECK_FALSE(apply::agrees(replace("members", members({"1"})), {{"displayName", "hpc"}}));
}

TEST_CASE("a resource that was read does not have the attributes that it does not show") {
    CHECK(said(keys(json::array(
                   {"ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"})),
               {{"id", "1"}}) == "sunkSshKeys (not there)");
    CHECK(said(replace("active", false), {{"id", "1"}}) == "active (not there)");
}

TEST_CASE("members that were added or removed are compared, and others are ignored") {
    const json sent{{"Operations",
                     {{{"op", "add"}, {"path", "members"}, {"value", members({"1", "2"})}},
                      {{"op", "remove"}, {"path", "members[value eq \"3\"]"}},
                      {{"op", "remove"}, {"path", "members[value eq \"a\\\"b\"]"}}}}};
    CHECK(said(sent, {{"members", members({"1", "2", "9"})}}) == "");
    CHECK(said(sent, {{"members", members({"1", "3", "a\"b"})}}) ==
          "members (1 missing), members (2 too many)");
}

TEST_CASE("the last operation of a PATCH on an attribute counts") {
    const json sent{{"Operations",
                     {{{"op", "remove"}, {"path", "name"}},
                      {{"op", "replace"}, {"path", "name"}, {"value", {{"givenName", "Ada"}}}}}}};
    CHECK(said(sent, {{"name", {{"givenName", "Ada"}}}}) == "");
    CHECK(said({{"Operations", json::array({{{"op", "remove"}, {"path", "name"}}})}},
               {{"name", {{"givenName", "Ada"}}}}) == "name");
}

TEST_CASE("the service may change addresses and schemas of a create") {
    const json sent{
        {"schemas", {record::kUserSchema, record::kKeysSchema}},
        {"externalId", "pw-activate:user:ada"},
        {"userName", "ada@x.org"},
        {"emails", json::array({{{"value", "ada@x.org"}}})},
        {"active", true},
        {kExtension,
         {{"sunkSshKeys",
           {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}}}}};
    CHECK(said(sent,
               {{"externalId", "pw-activate:user:ada"},
                {"userName", "ADA@x.org"},
                {kExtension,
                 {{"sunkSshKeys",
                   {"ssh-ed25519 "
                    "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}}}}}) ==
          "");
    CHECK(said(sent, {{"userName", "ada@x.org"}, {"active", "False"}}) ==
          "active, externalId (not there), sunkSshKeys (not there)");
}

TEST_CASE("only differences in the names and addresses of a user do not affect access") {
    using record::Kind;
    for (const char* name : {"userName", "displayName", "name", "emails"}) {
        CAPTURE(name);
        CHECK(apply::are_user_names(Kind::user, {{.path = name}}));
        CHECK_FALSE(apply::are_user_names(Kind::group, {{.path = name}}));
        for (const auto& access : {std::string("active"), std::string(record::kKeysPath)}) {
            CAPTURE(access);
            CHECK_FALSE(apply::are_user_names(Kind::user, {{.path = name}, {.path = access}}));
        }
    }
    CHECK_FALSE(apply::are_user_names(Kind::user, {{.path = "externalId"}}));
}

TEST_CASE("a create without keys or members is compared with those that the record has") {
    const json user{{"userName", "ada@x.org"}, {"displayName", "Ada"}};
    auto shown = user;
    CHECK(differences(user, shown).empty());
    shown[std::string(record::kKeysSchema)] = {{"sunkSshKeys", json::array()}};
    CHECK(differences(user, shown).empty());
    shown[std::string(record::kKeysSchema)]["sunkSshKeys"] = {"ssh-ed25519 AAAA"};
    CHECK(apply::describe(differences(user, shown)) == "sunkSshKeys (1 too many)");
    CHECK_FALSE(agrees(user, shown));
    for (const auto& extension : {json::object(), json("none")}) {
        auto sent = user;
        sent[std::string(record::kKeysSchema)] = extension;
        CHECK_FALSE(agrees(sent, shown));
    }
    const json group{{"displayName", "hpc"}};
    CHECK(differences(group, group).empty());
    CHECK(apply::describe(
              differences(group, {{"displayName", "hpc"}, {"members", {{{"value", "7f"}}}}})) ==
          "members (1 too many)");
}
