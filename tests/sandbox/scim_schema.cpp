#include "scim_schema.hpp"

#include "scim_error.hpp"

#include <algorithm>
#include <array>

namespace sandbox {

namespace {

constexpr std::array kNameParts{
    Attribute{.name = "formatted"},
    Attribute{.name = "familyName"},
    Attribute{.name = "givenName"},
    Attribute{.name = "middleName"},
    Attribute{.name = "honorificPrefix"},
    Attribute{.name = "honorificSuffix"},
};

constexpr std::array kValueParts{
    Attribute{.name = "value"},
    Attribute{.name = "display"},
    Attribute{.name = "type"},
    Attribute{.name = "primary", .kind = Kind::boolean},
};

constexpr std::array kUserAttributes{
    Attribute{.name = "externalId", .case_exact = true},
    Attribute{.name = "userName", .required = true},
    Attribute{.name = "name", .kind = Kind::complex, .parts = kNameParts},
    Attribute{.name = "displayName"},
    Attribute{.name = "nickName"},
    Attribute{.name = "title"},
    Attribute{.name = "userType"},
    Attribute{.name = "preferredLanguage"},
    Attribute{.name = "locale"},
    Attribute{.name = "timezone"},
    Attribute{.name = "emails", .kind = Kind::complex, .many = true, .parts = kValueParts},
    Attribute{.name = "phoneNumbers", .kind = Kind::complex, .many = true, .parts = kValueParts},
    Attribute{.name = "active", .kind = Kind::boolean},
};

constexpr std::array kUserExtensionAttributes{
    Attribute{.name = "sunkSshKeys", .kind = Kind::key, .many = true, .case_exact = true},
};

constexpr std::array kMemberParts{
    Attribute{.name = "value", .required = true, .case_exact = true},
    Attribute{.name = "display"},
    Attribute{.name = "type"},
    Attribute{.name = "$ref"},
};

constexpr std::array kGroupAttributes{
    Attribute{.name = "externalId", .case_exact = true},
    Attribute{.name = "displayName", .required = true},
    Attribute{.name = "members", .kind = Kind::complex, .many = true, .parts = kMemberParts},
};

constexpr ResourceType kUser{
    "User",
    "Users",
    {"urn:ietf:params:scim:schemas:core:2.0:User", "User", kUserAttributes},
    {kUserExtension, "CoreWeaveUser", kUserExtensionAttributes},
};

constexpr ResourceType kGroup{
    "Group",
    "Groups",
    {"urn:ietf:params:scim:schemas:core:2.0:Group", "Group", kGroupAttributes},
    {kGroupExtension, "CoreWeaveGroup", {}},
};

[[noreturn]] void refuse(const Attribute& attribute, const std::string& why) {
    throw ScimError(400, "invalidValue", "'" + std::string(attribute.name) + "' " + why);
}

/// The attributes of `input` that are in `attributes`; a required one must be present and not
/// empty.
Json checked_attributes(std::span<const Attribute> attributes, const Json& input) {
    Json out = Json::object();
    for (const auto& [name, value] : input.items()) {
        const auto* attribute = find_attribute(attributes, name);
        if (attribute == nullptr || attribute->read_only) {
            continue;
        }
        auto checked = checked_value(*attribute, value);
        if (!checked.is_null()) {
            out[std::string(attribute->name)] = std::move(checked);
        }
    }
    for (const auto& attribute : attributes) {
        const auto found = out.find(attribute.name);
        if (attribute.required && (found == out.end() || *found == "")) {
            refuse(attribute, "is required");
        }
    }
    return out;
}

Json checked_single(const Attribute& attribute, const Json& value) {
    switch (attribute.kind) {
        case Kind::boolean:
            if (!value.is_boolean()) {
                refuse(attribute, "must be true or false");
            }
            return value;
        case Kind::complex:
            if (!value.is_object()) {
                refuse(attribute, "must be an object");
            }
            return checked_attributes(attribute.parts, value);
        case Kind::key:
            if (!value.is_string()) {
                refuse(attribute, "must be an array of strings");
            }
            if (value.get_ref<const std::string&>().find_first_of("\r\n") != std::string::npos) {
                refuse(attribute, "must hold one line in each string");
            }
            return value;
        case Kind::string:
            break;
    }
    if (!value.is_string()) {
        refuse(attribute, "must be a string");
    }
    return value;
}

Json attribute_definition(const Attribute& attribute) {
    Json out = {{"name", attribute.name},
                {"type",
                 attribute.kind == Kind::boolean   ? "boolean"
                 : attribute.kind == Kind::complex ? "complex"
                                                   : "string"},
                {"multiValued", attribute.many},
                {"required", attribute.required},
                {"caseExact", attribute.case_exact},
                {"mutability", attribute.read_only ? "readOnly" : "readWrite"},
                {"returned", "default"},
                {"uniqueness", attribute.name == "userName" ? "server" : "none"}};
    for (const auto& part : attribute.parts) {
        out["subAttributes"].push_back(attribute_definition(part));
    }
    return out;
}

Json schema_resource(const Schema& schema) {
    Json out = {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:Schema"}},
                {"id", schema.urn},
                {"name", schema.name},
                {"attributes", Json::array()}};
    for (const auto& attribute : schema.attributes) {
        out["attributes"].push_back(attribute_definition(attribute));
    }
    return out;
}

Json resource_type_resource(const ResourceType& type) {
    std::string endpoint("/");
    endpoint += type.endpoint;
    Json out = {{"schemas", {"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}},
                {"id", type.name},
                {"name", type.name},
                {"endpoint", endpoint},
                {"schema", type.core.urn}};
    if (!type.extension.attributes.empty()) {
        out["schemaExtensions"].push_back({{"schema", type.extension.urn}, {"required", false}});
    }
    return out;
}

}  // namespace

const ResourceType& user_type() {
    return kUser;
}
const ResourceType& group_type() {
    return kGroup;
}

const Attribute* find_attribute(std::span<const Attribute> attributes, std::string_view name) {
    const auto found = std::find_if(attributes.begin(), attributes.end(), [&](const auto& each) {
        return same_folded(each.name, name);
    });
    return found == attributes.end() ? nullptr : &*found;
}

Json checked_value(const Attribute& attribute, const Json& value) {
    if (value.is_null()) {
        return nullptr;
    }
    if (!attribute.many) {
        return checked_single(attribute, value);
    }
    if (!value.is_array()) {
        refuse(attribute, "must be an array");
    }
    Json out = Json::array();
    for (const auto& each : value) {
        out.push_back(checked_single(attribute, each));
    }
    return out;
}

Json checked_resource(const ResourceType& type, const Json& input) {
    Json out = {{"schemas", {type.core.urn}}};
    out.update(checked_attributes(type.core.attributes, input));
    for (const auto& [name, value] : input.items()) {
        if (!same_folded(name, type.extension.urn) || type.extension.attributes.empty()) {
            continue;
        }
        if (!value.is_object()) {
            throw ScimError(400, "invalidValue", "the extension must be an object");
        }
        out[std::string(type.extension.urn)] = checked_attributes(type.extension.attributes, value);
    }
    settle_schemas(type, out);
    return out;
}

void settle_schemas(const ResourceType& type, Json& resource) {
    const std::string urn(type.extension.urn);
    if (type.extension.attributes.empty()) {
        return;
    }
    if (resource.contains(urn) && resource[urn].empty()) {
        resource.erase(urn);
    }
    auto& schemas = resource["schemas"];
    const auto listed = std::find(schemas.begin(), schemas.end(), urn);
    if (resource.contains(urn) && listed == schemas.end()) {
        schemas.push_back(urn);
    }
    if (!resource.contains(urn) && listed != schemas.end()) {
        schemas.erase(listed);
    }
}

Json schema_resources() {
    return {schema_resource(kUser.core),
            schema_resource(kUser.extension),
            schema_resource(kGroup.core)};
}

Json resource_type_resources() {
    return {resource_type_resource(kUser), resource_type_resource(kGroup)};
}

}  // namespace sandbox
