// The part of RFC 7643's schemas in the model of a server, and the extension with SSH keys.
#pragma once

#include "record/record.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace laws {

/// An answer with an error (RFC 7644 §3.12).
struct ScimError {
    int status = 400;
    std::string why{};
};

/// RFC 7643 §7: the characteristics of an attribute in a schema.
struct Attribute {
    enum class Type { text, boolean, complex, texts, complexes };

    std::string_view name{};
    Type type = Type::text;
    bool required = false;
    bool read_only = false;
    std::vector<std::string_view> parts{};  ///< sub-attributes

    [[nodiscard]] bool is_list() const { return type == Type::texts || type == Type::complexes; }
};

inline constexpr std::string_view kCoreUser = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view kCoreGroup = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view kExtension =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";

/// Names and URNs are compared without case (RFC 7643 §2.1).
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

[[nodiscard]] std::string_view core_schema(record::Kind kind);

/// The attribute of the core schema, or of the extension with the given `urn`. Throws ScimError if
/// it has no such attribute.
[[nodiscard]] const Attribute& attribute_named(record::Kind kind,
                                               std::string_view urn,
                                               std::string_view name);

/// The part of a complex attribute by the schema's own spelling. Throws ScimError.
[[nodiscard]] std::string part_named(const Attribute& attribute, std::string_view name);

/// `value` as it would be stored, with names in the schema's spelling; null if it is unassigned
/// (RFC 7643 §2.5: null and an empty list are the same as absent). Throws ScimError if it has the
/// wrong type.
[[nodiscard]] nlohmann::json checked(const Attribute& attribute, const nlohmann::json& value);

}  // namespace laws
