#include "record/record.hpp"

#include "base/error.hpp"
#include "base/json_parse.hpp"
#include "base/sort_unique.hpp"
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

// The fields of a parsed record. A value that is null counts as absent (RFC 7643 §2.5).
class Document {
  public:
    explicit Document(const json& object) : object_(object) {}

    [[nodiscard]] std::optional<std::string> text(std::string_view field) const {
        const auto* value = find(field);
        if (value == nullptr) {
            return std::nullopt;
        }
        if (!value->is_string()) {
            refuse(field, "is not a string");
        }
        return value->get<std::string>();
    }
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view field) const {
        const auto* value = find(field);
        if (value == nullptr) {
            return std::nullopt;
        }
        if (!value->is_array() || !std::all_of(value->begin(), value->end(), [](const json& e) {
                return e.is_string();
            })) {
            refuse(field, "is not a list of strings");
        }
        return value->get<std::vector<std::string>>();
    }
    // Nullopt also if it has another type.
    [[nodiscard]] std::optional<bool> boolean(std::string_view field) const {
        const auto* value = find(field);
        return value == nullptr || !value->is_boolean() ? std::nullopt
                                                        : std::optional(value->get<bool>());
    }
    [[nodiscard]] std::optional<std::size_t> number(std::string_view field) const {
        const auto value = object_.find(field);
        if (value == object_.end()) {
            return std::nullopt;
        }
        if (!value->is_number_unsigned()) {
            refuse(field, "is not an integer");
        }
        return value->get<std::size_t>();
    }

  private:
    [[nodiscard]] const json* find(std::string_view field) const {
        const auto found = object_.find(field);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

    const json& object_;
};

// The same of a line that was not made a document.
class Line {
  public:
    explicit Line(const FlatObject& object) : object_(object) {}

    [[nodiscard]] std::optional<std::string> text(std::string_view field) const {
        const auto* value = find(field);
        if (value == nullptr) {
            return std::nullopt;
        }
        if (value->type != FlatObject::Type::text) {
            refuse(field, "is not a string");
        }
        return std::string(value->text);
    }
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view field) const {
        const auto* value = find(field);
        if (value == nullptr) {
            return std::nullopt;
        }
        if (value->type != FlatObject::Type::texts) {
            refuse(field, "is not a list of strings");
        }
        return std::vector<std::string>(value->texts.begin(), value->texts.end());
    }
    [[nodiscard]] std::optional<bool> boolean(std::string_view field) const {
        const auto* value = find(field);
        return value == nullptr || value->type != FlatObject::Type::boolean
                   ? std::nullopt
                   : std::optional(value->boolean);
    }
    // Such an object has no numbers.
    [[nodiscard]] std::optional<std::size_t> number(std::string_view field) const {
        if (object_.find(field) != nullptr) {
            refuse(field, "is not an integer");
        }
        return std::nullopt;
    }

  private:
    [[nodiscard]] const FlatObject::Field* find(std::string_view field) const {
        const auto* value = object_.find(field);
        return value == nullptr || value->type == FlatObject::Type::null ? nullptr : value;
    }

    const FlatObject& object_;
};

template <class Fields>
std::string required_text(const Fields& fields, std::string_view field) {
    auto value = fields.text(field).value_or("");
    if (value.empty()) {
        refuse(field, "is missing; was this file written by one of our exports?");
    }
    return value;
}

template <class Fields>
bool has_unmanaged_mark(const Fields& fields) {
    return !fields.boolean("managed").value_or(true);
}

// Values of SCIM that are sent back in a path or a list of members.
template <class Fields>
ResourceId resource_id(const Fields& fields) {
    ResourceId id{required_text(fields, "id")};
    if (!is_usable(id)) {
        refuse("id", "holds a control character, has more than 1,000 bytes, or is \".\" or \"..\"");
    }
    return id;
}

// Values of SCIM that are sent back in a header: one line.
template <class Fields>
std::string version(const Fields& fields) {
    auto value = fields.text("version").value_or("");
    if (!unicode::is_plain(value)) {
        refuse("version", "holds a control character");
    }
    return value;
}

template <class Id>
std::vector<Id> sorted_ids(const std::vector<std::string>& texts) {
    std::vector<Id> ids;
    ids.reserve(texts.size());
    for (const auto& id : texts) {
        ids.push_back({id});
    }
    sort_unique(ids);
    return ids;
}

template <class Fields>
ExternalId external_id(const Fields& fields, Kind kind, bool current) {
    if (current && has_unmanaged_mark(fields)) {
        return {fields.text("externalId").value_or("")};
    }
    ExternalId id{required_text(fields, "externalId")};
    const auto& prefix = prefix_of(kind);
    // On the desired side, the key after the prefix is validated with the rest of the record: one
    // invalid username must not stop the others.
    if (current ? !is_managed(id, kind) : !id.value.starts_with(prefix)) {
        refuse("externalId", "does not begin with " + prefix + ", so it is unmanaged");
    }
    return id;
}

template <class Fields>
User user_from(const Fields& fields, bool current) {
    User user;
    user.external_id = external_id(fields, Kind::user, current);
    if (current) {
        user.id = resource_id(fields);
        user.version = version(fields);
    } else {
        user.activate_username = fields.text("activateUsername");
    }
    user.user_name =
        current ? required_text(fields, "userName") : fields.text("userName").value_or("");
    for (const auto& attribute : kUserAttributes) {
        if (attribute.text != nullptr) {
            user.*attribute.text = fields.text(attribute.name);
        }
    }
    const auto active = fields.boolean("active");
    if (!active) {
        refuse("active", "is missing or not true or false");
    }
    user.active = *active;
    user.ssh_keys = fields.texts("sshKeys");
    if (user.ssh_keys) {
        for (auto& key : *user.ssh_keys) {
            if (!is_sendable_ssh_key(key)) {
                key = normalised_ssh_key(key, true);
            }
        }
        sort_ssh_keys(*user.ssh_keys);
    }
    return user;
}

template <class Fields>
Group group_from(const Fields& fields, bool current) {
    Group group;
    group.external_id = external_id(fields, Kind::group, current);
    if (current) {
        group.id = resource_id(fields);
        group.version = version(fields);
        const auto foreign = fields.texts("foreignMembers").value_or(std::vector<std::string>{});
        if (!std::all_of(foreign.begin(), foreign.end(), unicode::is_plain)) {
            refuse("foreignMembers", "holds one with a control character");
        }
        group.foreign_members = sorted_ids<ResourceId>(foreign);
    }
    group.display_name = fields.text("displayName").value_or("");
    if (const auto members = fields.texts("members")) {
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
    if (!current) {
        group.unlisted = fields.number("unlisted").value_or(0);
    }
    return group;
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
    return !id.value.empty() && id.value.size() <= kLongestId && id.value != "." &&
           id.value != ".." && unicode::is_plain(id.value);
}

std::string_view resource_name(Kind kind) {
    return kind == Kind::user ? "User" : "Group";
}

bool is_marked_unmanaged(const json& object) {
    return has_unmanaged_mark(Document(object));
}

bool is_marked_unmanaged(const FlatObject& line) {
    return has_unmanaged_mark(Line(line));
}

User user_from_json(const json& object, bool current) {
    return user_from(Document(object), current);
}

User user_from_line(const FlatObject& line, bool current) {
    return user_from(Line(line), current);
}

Group group_from_json(const json& object, bool current) {
    return group_from(Document(object), current);
}

Group group_from_line(const FlatObject& line, bool current) {
    return group_from(Line(line), current);
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
