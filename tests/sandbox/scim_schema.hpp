// The attributes of users and groups (RFC 7643 §4, §7), as a table that is used for checks and is
// returned by /Schemas.
#pragma once

#include "call.hpp"

#include <span>
#include <string_view>

namespace sandbox {

inline constexpr std::string_view kUserExtension =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";
inline constexpr std::string_view kGroupExtension =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveGroup";

/// A key is a string of one line, as sshd(8) reads key files by lines.
enum class Kind { string, key, boolean, complex };

struct Attribute {
    std::string_view name{};
    Kind kind = Kind::string;
    bool many = false;
    bool required = false;
    bool read_only = false;
    bool case_exact = false;
    std::span<const Attribute> parts{};  ///< of a complex one
};

struct Schema {
    std::string_view urn{};
    std::string_view name{};
    std::span<const Attribute> attributes{};
};

struct ResourceType {
    std::string_view name{};      ///< User
    std::string_view endpoint{};  ///< Users
    Schema core{};
    Schema extension{};  ///< no attributes: an empty schema
};

[[nodiscard]] const ResourceType& user_type();
[[nodiscard]] const ResourceType& group_type();

/// By name in any case (RFC 7643 §2.1); nullptr if there is none.
[[nodiscard]] const Attribute* find_attribute(std::span<const Attribute> attributes,
                                              std::string_view name);

/// The value in the form that this attribute stores: known sub-attributes under their canonical
/// names. Null if it means "unassigned" (RFC 7643 §2.5). Throws ScimError 400 invalidValue.
[[nodiscard]] Json checked_value(const Attribute& attribute, const Json& value);

/// A complete resource from a POST or PUT: unknown and read-only attributes are dropped, types are
/// checked, and `schemas` lists the present schemas.
[[nodiscard]] Json checked_resource(const ResourceType& type, const Json& input);

/// Makes `schemas` list the extension exactly if the resource has it (RFC 7643 §3.3); an empty
/// extension is removed.
void settle_schemas(const ResourceType& type, Json& resource);

/// The answers of /Schemas and /ResourceTypes (RFC 7643 §6, §7), each a list of resources.
[[nodiscard]] Json schema_resources();
[[nodiscard]] Json resource_type_resources();

}  // namespace sandbox
