#include "apply/permitted_values.hpp"

#include "base/text.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"
#include "record/validation.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace apply {

using nlohmann::json;
using record::Kind;

namespace {

// Calls `each` with each path that `data` sets, and its value: those of a create, or of a PATCH.
template <class Each>
void for_each_value(const json& data, Each each) {
    const auto operations = data.find("Operations");
    if (operations == data.end() || !operations->is_array()) {
        for (const auto& [name, value] : data.get_ref<const json::object_t&>()) {
            const bool is_extension = name == record::kKeysSchema;
            const auto* keys =
                is_extension ? record::attribute(value, record::kKeysAttribute) : nullptr;
            each(is_extension ? record::kKeysPath : std::string_view(name),
                 keys != nullptr ? *keys : value);
        }
        return;
    }
    for (const auto& operation : *operations) {
        const auto value = operation.find("value");
        if (value != operation.end() && !value->is_null()) {
            each(text::of(operation, "path"), *value);
        }
    }
}

std::optional<std::string> detail_of(const std::optional<record::Refusal>& refusal) {
    return refusal ? std::optional(refusal->detail) : std::nullopt;
}

std::optional<std::string> why_not_keys(const json& keys) {
    for (const auto& key : keys) {
        const auto line = key.is_string() ? key.get<std::string>() : key.dump();
        if (const auto fault = record::why_not_ssh_key(line)) {
            return "SSH key " + record::ssh_key_fingerprint(line) + ": " + *fault;
        }
    }
    return std::nullopt;
}

void set_names(std::string_view path, const json& value, record::User& user) {
    if (path == "userName") {
        user.user_name = value.is_string() ? value.get<std::string>() : "";
    }
    for (const auto& row : record::kUserAttributes) {
        if (row.path == path && record::is_name(row)) {
            const auto* text = row.part.empty() ? &value : record::attribute(value, row.part);
            if (text != nullptr && text->is_string()) {
                (user.*row.text).emplace(text->get_ref<const std::string&>());
            }
        }
    }
}

// If a line does not set a name, the check uses a name that every rule permits.
std::optional<std::string> why_not_user(const json& data, record::NamePolicy names) {
    names.user_name_is_address = false;
    record::User user{.external_id = {record::user_prefix() + "x"}, .user_name = "x@x"};
    std::optional<std::string> fault;
    for_each_value(data, [&](std::string_view path, const json& value) {
        if (path == record::kKeysPath) {
            fault = fault ? fault : why_not_keys(value);
        } else if (path == "emails") {
            for (const auto& email : value) {
                user.email = record::text_attribute(email, "value");
                fault = fault ? fault : detail_of(record::why_not(user, names));
            }
        } else {
            set_names(path, value, user);
            fault = fault ? fault : detail_of(record::why_not(user, names));
        }
    });
    return fault;
}

std::optional<std::string> why_not_group(const json& data, const record::NamePolicy& names) {
    record::Group group{.external_id = {record::group_prefix() + "x"}, .display_name = "x"};
    std::optional<std::string> fault;
    for_each_value(data, [&](std::string_view path, const json& value) {
        if (path == "displayName") {
            group.display_name = value.is_string() ? value.get<std::string>() : "";
            fault = fault ? fault : detail_of(record::why_not(group, names));
        }
    });
    return fault;
}

}  // namespace

std::optional<std::string> why_not_permitted(Kind kind,
                                             const json& data,
                                             const record::NamePolicy& names) {
    return kind == Kind::user ? why_not_user(data, names) : why_not_group(data, names);
}

}  // namespace apply
