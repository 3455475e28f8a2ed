// The attributes of users and groups (RFC 7643 §4, §7), as a table that both checks
// requests and is served.
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
    Schema extension{};  ///< no attributes: none is known
};

[[nodiscard]] const ResourceType& user_type();
[[nodiscard]] const ResourceType& group_type();

/// By name in any case (RFC 7643 §2.1); nullptr when there is none.
[[nodiscard]] const Attribute* find_attribute(std::span<const Attribute> attributes,
                                              std::string_view name);

/// The value as this attribute may hold it: known sub-attributes under their canonical names. Null
/// when it means "unassigned" (RFC 7643 §2.5). Throws ScimError 400 invalidValue.
[[nodiscard]] Json checked_value(const Attribute& attribute, const Json& value);

/// A complete resource of a POST or PUT: what is unknown or read-only is dropped, types are
/// checked, `schemas` says what is there.
[[nodiscard]] Json checked_resource(const ResourceType& type, const Json& input);

/// Makes `schemas` list the extension exactly when the resource has it (RFC 7643 §3.3); an empty
/// extension goes.
void settle_schemas(const ResourceType& type, Json& resource);

/// The answers of /Schemas and /ResourceTypes (RFC 7643 §6, §7), each a list of resources.
[[nodiscard]] Json schema_resources();
[[nodiscard]] Json resource_type_resources();

}  // namespace sandbox
