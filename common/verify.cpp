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
json now_of(Kind kind, const json& resource) {
    if (kind == Kind::group) {
        return json(to_json(scim::group_from_resource(resource)));
    }
    auto now = json(to_json(scim::user_from_resource(resource, true)));
    auto& keys = now["sshKeys"];
    std::sort(keys.begin(), keys.end());
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

// A line names users of ours by external id, and others, in a field of their own, by the id that a resource names all by.
bool has_members(const json& before, const json& resource, const scim::UserIds& users) {
    std::vector<std::string> were;
    for (const auto& member : before.value("members", json::array())) {
        const auto ids = member.is_string() ? users.of(member.get<std::string>()) : std::vector<std::string>{};
        if (ids.empty()) {
            return false;
        }
        were.insert(were.end(), ids.begin(), ids.end());
    }
    for (const auto& id : before.value("foreignMembers", json::array())) {
        were.push_back(id.is_string() ? id.get<std::string>() : std::string());
    }
    auto are = scim::member_ids_of(resource).value_or(std::vector<std::string>{});
    std::sort(were.begin(), were.end());
    std::sort(are.begin(), are.end());
    return were == are;
}

}  // namespace

std::optional<std::string> what_moved(const PlannedChange& change, const json& before, const json& resource, const scim::UserIds& users) {
    if (!before.is_object()) {
        return "the line does not say what was there before";
    }
    const auto now = now_of(change.kind, resource);
    if (!before.contains("externalId") && scim::external_id_of(resource) != change.external_id) {
        return "the record carries another externalId by now";
    }
    for (const auto& [field, was] : before.items()) {
        if (field == "members" || field == "foreignMembers") {
            continue;
        }
        const auto found = now.find(field);
        const auto is = found == now.end() ? json() : *found;
        if (comparable(field, was) != comparable(field, is)) {
            return field + " is another by now";
        }
    }
    if (before.contains("members") && !has_members(before, resource, users)) {
        return "members are others by now";
    }
    return std::nullopt;
}

}  // namespace identity
