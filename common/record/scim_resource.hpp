// Converts SCIM 2.0 resources (RFC 7643, 7644) to our records and back, with the CoreWeave
// extension for SSH keys. Pure.
//
// Servers differ: attribute names are compared without case, numbers may be strings, lists may be
// missing.
#pragma once

#include "base/json_text.hpp"
#include "record/attributes.hpp"
#include "record/record.hpp"
#include "record/ssh_key.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace record {

inline constexpr std::string_view kUserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view kGroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view kMediaType = "application/scim+json";

/// `/Users` or `/Groups` (RFC 7644 §3.2).
[[nodiscard]] std::string endpoint(Kind kind);
/// `/Users/<id>`, the id percent-encoded.
[[nodiscard]] std::string resource_path(Kind kind, const ResourceId& id);

/// The attribute `name` in any case (RFC 7643 §2.1); null if absent.
[[nodiscard]] const nlohmann::json* attribute(const nlohmann::json& object, std::string_view name);

/// A boolean, which services also write as text in any case, or as 1 or 0; nullopt for any other
/// value.
[[nodiscard]] std::optional<bool> truth(const nlohmann::json& value);

/// The text of an attribute; nullopt if it is absent or not a string.
[[nodiscard]] std::optional<std::string> optional_text_attribute(const nlohmann::json& object,
                                                                 std::string_view name);
/// The text of an attribute; empty if it is absent or not a string.
[[nodiscard]] std::string text_attribute(const nlohmann::json& object, std::string_view name);

/// The beginning of a value, for a message; secrets in it are masked.
[[nodiscard]] std::string shown_value(const nlohmann::json& value);
/// Throws Error{unavailable}: the answer violates RFC 7644. `what` is the fault.
[[noreturn]] void throw_unexpected_answer(const std::string& what);

// Each throws Error{unavailable} with the fault of the answer.

/// The `id` of a resource, which every resource has (RFC 7643 §3.1).
[[nodiscard]] std::string id_of(const nlohmann::json& resource);
[[nodiscard]] ExternalId external_id_of(const nlohmann::json& resource);
/// `meta.version`, the ETag. Also empty if it cannot be sent back in a header: the record is then
/// written without If-Match.
[[nodiscard]] std::string version_of(const nlohmann::json& resource);
/// The parts of a resource that become part of a record, as one text. Two resources with the same
/// text are the same for us, even if they were read at different times.
[[nodiscard]] std::string content_of(const nlohmann::json& resource);
/// If the extension or its attribute is missing, the user has no keys. If `faults` is given, a
/// value that RFC 7643 does not allow does not throw: `faults` gets a part of a sentence about it.
/// The user is then read so that a user who has left is still deactivated: an unknown `active` is
/// true, and a missing userName is the externalId.
[[nodiscard]] User user_from_resource(const nlohmann::json& resource,
                                      bool keep_comments,
                                      std::vector<std::string>* faults = nullptr);
/// Without members: they are SCIM ids here, and only the caller knows their users. See
/// member_ids_of.
[[nodiscard]] Group group_from_resource(const nlohmann::json& resource);
/// `members[].value`; nullopt if the attribute is absent, which in a list does not mean that there
/// are none. If `faults` is given, malformed members do not throw: `faults` gets a part of a
/// sentence about the first, and the members are unknown: nullopt.
[[nodiscard]] std::optional<std::vector<std::string>> member_ids_of(
    const nlohmann::json& resource, std::vector<std::string>* faults = nullptr);

/// The body of POST /Users: exactly the attributes of a create, with `keys` instead of the user's.
[[nodiscard]] JsonText user_resource(const User& user, const KeyViews& keys);
/// The body of POST /Groups; `members` is a members_value.
[[nodiscard]] JsonText group_resource(const Group& group, const JsonText& members);

/// The text of an attribute whose member has one; nullopt when it is absent or not a string.
[[nodiscard]] std::optional<std::string> text_of(const Attribute& row,
                                                 const nlohmann::json& resource);

/// The value of `emails` with one work address, and of `members` with these: each an id or a bulkId
/// reference.
[[nodiscard]] JsonText emails_value(const std::string& address);
[[nodiscard]] JsonText members_value(const std::vector<std::string>& values);

}  // namespace record
