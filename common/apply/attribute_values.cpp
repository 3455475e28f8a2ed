#include "apply/attribute_values.hpp"

#include "base/text.hpp"
#include "record/scim_resource.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace apply {

using nlohmann::json;

bool is_keys(const std::string& path) {
    return text::fold(path) == text::fold(record::kKeysPath);
}

const json* at_path(const json& resource, const std::string& path) {
    if (!is_keys(path)) {
        return record::attribute(resource, path);
    }
    const auto* extension = record::attribute(resource, record::kKeysSchema);
    return extension == nullptr ? nullptr : record::attribute(*extension, record::kKeysAttribute);
}

std::string text_in(const json& value) {
    const auto* inner = value.is_object() ? record::attribute(value, "value") : &value;
    return inner != nullptr && inner->is_string() ? inner->get<std::string>() : std::string();
}

std::string identity_of(const std::string& path, const json& value) {
    if (is_keys(path)) {  // SUNK's reader takes strings only, so an object is not a key
        return value.is_string() ? record::normalised_ssh_key(value.get<std::string>(), false)
                                 : value.dump();
    }
    const auto text = text_in(value);
    return path == "emails" ? text::fold(text) : text;
}

Texts values_of(const std::string& path, const json& list) {
    Texts values;
    const auto add = [&](const json& value) { values.insert(identity_of(path, value)); };
    if (list.is_array()) {
        std::for_each(list.begin(), list.end(), add);
    } else if (!list.is_null()) {
        add(list);
    }
    return values;
}

std::optional<std::string> member_in(const std::string& path) {
    constexpr std::string_view kBegin = "members[value eq ";
    if (!path.starts_with(kBegin) || !path.ends_with(']')) {
        return std::nullopt;
    }
    const auto id =
        json::parse(path.substr(kBegin.size(), path.size() - kBegin.size() - 1), nullptr, false);
    return id.is_string() ? std::optional(id.get<std::string>()) : std::nullopt;
}

}  // namespace apply
