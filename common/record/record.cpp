#include "record/record.hpp"

#include "base/error.hpp"
#include "base/unicode.hpp"
#include "record/attributes.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace record {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

[[noreturn]] void refuse(std::string_view field, const std::string& what) {
    throw Error(ExitStatus::bad_input, "\"" + std::string(field) + "\" " + what);
}

// The value of the field, or null if it is absent; JSON's null counts as absent (RFC 7643 §2.5).
const json* find(const json& object, std::string_view field) {
    const auto found = object.find(field);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> optional_text(const json& object, std::string_view field) {
    const auto* value = find(object, field);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_string()) {
        refuse(field, "is not a string");
    }
    return value->get<std::string>();
}

std::string text(const json& object, std::string_view field) {
    return optional_text(object, field).value_or("");
}

std::string required_text(const json& object, std::string_view field) {
    auto value = text(object, field);
    if (value.empty()) {
        refuse(field, "is missing; was this file written by one of our exports?");
    }
    return value;
}

// Values of SCIM that are sent back in a path or a list of members.
ResourceId resource_id(const json& object) {
    ResourceId id{required_text(object, "id")};
    if (!is_usable(id)) {
        refuse("id", "holds a control character, or is \".\" or \"..\"");
    }
    return id;
}

// Values of SCIM that are sent back in a header: one line.
std::string version(const json& object) {
    auto value = text(object, "version");
    if (!unicode::is_plain(value)) {
        refuse("version", "holds a control character");
    }
    return value;
}

std::optional<std::vector<std::string>> optional_texts(const json& object, std::string_view field) {
    const auto* value = find(object, field);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_array() ||
        !std::all_of(value->begin(), value->end(), [](const json& e) { return e.is_string(); })) {
        refuse(field, "is not a list of strings");
    }
    return value->get<std::vector<std::string>>();
}

template <class Id>
std::vector<Id> sorted_ids(const std::vector<std::string>& texts) {
    std::vector<Id> ids;
    ids.reserve(texts.size());
    for (const auto& id : texts) {
        ids.push_back({id});
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

ExternalId external_id(const json& object, Kind kind, bool current) {
    if (current && is_marked_unmanaged(object)) {
        return {text(object, "externalId")};
    }
    ExternalId id{required_text(object, "externalId")};
    const auto& prefix = prefix_of(kind);
    // On the desired side, the key after the prefix is validated with the rest of the record: one
    // invalid username must not stop the others.
    if (current ? !is_managed(id, kind) : !id.value.starts_with(prefix)) {
        refuse("externalId", "does not begin with " + prefix + ", so it is unmanaged");
    }
    return id;
}

template <class Id>
ordered_json texts_of(const std::vector<Id>& ids) {
    auto list = ordered_json::array();
    for (const auto& id : ids) {
        list.push_back(id.value);
    }
    return list;
}

void add_identity(ordered_json& object,
                  const ExternalId& external_id,
                  const ResourceId& id,
                  const std::string& version,
                  Kind kind) {
    if (!external_id.value.empty()) {
        object["externalId"] = external_id.value;
    }
    if (!id.value.empty()) {
        object["id"] = id.value;
    }
    if (!version.empty()) {
        object["version"] = version;
    }
    if (!is_managed(external_id, kind)) {
        object["managed"] = false;
    }
}

}  // namespace

bool is_managed(const ExternalId& id, Kind kind) {
    const auto& prefix = prefix_of(kind);
    return id.value.size() > prefix.size() && id.value.starts_with(prefix) &&
           std::all_of(
               id.value.begin(), id.value.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_usable(const ResourceId& id) {
    return !id.value.empty() && id.value != "." && id.value != ".." && unicode::is_plain(id.value);
}

std::string_view resource_name(Kind kind) {
    return kind == Kind::user ? "User" : "Group";
}

bool is_marked_unmanaged(const json& object) {
    const auto* managed = find(object, "managed");
    return managed != nullptr && managed->is_boolean() && !managed->get<bool>();
}

User user_from_json(const json& object, bool current) {
    User user;
    user.external_id = external_id(object, Kind::user, current);
    if (current) {
        user.id = resource_id(object);
        user.version = version(object);
    } else {
        user.activate_username = optional_text(object, "activateUsername");
    }
    user.user_name = current ? required_text(object, "userName") : text(object, "userName");
    for (const auto& attribute : kUserAttributes) {
        if (attribute.text != nullptr) {
            user.*attribute.text = optional_text(object, attribute.name);
        }
    }
    const auto* active = find(object, "active");
    if (active == nullptr || !active->is_boolean()) {
        refuse("active", "is missing or not true or false");
    }
    user.active = active->get<bool>();
    user.ssh_keys = optional_texts(object, "sshKeys");
    if (user.ssh_keys) {
        sort_ssh_keys(*user.ssh_keys);
    }
    return user;
}

Group group_from_json(const json& object, bool current) {
    Group group;
    group.external_id = external_id(object, Kind::group, current);
    if (current) {
        group.id = resource_id(object);
        group.version = version(object);
        const auto foreign =
            optional_texts(object, "foreignMembers").value_or(std::vector<std::string>{});
        if (!std::all_of(foreign.begin(), foreign.end(), unicode::is_plain)) {
            refuse("foreignMembers", "holds one with a control character");
        }
        group.foreign_members = sorted_ids<ResourceId>(foreign);
    }
    group.display_name = text(object, "displayName");
    if (const auto members = optional_texts(object, "members")) {
        group.members = sorted_ids<ExternalId>(*members);
        // On the desired side a nested group is a reason to skip; on the current side, scim-export
        // has resolved its members or listed them as foreign.
        if (current &&
            !std::all_of(group.members->begin(), group.members->end(), [](const ExternalId& id) {
                return is_managed(id, Kind::user);
            })) {
            refuse("members",
                   "holds one that is not a managed user; was this file written by scim-export?");
        }
    }
    if (const auto unlisted = object.find("unlisted"); !current && unlisted != object.end()) {
        if (!unlisted->is_number_unsigned()) {
            refuse("unlisted", "is not an integer");
        }
        group.unlisted = unlisted->get<std::size_t>();
    }
    return group;
}

ordered_json to_json(const User& user) {
    ordered_json object{{"type", "user"}};
    add_identity(object, user.external_id, user.id, user.version, Kind::user);
    if (user.activate_username) {
        object["activateUsername"] = *user.activate_username;
    }
    if (!user.user_name.empty()) {
        object["userName"] = user.user_name;
    }
    for (const auto& attribute : kUserAttributes) {
        if (attribute.text != nullptr && user.*attribute.text) {
            object[std::string(attribute.name)] = *(user.*attribute.text);
        }
    }
    object["active"] = user.active;
    if (user.ssh_keys) {
        object["sshKeys"] = *user.ssh_keys;
    }
    return object;
}

ordered_json to_json(const Group& group) {
    ordered_json object{{"type", "group"}};
    add_identity(object, group.external_id, group.id, group.version, Kind::group);
    if (!group.display_name.empty()) {
        object["displayName"] = group.display_name;
    }
    if (group.members) {
        object["members"] = texts_of(*group.members);
    }
    if (!group.foreign_members.empty()) {
        object["foreignMembers"] = texts_of(group.foreign_members);
    }
    if (group.unlisted > 0) {
        object["unlisted"] = group.unlisted;
    }
    return object;
}

}  // namespace record
