#include "model_patch.hpp"

#include <algorithm>
#include <optional>

namespace laws {

using nlohmann::json;
using record::Kind;
using Type = Attribute::Type;

namespace {

constexpr std::string_view kPatchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The target of a path: `[URN:]attribute[.part]` or `attribute[part eq "value"]` (RFC 7644 §3.5.2,
/// §3.10).
struct Target {
    const Attribute* attribute = nullptr;
    bool in_extension = false;
    std::string part{};
    std::optional<std::pair<std::string, std::string>> filter{};
};

std::pair<std::string, std::string> filter_from(const Attribute& attribute,
                                                std::string_view filter) {
    const auto space = filter.find(' ');
    constexpr std::string_view kEquals = " eq \"";
    if (space == std::string_view::npos ||
        !same_name(filter.substr(space, kEquals.size()), kEquals) || filter.back() != '"') {
        throw ScimError{400, "invalidFilter: " + std::string(filter)};
    }
    const auto value = json::parse(filter.substr(space + kEquals.size() - 1));
    return {part_named(attribute, filter.substr(0, space)), value.get<std::string>()};
}

Target target_from(Kind kind, std::string_view path) {
    const auto bracket = std::min(path.find('['), path.size());
    std::string_view urn;
    // The last colon ends the URN, which contains colons and dots (RFC 7644 §3.10).
    if (const auto colon = path.substr(0, bracket).rfind(':'); colon != std::string_view::npos) {
        urn = path.substr(0, colon);
        path.remove_prefix(colon + 1);
    }
    const auto name = path.substr(0, path.find_first_of(".["));
    Target target{&attribute_named(kind, urn, name), same_name(urn, kExtension), {}, std::nullopt};
    auto rest = path.substr(name.size());
    if (rest.starts_with('[')) {
        const auto end = rest.rfind(']');
        if (end == std::string_view::npos || target.attribute->type != Type::complexes) {
            throw ScimError{400, "invalidPath: " + std::string(path)};
        }
        target.filter = filter_from(*target.attribute, rest.substr(1, end - 1));
        rest.remove_prefix(end + 1);
    }
    if (rest.starts_with('.')) {
        target.part = part_named(*target.attribute, rest.substr(1));
    } else if (!rest.empty()) {
        throw ScimError{400, "invalidPath: " + std::string(path)};
    }
    return target;
}

// The object that contains the attribute: the resource, or its extension, whose URN is then added
// to `schemas`.
json& container_of(json& resource, const Target& target) {
    if (!target.in_extension) {
        return resource;
    }
    const std::string urn(kExtension);
    auto& schemas = resource["schemas"];
    if (std::find(schemas.begin(), schemas.end(), urn) == schemas.end()) {
        schemas.push_back(urn);
    }
    auto& extension = resource[urn];
    if (extension.is_null()) {  // an attribute is removed that the resource does not have
        extension = json::object();
    }
    return extension;
}

void assign(json& container, const Attribute& attribute, json value) {
    const std::string name(attribute.name);
    if (value.is_null()) {
        if (attribute.required) {
            throw ScimError{400, "mutability: " + name + " is required"};
        }
        container.erase(name);
    } else {
        container[name] = std::move(value);
    }
}

// §3.5.2.1: the values are added to the existing ones, once each; one new primary value is the only
// one (§3.5.2).
void append(json& list, const json& values) {
    for (const auto& value : values) {
        if (value.is_object() && value.value("primary", false)) {
            for (auto& other : list) {
                if (other.contains("primary")) {
                    other["primary"] = false;
                }
            }
        }
        const auto is_there = [&](const json& other) {
            return value.is_object() && value.contains("value")
                       ? other.value("value", json()) == value["value"]
                       : other == value;
        };
        if (std::none_of(list.begin(), list.end(), is_there)) {
            list.push_back(value);
        }
    }
}

// §3.5.2.3 for a complex attribute: parts that are not in `value` are left unchanged.
void merge_parts(json& container, const Attribute& attribute, const json& value) {
    if (!value.is_object()) {
        throw ScimError{400, "invalidValue: " + std::string(attribute.name) + " is no object"};
    }
    const std::string name(attribute.name);
    json merged = container.contains(name) ? container[name] : json::object();
    for (const auto& [key, part] : value.items()) {
        merged[part_named(attribute, key)] = part;
    }
    assign(container, attribute, checked(attribute, merged));
}

bool matches(const json& element, const Target& target) {
    return element.value(target.filter->first, json()) == json(target.filter->second);
}

void set_filtered(json& container, const Target& target, const json& value) {
    const std::string name(target.attribute->name);
    bool found = false;
    for (auto& element : container.contains(name) ? container[name] : json::array()) {
        if (matches(element, target)) {
            found = true;
            if (target.part.empty()) {
                element.update(value);
            } else {
                element[target.part] = value;
            }
        }
    }
    if (!found) {
        throw ScimError{400, "noTarget: no value matches the filter"};
    }
    assign(container, *target.attribute, checked(*target.attribute, container[name]));
}

void set(json& container, const Target& target, const json& value, bool add) {
    const auto& attribute = *target.attribute;
    if (target.filter) {
        set_filtered(container, target, value);
    } else if (!target.part.empty()) {
        merge_parts(container, attribute, {{target.part, value}});
    } else if (attribute.type == Type::complex && !value.is_null()) {
        merge_parts(container, attribute, value);
    } else if (add && attribute.is_list()) {
        const std::string name(attribute.name);
        const auto more = checked(attribute, value.is_array() ? value : json::array({value}));
        json list = container.contains(name) ? container[name] : json::array();
        append(list, more);
        assign(container, attribute, checked(attribute, list));
    } else {
        assign(container, attribute, checked(attribute, value));
    }
}

void remove(json& container, const Target& target) {
    const std::string name(target.attribute->name);
    if (!container.contains(name)) {
        return;
    }
    if (target.filter) {
        auto& list = container[name];
        list.erase(std::remove_if(list.begin(),
                                  list.end(),
                                  [&](const json& element) { return matches(element, target); }),
                   list.end());
        assign(container, *target.attribute, checked(*target.attribute, json(list)));
    } else if (!target.part.empty()) {
        container[name].erase(target.part);
        assign(container, *target.attribute, checked(*target.attribute, json(container[name])));
    } else {
        assign(container, *target.attribute, nullptr);
    }
}

void change(Kind kind, json& resource, const std::string& path, const json& value, bool add) {
    const auto target = target_from(kind, path);
    if (target.attribute->read_only) {
        throw ScimError{400, "mutability: " + path + " is read only"};
    }
    set(container_of(resource, target), target, value, add);
}

// Without a path, `value` has attributes, and extensions by their URN.
void change_attributes(Kind kind, json& resource, const json& value, bool add) {
    if (!value.is_object()) {
        throw ScimError{400, "invalidValue: without a path the value is an object"};
    }
    for (const auto& [name, element] : value.items()) {
        if (same_name(name, kExtension)) {
            for (const auto& [inner, keys] : element.items()) {
                change(kind, resource, name + ":" + inner, keys, add);
            }
        } else {
            change(kind, resource, name, element, add);
        }
    }
}

void carry_out(Kind kind, json& resource, const json& operation) {
    const auto op = operation.at("op").get<std::string>();
    const auto path = operation.value("path", std::string());
    const bool add = same_name(op, "add");
    if (same_name(op, "remove")) {
        if (path.empty()) {
            throw ScimError{400, "noTarget: remove without a path"};
        }
        const auto target = target_from(kind, path);
        if (target.attribute->read_only) {
            throw ScimError{400, "mutability: " + path + " is read only"};
        }
        remove(container_of(resource, target), target);
        return;
    }
    if ((!add && !same_name(op, "replace")) || !operation.contains("value")) {
        throw ScimError{400, "invalidSyntax: " + operation.dump()};
    }
    if (path.empty()) {
        change_attributes(kind, resource, operation["value"], add);
    } else {
        change(kind, resource, path, operation["value"], add);
    }
}

}  // namespace

void patch(Kind kind, json& resource, const json& message) {
    const auto schemas = message.value("schemas", json::array());
    const auto operations = message.value("Operations", json::array());
    if (schemas != json::array({kPatchOp}) || !operations.is_array() || operations.empty()) {
        throw ScimError{400, "invalidSyntax: no PatchOp message"};
    }
    for (const auto& operation : operations) {
        carry_out(kind, resource, operation);
    }
}

}  // namespace laws
