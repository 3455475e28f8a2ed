// A refused PATCH, split by its effect on access.

#include "apply/split_refused.hpp"

#include "apply/access_change.hpp"
#include "record/scim_resource.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using apply::effects_of;
using apply::list_change_of;
using apply::split_refused;
using nlohmann::json;
using record::Kind;

namespace {

const std::string kKeys = std::string(record::kKeysPath);

json replace(const std::string& path, const json& value) {
    return {{"op", "replace"}, {"path", path}, {"value", value}};
}

json patch(const std::vector<json>& operations) {
    return {{"Operations", operations}};
}

json members(const std::vector<std::string>& ids) {
    auto list = json::array();
    for (const auto& id : ids) {
        list.push_back({{"value", id}});
    }
    return list;
}

json user(bool active, const std::vector<std::string>& keys) {
    return {{"userName", "ada@x.org"},
            {"active", active},
            {std::string(record::kKeysSchema), {{std::string(record::kKeysAttribute), keys}}}};
}

json operations(const std::string& body) {
    return body.empty() ? json::array() : json::parse(body).at("Operations");
}

}  // namespace

TEST_CASE("the removals of a members list keep the members that were there and stay") {
    const auto parts = split_refused(
        patch({replace("displayName", "blue"), replace("members", members({"2", "3"}))}),
        {{"displayName", "red"}, {"members", members({"1", "2"})}});
    CHECK(operations(parts.removals) == json::array({replace("members", members({"2"}))}));
    CHECK(operations(parts.grants) == json::array({replace("members", members({"2", "3"}))}));
    CHECK_FALSE(parts.members_hidden);
}

TEST_CASE("a PATCH that only adds has no removals, and one that only removes has no grants") {
    const auto added = split_refused(patch({replace("members", members({"1", "2"}))}),
                                     {{"members", members({"1"})}});
    CHECK(added.removals.empty());
    CHECK_FALSE(added.grants.empty());
    const auto removed = split_refused(patch({replace("members", members({"1"}))}),
                                       {{"members", members({"1", "2"})}});
    CHECK_FALSE(removed.removals.empty());
    CHECK(removed.grants.empty());
}

TEST_CASE("a record that is in the state of the list needs neither part") {
    const auto parts = split_refused(patch({replace("members", members({"1"})),
                                            replace("active", false),
                                            replace(kKeys, json::array())}),
                                     {{"members", members({"1"})}, {"active", false}});
    CHECK(parts.removals.empty());
    CHECK(parts.grants.empty());
}

TEST_CASE("keys and active are split, and names are in neither part") {
    const auto record = user(
        true,
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7 old",
         "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZIb+FAkpyVqs3/GkzAVpDj48BIvQW6YTFodJVLCL3E"});
    const auto leave = split_refused(
        patch({replace("userName", "x@x.org"),
               replace("displayName", "X"),
               replace("active", false),
               replace(kKeys,
                       {"ssh-ed25519 "
                        "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7",
                        "ssh-ed25519 "
                        "AAAAC3NzaC1lZDI1NTE5AAAAILjmDpGxaphJ1AKPDHADROv9TfYJhwf96rRcPe7HXrGp"})}),
        record);
    CHECK(operations(leave.removals) ==
          json::array(
              {replace("active", false),
               replace(kKeys,
                       {"ssh-ed25519 "
                        "AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"})}));
    CHECK(operations(leave.grants) ==
          json::array({replace(
              kKeys,
              {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7",
               "ssh-ed25519 "
               "AAAAC3NzaC1lZDI1NTE5AAAAILjmDpGxaphJ1AKPDHADROv9TfYJhwf96rRcPe7HXrGp"})}));
    const auto back = split_refused(
        patch({replace("active", true), replace(kKeys, json::array())}),
        user(false,
             {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}));
    CHECK(operations(back.removals) == json::array({replace(kKeys, json::array())}));
    CHECK(operations(back.grants) == json::array({replace("active", true)}));
}

TEST_CASE("single members are removed only if they are present") {
    const json gone{{"op", "remove"}, {"path", "members[value eq \"1\"]"}};
    const json absent{{"op", "remove"}, {"path", "members[value eq \"9\"]"}};
    const auto parts = split_refused(patch({gone, absent}), {{"members", members({"1", "2"})}});
    CHECK(operations(parts.removals) == json::array({gone}));
    CHECK(parts.grants.empty());
}

TEST_CASE("a record that does not show its members is reported") {
    CHECK(split_refused(patch({replace("members", members({"1"}))}), {{"displayName", "red"}})
              .members_hidden);
}

TEST_CASE("the effect of a line on a list follows from before and after") {
    const auto change = [](const json& before, const json& after) {
        return list_change_of({{"before", before}, {"after", after}});
    };
    const auto fewer = change({{"members", {"a", "b"}}}, {{"members", {"b"}}});
    CHECK(fewer.removes);
    CHECK_FALSE(fewer.grants);
    const auto more = change({{"members", {"b"}}}, {{"members", {"b", "a"}}});
    CHECK_FALSE(more.removes);
    CHECK(more.grants);
    const auto unmanaged = change({{"members", json::array()}, {"foreignMembers", {"f"}}},
                                  {{"members", json::array()}, {"foreignMembers", json::array()}});
    CHECK(unmanaged.removes);
    const auto comment = change(
        {{"sshKeys",
          {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7 me"}}},
        {{"sshKeys",
          {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBEOZsRA8xPqO0LKGuJwBwp4NYqwX9iMT4pYkOblAMk7"}}});
    CHECK_FALSE(comment.removes);
    const auto silent = list_change_of(json::object());
    CHECK(silent.removes);
    CHECK(silent.grants);
    const auto other = change({{"active", true}}, {{"active", false}});
    CHECK_FALSE(other.removes);
}

TEST_CASE("a PATCH removes access, gives access, or sets a name") {
    const auto all =
        effects_of(Kind::group,
                   patch({replace("displayName", "x"), replace("members", json::array())}),
                   {true, false});
    CHECK(all.names);
    CHECK(all.removes);
    CHECK_FALSE(all.grants);
    const auto text = effects_of(Kind::user, patch({replace("displayName", "x")}), {true, true});
    CHECK_FALSE((text.names || text.removes || text.grants));
    CHECK(effects_of(Kind::user, patch({replace("userName", "x")}), {}).names);
    CHECK(effects_of(Kind::user, patch({replace("externalId", "x")}), {}).names);
    CHECK(effects_of(Kind::user, patch({replace("active", false)}), {}).removes);
    CHECK(effects_of(Kind::user, patch({replace("active", true)}), {}).grants);
    CHECK(effects_of(Kind::group,
                     patch({{{"op", "add"}, {"path", "members"}, {"value", members({"1"})}}}),
                     {})
              .grants);
    CHECK(effects_of(
              Kind::group, patch({{{"op", "remove"}, {"path", "members[value eq \"1\"]"}}}), {})
              .removes);
}

TEST_CASE("an answer shows a removal only if it shows the attribute") {
    const auto shows = [](const json& operation, const json& answer) {
        return apply::shows_removals(patch({operation}), answer);
    };
    CHECK(shows(replace("active", false), user(false, {})));
    CHECK_FALSE(shows(replace("active", false), {{"userName", "ada"}}));
    CHECK(shows(replace("active", true), json::object()));
    CHECK(shows(replace(kKeys, json::array()), user(true, {})));
    CHECK_FALSE(shows(replace(kKeys, json::array()), {{"userName", "ada"}}));
    CHECK_FALSE(shows(replace("members", json::array()), {{"displayName", "red"}}));
    CHECK_FALSE(shows({{"op", "remove"}, {"path", "members[value eq \"1\"]"}}, json::object()));
    CHECK(shows({{"op", "remove"}, {"path", "members[value eq \"1\"]"}},
                {{"members", json::array()}}));
}
