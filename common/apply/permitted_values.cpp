#include "apply/permitted_values.hpp"

#include "base/text.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace apply {

using nlohmann::json;
using record::Kind;

namespace {

// The attributes that `data` sets, as a resource: those of a create, or of a PATCH.
json resource_of(const json& data) {
    const auto operations = data.find("Operations");
    if (operations == data.end() || !operations->is_array()) {
        return data;
    }
    auto resource = json::object();
    for (const auto& operation : *operations) {
        const auto path = text::of(operation, "path");
        const auto value = operation.value("value", json());
        if (path == record::kKeysPath) {
            resource[std::string(record::kKeysSchema)] = {{record::kKeysAttribute, value}};
        } else if (!value.is_null()) {
            resource[path] = value;
        }
    }
    return resource;
}

std::optional<std::string> detail_of(const std::optional<record::Refusal>& refusal) {
    return refusal ? std::optional(refusal->detail) : std::nullopt;
}

// If a line does not set a name, the check uses a name that every rule permits.
std::optional<std::string> why_not_user(const json& resource, record::NamePolicy names) {
    names.user_name_is_address = false;
    record::User user{.external_id = {record::user_prefix() + "x"}, .user_name = "x@x"};
    if (resource.contains("userName")) {
        user.user_name = record::text_attribute(resource, "userName");
    }
    for (const auto& attribute : record::kUserAttributes) {
        if (record::is_name(attribute)) {
            user.*attribute.text = record::text_of(attribute, resource);
        }
    }
    for (const auto& email : resource.value("emails", json::array())) {
        user.email = record::text_attribute(email, "value");
        if (auto fault = detail_of(record::why_not(user, names))) {
            return fault;
        }
    }
    const auto extension = resource.value(std::string(record::kKeysSchema), json::object());
    for (const auto& key : extension.value(std::string(record::kKeysAttribute), json::array())) {
        const auto line = key.is_string() ? key.get<std::string>() : key.dump();
        if (const auto fault = record::why_not_ssh_key(line)) {
            return "SSH key " + record::ssh_key_fingerprint(line) + ": " + *fault;
        }
    }
    return detail_of(record::why_not(user, names));
}

std::optional<std::string> why_not_group(const json& resource, const record::NamePolicy& names) {
    record::Group group{.external_id = {record::group_prefix() + "x"}, .display_name = "x"};
    if (resource.contains("displayName")) {
        group.display_name = record::text_attribute(resource, "displayName");
    }
    return detail_of(record::why_not(group, names));
}

}  // namespace

std::optional<std::string> why_not_permitted(Kind kind,
                                             const json& data,
                                             const record::NamePolicy& names) {
    const auto resource = resource_of(data);
    return kind == Kind::user ? why_not_user(resource, names) : why_not_group(resource, names);
}

}  // namespace apply
