#include "record/scim_resource.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

namespace record {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

// For one record of many: the other records show that the base URL is correct.
[[noreturn]] void odd_value(const json& resource, const std::string& what) {
    throw Error(
        ExitStatus::unavailable,
        "the record " + text_attribute(resource, "id") + " is not what RFC 7643 promises: " + what +
            "; correct it where it was read, or report this to the operator of that service");
}

// `what` is the fault, `consequence` how the record is read if faults are collected.
void report_fault(const json& resource,
                  const std::string& what,
                  const std::string& consequence,
                  std::vector<std::string>* faults) {
    if (faults == nullptr) {
        odd_value(resource, what);
    }
    faults->push_back(what + consequence);
}

bool active_of(const json& resource, std::vector<std::string>* faults) {
    const auto* value = attribute(resource, "active");
    if (value == nullptr) {
        return true;  // RFC 7643 §4.1.1 makes it optional; a user without it can still be
                      // deactivated
    }
    const auto active = truth(*value);
    if (!active) {
        report_fault(
            resource, "\"active\" is " + shown_value(*value), ", which is read as true", faults);
    }
    return active.value_or(true);  // a user who has left is then deactivated
}

std::optional<std::string> email_of(const json& resource) {
    const auto* emails = attribute(resource, "emails");
    if (emails == nullptr || !emails->is_array()) {
        return std::nullopt;
    }
    const json* chosen = nullptr;
    for (const auto& email : *emails) {
        const auto* primary = attribute(email, "primary");
        if (chosen == nullptr || (primary != nullptr && truth(*primary) == true)) {
            chosen = &email;
        }
    }
    return chosen == nullptr ? std::nullopt : optional_text_attribute(*chosen, "value");
}

std::vector<std::string> keys_of(const json& resource,
                                 bool keep_comments,
                                 std::vector<std::string>* faults) {
    const auto* extension = attribute(resource, kKeysSchema);
    const auto* value = extension == nullptr ? nullptr : attribute(*extension, kKeysAttribute);
    std::vector<std::string> keys;
    const auto add = [&](const json& key) {
        // SUNK's reader stops at an object, also at one with a `value`. As a text, it differs from
        // each key, and an update replaces it.
        if (!key.is_string()) {
            report_fault(resource,
                         "a value of sunkSshKeys is not a string",
                         ", so SUNK may not read the keys of this and other users",
                         faults);
        }
        keys.push_back(normalised_ssh_key(
            key.is_string() ? key.get<std::string>() : shown_value(key), keep_comments));
    };
    if (value != nullptr && value->is_array()) {
        std::for_each(value->begin(), value->end(), add);
    } else if (value != nullptr) {
        add(*value);
    }
    sort_ssh_keys(keys);
    return keys;
}

// Sorted: servers have no fixed order. A value that is not a list is kept: the record may be
// unmanaged.
json sorted(const json& list, const std::function<std::string(const json&)>& text) {
    if (!list.is_array()) {
        return list;
    }
    std::vector<std::string> texts;
    std::transform(list.begin(), list.end(), std::back_inserter(texts), text);
    std::sort(texts.begin(), texts.end());
    return texts;
}

}  // namespace

std::string endpoint(Kind kind) {
    return kind == Kind::user ? "/Users" : "/Groups";
}

std::string resource_path(Kind kind, const ResourceId& id) {
    return endpoint(kind) + "/" + encoding::percent_encode(id.value);
}

void throw_unexpected_answer(const std::string& what) {
    throw Error(ExitStatus::unavailable,
                "the SCIM server's answer is not what RFC 7644 promises: " + what +
                    "; is the base URL right?");
}

std::string shown_value(const json& value) {
    constexpr std::size_t kShown = 40;
    return logging::presentable(value.dump()).substr(0, kShown);
}

const json* attribute(const json& object, std::string_view name) {
    if (!object.is_object()) {
        return nullptr;
    }
    auto found = object.find(name);
    if (found == object.end()) {
        const auto folded = text::fold(name);
        for (found = object.begin(); found != object.end() && text::fold(found.key()) != folded;
             ++found) {
        }
    }
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<bool> truth(const json& value) {
    if (value.is_boolean()) {
        return value.get<bool>();
    }
    if (value.is_number_integer()) {
        const auto number = value.get<std::int64_t>();
        return number == 0 || number == 1 ? std::optional(number == 1) : std::nullopt;
    }
    const auto word = value.is_string() ? text::fold(value.get<std::string>()) : std::string();
    return word == "true" || word == "false" ? std::optional(word == "true") : std::nullopt;
}

std::optional<std::string> optional_text_attribute(const json& object, std::string_view name) {
    const auto* value = attribute(object, name);
    return value != nullptr && value->is_string()
               ? std::optional<std::string>(value->get<std::string>())
               : std::nullopt;
}

std::string text_attribute(const json& object, std::string_view name) {
    return optional_text_attribute(object, name).value_or("");
}

std::string id_of(const json& resource) {
    auto id = text_attribute(resource, "id");
    if (id.empty()) {
        throw_unexpected_answer("a resource without \"id\"");
    }
    if (!is_usable({id})) {
        throw_unexpected_answer("a resource whose \"id\" is " + shown_value(id) +
                                ", which cannot be part of a path");
    }
    return id;
}

std::string version_of(const json& resource) {
    const auto* meta = attribute(resource, "meta");
    auto version = meta == nullptr ? std::string() : text_attribute(*meta, "version");
    return unicode::is_plain(version) ? version : std::string();
}

ExternalId external_id_of(const json& resource) {
    return {text_attribute(resource, "externalId")};
}

std::optional<std::string> text_of(const Attribute& row, const json& resource) {
    if (row.path == "emails") {
        return email_of(resource);
    }
    if (row.part.empty()) {
        return optional_text_attribute(resource, row.path);
    }
    const auto* complex = attribute(resource, row.path);
    return complex == nullptr ? std::nullopt : optional_text_attribute(*complex, row.part);
}

std::string content_of(const json& resource) {
    static const std::string kKeys = text::fold(kKeysSchema);
    std::map<std::string, json> content;
    for (const auto& row : kUserAttributes) {
        const auto* value = attribute(resource, row.path);
        if (value != nullptr) {
            content[text::fold(row.name)] = row.part.empty() && row.path != "emails"
                                                ? *value
                                                : text_of(row, resource).value_or("");
        }
    }
    for (const auto& [name, value] : resource.items()) {
        const auto folded = text::fold(name);
        if (folded == "externalid") {
            content[folded] = value;
        } else if (folded == "members") {
            content[folded] = sorted(value, [](const json& member) {
                return member.is_object() ? text_attribute(member, "value") : member.dump();
            });
        } else if (const auto* keys = folded == kKeys ? attribute(value, kKeysAttribute) : nullptr;
                   keys != nullptr) {
            content[folded] = sorted(*keys, [](const json& key) { return key.dump(); });
        }
    }
    return json(content).dump();
}

User user_from_resource(const json& resource,
                        bool keep_comments,
                        std::vector<std::string>* faults) {
    User user;
    user.external_id = external_id_of(resource);
    user.id = {id_of(resource)};
    user.version = version_of(resource);
    user.user_name = text_attribute(resource, "userName");
    if (user.user_name.empty()) {
        report_fault(resource,
                     "a user without \"userName\"",
                     ", whose externalId is used in its place",
                     faults);
        user.user_name = user.external_id.value;
    }
    for (const auto& row : kUserAttributes) {
        if (row.text != nullptr) {
            user.*row.text = text_of(row, resource);
        }
    }
    user.active = active_of(resource, faults);
    user.ssh_keys = keys_of(resource, keep_comments, faults);
    return user;
}

Group group_from_resource(const json& resource) {
    Group group;
    group.external_id = external_id_of(resource);
    group.id = {id_of(resource)};
    group.version = version_of(resource);
    group.display_name = text_attribute(resource, "displayName");
    return group;
}

std::optional<std::vector<std::string>> member_ids_of(const json& resource,
                                                      std::vector<std::string>* faults) {
    constexpr const char* kConsequence = ", so its members are unknown and stay unchanged";
    const auto* members = attribute(resource, "members");
    if (members == nullptr) {
        return std::nullopt;
    }
    if (!members->is_array()) {
        report_fault(resource, "\"members\" is not a list", kConsequence, faults);
        return std::nullopt;
    }
    std::vector<std::string> ids;
    for (const auto& member : *members) {
        auto id = optional_text_attribute(member, "value");
        if (!id) {
            report_fault(resource, "a member without \"value\"", kConsequence, faults);
            return std::nullopt;
        }
        if (!unicode::is_plain(*id)) {  // no plan may send it back
            report_fault(resource,
                         "a member whose \"value\" holds a control character",
                         kConsequence,
                         faults);
            return std::nullopt;
        }
        ids.push_back(*std::move(id));
    }
    return ids;
}

JsonText user_resource(const User& user, const KeyViews& keys) {
    std::vector<std::string_view> schemas{kUserSchema};
    if (!keys.empty()) {
        // RFC 7643 §3.3: an extension that is used is listed
        schemas.push_back(kKeysSchema);
    }
    JsonObject body;
    body.set("schemas", schemas);
    body.set("externalId", user.external_id.value);
    body.set("userName", user.user_name);
    JsonObject name;
    for (const auto& row : kUserAttributes) {
        if (is_name(row) && !row.part.empty() && user.*row.text) {
            name.set(row.part, *(user.*row.text));
        }
    }
    if (!name.empty()) {
        body.set("name", name.value());
    }
    for (const auto& row : kUserAttributes) {
        if (is_name(row) && row.part.empty() && user.*row.text) {
            body.set(row.path, *(user.*row.text));
        }
    }
    if (user.email) {
        body.set("emails", emails_value(*user.email));
    }
    body.set("active", user.active);
    if (!keys.empty()) {
        JsonObject extension;
        extension.set(kKeysAttribute, keys);
        body.set(kKeysSchema, extension.value());
    }
    return std::move(body).value();
}

JsonText group_resource(const Group& group, const JsonText& members) {
    JsonObject body;
    body.set("schemas", std::vector{kGroupSchema});
    body.set("externalId", group.external_id.value);
    body.set("displayName", group.display_name);
    body.set("members", members);
    return std::move(body).value();
}

JsonText emails_value(const std::string& address) {
    JsonObject email;
    email.set("value", address);
    email.set("type", "work");
    email.set("primary", true);
    JsonArray list;
    list.add(email.value());
    return std::move(list).value();
}

JsonText members_value(const std::vector<std::string>& values) {
    JsonArray list;
    for (const auto& value : values) {
        JsonObject member;
        member.set("value", value);
        list.add(member.value());
    }
    return std::move(list).value();
}

}  // namespace record
