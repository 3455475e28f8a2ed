#include "apply/check_line.hpp"

#include "apply/compare_resource.hpp"
#include "base/sort_unique.hpp"
#include "base/text.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace apply {

using nlohmann::json;

namespace {

// The resource in the form of our records, which is the form of `before`: scim-export has written
// it with its faults. An answer without a name does not show the record.
json now_of(record::Kind kind, const json& resource) {
    std::vector<std::string> faults;
    auto* const collected =
        record::text_attribute(resource, "userName").empty() ? nullptr : &faults;
    return json(kind == record::Kind::group
                    ? record::to_json(record::group_from_resource(resource))
                    : record::to_json(record::user_from_resource(resource, true, collected)));
}

// Keys are compared as keys: comments may have been dropped on the way into the plan.
json comparable(const std::string& field, json value) {
    if (field == "sshKeys" && value.is_array()) {
        for (auto& key : value) {
            if (key.is_string()) {
                key = record::normalised_ssh_key(key.get<std::string>(), false);
            }
        }
        std::sort(value.begin(), value.end());
    }
    return value;
}

// A line refers to managed users by external id, and to others, in a separate field, by SCIM id. A
// resource refers to all by SCIM id.
bool has_members(const json& before, const json& resource, const UserIds& users) {
    std::vector<std::string> were;
    for (const auto& member : before.value("members", json::array())) {
        const auto ids = member.is_string() ? users.before(member.get<std::string>())
                                            : std::vector<std::string>{};
        if (ids.empty()) {
            return false;
        }
        were.insert(were.end(), ids.begin(), ids.end());
    }
    for (const auto& id : before.value("foreignMembers", json::array())) {
        were.push_back(id.is_string() ? id.get<std::string>() : std::string());
    }
    auto are = record::member_ids_of(resource).value_or(std::vector<std::string>{});
    sort_unique(were);
    sort_unique(are);  // some services list a member twice
    return were == are;
}

// The attributes of a user as `after` names them.
void add_attributes(const json& after, json& resource) {
    for (const auto& row : record::kUserAttributes) {
        const auto value = after.find(row.name);
        if (value == after.end() || row.rule == record::Rule::keys) {
            continue;
        }
        if (row.part.empty()) {
            resource[std::string(row.path)] = *value;
        } else if (!value->is_null()) {
            resource[std::string(row.path)][std::string(row.part)] = *value;
        }
    }
}

json ids_after(const json& after, const UserIds& users) {
    auto members = json::array();
    const auto add = [&](const std::string& id) { members.push_back({{"value", id}}); };
    for (const auto& member : after["members"]) {
        const auto known =
            member.is_string() ? users.of(member.get<std::string>()) : std::vector<std::string>{};
        std::for_each(known.begin(), known.end(), add);
    }
    for (const auto& id : after.value("foreignMembers", json::array())) {
        add(id.is_string() ? id.get<std::string>() : std::string());
    }
    return members;
}

// The resource that `after` describes. An attribute that `after` does not have gets a value that no
// line sends. An empty value would be equal to an attribute that is not shown.
json resource_of(record::Kind kind, const json& after, const UserIds& users) {
    constexpr const char* kUnsaid = "not said";
    json resource{{"active", kUnsaid}, {"members", kUnsaid}};
    if (after.contains("externalId")) {
        resource["externalId"] = after["externalId"];
    }
    add_attributes(after, resource);
    resource[std::string(record::kKeysSchema)][std::string(record::kKeysAttribute)] =
        after.value("sshKeys", json(kUnsaid));
    if (kind == record::Kind::group && after.contains("members")) {
        resource["members"] = ids_after(after, users);
    }
    return resource;
}

// An operation that scim-diff writes: it sets a complete attribute, or removes one of which no
// value is left.
bool is_planned(const json& operation) {
    const auto path = text::of(operation, "path");
    const auto op = text::of(operation, "op");
    const auto* attribute = record::user_attribute(path);
    const bool known = attribute != nullptr || path == "externalId" || path == "members";
    return (op == "replace" && known && operation.contains("value") &&
            !operation["value"].is_null()) ||
           (op == "remove" && attribute != nullptr && attribute->is_removable);
}

}  // namespace

std::optional<std::string> what_moved(const plan::PlannedChange& change,
                                      const json& before,
                                      const json& resource,
                                      const UserIds& users) {
    if (!before.is_object()) {
        return "the line has no \"before\"";
    }
    const auto now = now_of(change.kind, resource);
    // For an approved takeover, an earlier line of the same plan may have deactivated the old
    // record.
    const bool takeover = change.action == "adopt" && !change.held.empty();
    if (!before.contains("externalId") && record::external_id_of(resource) != change.external_id) {
        return "the externalId of the record has changed since the plan was made";
    }
    // An adoption sets the externalId, so the name shows whose record it is.
    const auto* const name = change.kind == record::Kind::group ? "displayName" : "userName";
    if (change.action == "adopt" && before.contains("externalId") && !change.name.empty() &&
        text::fold(text::of(now, name)) != text::fold(change.name)) {
        return std::string(name) + " has changed since the plan was made";
    }
    for (const auto& [field, was] : before.items()) {
        if (field == "members" || field == "foreignMembers") {
            continue;
        }
        const auto found = now.find(field);
        const auto is = found == now.end() ? json() : *found;
        if (takeover && field == "active" && was == true && is == false) {
            continue;
        }
        if (comparable(field, was) != comparable(field, is)) {
            return field + " has changed since the plan was made";
        }
    }
    if (before.contains("members") && !has_members(before, resource, users)) {
        return "members have changed since the plan was made";
    }
    return std::nullopt;
}

std::optional<std::string> what_was_edited(record::Kind kind,
                                           const json& data,
                                           const json& after,
                                           const UserIds& users) {
    if (!after.is_object()) {
        return "the line has no \"after\"";
    }
    const auto operations = data.value("Operations", json());
    if (!operations.is_array() || !std::all_of(operations.begin(), operations.end(), is_planned)) {
        return "the line sends an operation that scim-diff does not plan";
    }
    const auto found = differences(data, resource_of(kind, after, users));
    return found.empty() ? std::nullopt
                         : std::optional("the line sends values that differ from its \"after\": " +
                                         describe(found));
}

}  // namespace apply
