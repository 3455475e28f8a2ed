#include "model_schema.hpp"

#include <algorithm>

namespace laws {

using nlohmann::json;
using Type = Attribute::Type;

namespace {

// The attributes of RFC 7643 §3.1 and §4.1 that a directory of users needs.
const std::vector<Attribute> kUserAttributes{
    {"schemas", Type::texts, true, false, {}},
    {"id", Type::text, true, true, {}},
    {"externalId", Type::text, false, false, {}},
    {"meta", Type::complex, false, true, {}},
    {"userName", Type::text, true, false, {}},
    {"name",
     Type::complex,
     false,
     false,
     {"formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"}},
    {"displayName", Type::text, false, false, {}},
    {"emails", Type::complexes, false, false, {"value", "display", "type", "primary"}},
    {"active", Type::boolean, false, false, {}}};

// RFC 7643 §4.2.
const std::vector<Attribute> kGroupAttributes{
    {"schemas", Type::texts, true, false, {}},
    {"id", Type::text, true, true, {}},
    {"externalId", Type::text, false, false, {}},
    {"meta", Type::complex, false, true, {}},
    {"displayName", Type::text, true, false, {}},
    {"members", Type::complexes, false, false, {"value", "$ref", "display", "type"}}};

const std::vector<Attribute> kExtensionAttributes{{"sunkSshKeys", Type::texts, false, false, {}}};

json checked_part(const Attribute& attribute, const std::string& part, const json& value) {
    const bool boolean = part == "primary";
    if (boolean ? !value.is_boolean() : !value.is_string()) {
        throw ScimError{400, std::string(attribute.name) + "." + part + " has another type"};
    }
    return value;
}

json checked_complex(const Attribute& attribute, const json& value) {
    if (!value.is_object()) {
        throw ScimError{400, std::string(attribute.name) + " is no object"};
    }
    json kept = json::object();
    for (const auto& [name, part] : value.items()) {
        const auto own_name = part_named(attribute, name);
        if (!part.is_null()) {
            kept[own_name] = checked_part(attribute, own_name, part);
        }
    }
    return kept.empty() ? json() : kept;
}

json checked_list(const Attribute& attribute, const json& value) {
    if (!value.is_array()) {
        throw ScimError{400, std::string(attribute.name) + " is no list"};
    }
    json kept = json::array();
    for (const auto& element : value) {
        if (attribute.type == Type::complexes) {
            kept.push_back(checked_complex(attribute, element));
        } else if (element.is_string()) {
            kept.push_back(element);
        } else {
            throw ScimError{400, "a value of " + std::string(attribute.name) + " is no string"};
        }
    }
    return kept.empty() ? json() : kept;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) {
        return lower(x) == lower(y);
    });
}

std::string_view core_schema(record::Kind kind) {
    return kind == record::Kind::user ? kCoreUser : kCoreGroup;
}

const Attribute& attribute_named(record::Kind kind, std::string_view urn, std::string_view name) {
    const bool extension = kind == record::Kind::user && same_name(urn, kExtension);
    if (!extension && !urn.empty() && !same_name(urn, core_schema(kind))) {
        throw ScimError{400, "invalidPath: no schema " + std::string(urn)};
    }
    const auto& table = extension                    ? kExtensionAttributes
                        : kind == record::Kind::user ? kUserAttributes
                                                     : kGroupAttributes;
    const auto found = std::find_if(table.begin(), table.end(), [&](const Attribute& attribute) {
        return same_name(attribute.name, name);
    });
    if (found == table.end()) {
        throw ScimError{400, "invalidPath: no attribute " + std::string(name)};
    }
    return *found;
}

std::string part_named(const Attribute& attribute, std::string_view name) {
    const auto found = std::find_if(attribute.parts.begin(),
                                    attribute.parts.end(),
                                    [&](std::string_view part) { return same_name(part, name); });
    if (found == attribute.parts.end()) {
        throw ScimError{
            400, "invalidPath: no " + std::string(name) + " in " + std::string(attribute.name)};
    }
    return std::string(*found);
}

json checked(const Attribute& attribute, const json& value) {
    if (value.is_null()) {
        return value;
    }
    switch (attribute.type) {
        case Type::text:
            if (value.is_string()) {
                return value;
            }
            break;
        case Type::boolean:
            if (value.is_boolean()) {
                return value;
            }
            break;
        case Type::complex:
            return checked_complex(attribute, value);
        case Type::texts:
        case Type::complexes:
            return checked_list(attribute, value);
    }
    throw ScimError{400, "invalidValue: " + std::string(attribute.name) + " has another type"};
}

}  // namespace laws
