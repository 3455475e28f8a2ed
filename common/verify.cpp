#include "verify.hpp"

#include "scim.hpp"
#include "ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace identity {

using nlohmann::json;

namespace {

// The resource in the words of our records, which are the words of `before`.
json user_now(const json& resource) {
    auto now = json(to_json(scim::user_from_resource(resource, true)));
    auto& keys = now["sshKeys"];
    std::sort(keys.begin(), keys.end());
    return now;
}

json group_now(const json& resource, const std::unordered_map<std::string, std::string>& external_ids) {
    auto group = scim::group_from_resource(resource);
    group.members.emplace();
    for (const auto& id : scim::member_ids_of(resource).value_or(std::vector<std::string>{})) {
        if (const auto known = external_ids.find(id); known != external_ids.end()) {
            group.members->push_back({known->second});
        } else {
            group.foreign_members.push_back({id});
        }
    }
    std::sort(group.members->begin(), group.members->end());
    std::sort(group.foreign_members.begin(), group.foreign_members.end());
    auto now = json(to_json(group));
    now.emplace("foreignMembers", json::array());
    return now;
}

// Keys are compared as keys: comments may have been dropped on the way into the plan.
json comparable(const std::string& field, json value) {
    if (field == "sshKeys" && value.is_array()) {
        for (auto& key : value) {
            if (key.is_string()) {
                key = ssh_key_identity(key.get<std::string>());
            }
        }
        std::sort(value.begin(), value.end());
    }
    return value;
}

}  // namespace

std::optional<std::string> what_moved(const PlannedChange& change,
                                      const json& before,
                                      const json& resource,
                                      const std::unordered_map<std::string, std::string>& external_ids) {
    const auto now = change.kind == Kind::user ? user_now(resource) : group_now(resource, external_ids);
    if (!before.is_object()) {
        return "the line does not say what was there before";
    }
    if (!before.contains("externalId") && scim::external_id_of(resource) != change.external_id) {
        return "the record carries another externalId by now";
    }
    for (const auto& [field, was] : before.items()) {
        const auto found = now.find(field);
        const auto is = found == now.end() ? json() : *found;
        if (comparable(field, was) != comparable(field, is)) {
            return field + " is another by now";
        }
    }
    return std::nullopt;
}

}  // namespace identity
