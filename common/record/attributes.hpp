// The attributes of a user that are read, compared and sent: one row for each. Reading, writing,
// validation, comparison, plans, the check of edited lines, the comparison with the service's
// answer and the filter for unchanged records use these rows. Pure.
#pragma once

#include "record/record.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace record {

inline constexpr std::string_view kKeysSchema =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";
inline constexpr std::string_view kKeysAttribute = "sunkSshKeys";
/// `<extension URN>:<attribute>` (RFC 7644 §3.10).
inline constexpr std::string_view kKeysPath =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser:sunkSshKeys";

/// How two values of an attribute are compared, and what is valid.
enum class Rule {
    name,     ///< a line of text; services store it in NFC and collapse white space
    address,  ///< without regard to case (RFC 7643 §4.1.1)
    boolean,
    keys,  ///< a list without an order; comments do not count
};

struct Attribute {
    std::string_view name{};  ///< in our streams
    std::string_view path{};  ///< the attribute of SCIM that a PATCH replaces (RFC 7644 §3.5.2)
    std::string_view part{};  ///< the sub-attribute of `path` that has the value; empty: none
    Rule rule = Rule::name;
    bool is_access = false;                            ///< a change of it grants or removes access
    bool is_removable = false;                         ///< a restore may leave it without a value
    std::optional<std::string> User::*text = nullptr;  ///< null: the member has another type
};

/// In the order of our streams.
inline constexpr std::array<Attribute, 7> kUserAttributes{
    {{.name = "userName", .path = "userName", .rule = Rule::address},
     {.name = "displayName",
      .path = "displayName",
      .is_removable = true,
      .text = &User::display_name},
     {.name = "givenName",
      .path = "name",
      .part = "givenName",
      .is_removable = true,
      .text = &User::given_name},
     {.name = "familyName",
      .path = "name",
      .part = "familyName",
      .is_removable = true,
      .text = &User::family_name},
     {.name = "email",
      .path = "emails",
      .rule = Rule::address,
      .is_removable = true,
      .text = &User::email},
     {.name = "active", .path = "active", .rule = Rule::boolean, .is_access = true},
     {.name = "sshKeys", .path = kKeysPath, .rule = Rule::keys, .is_access = true}}};

// The rows of one path are sent in one operation.
static_assert([] {
    for (const auto& row : kUserAttributes) {
        for (const auto& other : kUserAttributes) {
            if (row.path == other.path &&
                (row.is_access != other.is_access || row.is_removable != other.is_removable)) {
                return false;
            }
        }
    }
    return true;
}());

/// Whether the value is a text that the rule Rule::name judges.
[[nodiscard]] constexpr bool is_name(const Attribute& attribute) {
    return attribute.rule == Rule::name;
}

/// The first row with that path; null if there is none. A path has several rows if its parts do.
[[nodiscard]] constexpr const Attribute* user_attribute(std::string_view path) {
    for (const auto& attribute : kUserAttributes) {
        if (attribute.path == path) {
            return &attribute;
        }
    }
    return nullptr;
}

}  // namespace record
