// SCIM 2.0's shapes (RFC 7643, 7644) <-> our records, with the CoreWeave extension that carries SSH
// keys. Pure.
//
// Written for servers that differ: attribute names are looked up without regard to case, numbers
// may come as strings, lists may be missing.
#pragma once

#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace record {

inline constexpr std::string_view kUserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view kGroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view kKeysSchema =
    "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";
inline constexpr std::string_view kKeysAttribute = "sunkSshKeys";
inline constexpr std::string_view kMediaType = "application/scim+json";

/// `/Users` or `/Groups` (RFC 7644 §3.2).
[[nodiscard]] std::string endpoint(Kind kind);
/// `/Users/<id>`, the id percent-encoded.
[[nodiscard]] std::string resource_path(Kind kind, const ResourceId& id);

/// The attribute `name` in any case (RFC 7643 §2.1), null when absent.
[[nodiscard]] const nlohmann::json* attribute(const nlohmann::json& object, std::string_view name);

/// The text of an attribute; nullopt when it is absent or not a string.
[[nodiscard]] std::optional<std::string> optional_text_attribute(const nlohmann::json& object,
                                                                 std::string_view name);
/// The text of an attribute; empty when it is absent or not a string.
[[nodiscard]] std::string text_attribute(const nlohmann::json& object, std::string_view name);

/// The beginning of a value, for a message; secrets in it are masked.
[[nodiscard]] std::string shown_value(const nlohmann::json& value);
/// Throws Error{unavailable}: the service's answer is not what RFC 7644 requires. `what` names the
/// fault.
[[noreturn]] void throw_unexpected_answer(const std::string& what);

// Each throws Error{unavailable} that says what is wrong with the answer.

/// The `id` of a resource, which every one has (RFC 7643 §3.1).
[[nodiscard]] std::string id_of(const nlohmann::json& resource);
[[nodiscard]] ExternalId external_id_of(const nlohmann::json& resource);
/// `meta.version`, the ETag. Empty also where it cannot be sent back in a header: the record is
/// then written without If-Match.
[[nodiscard]] std::string version_of(const nlohmann::json& resource);
/// What of a resource becomes part of a record, as one text: two resources with the same text are
/// the same to us, whenever they were read.
[[nodiscard]] std::string content_of(const nlohmann::json& resource);
/// A missing extension, and a missing attribute in it, is no keys.
[[nodiscard]] User user_from_resource(const nlohmann::json& resource, bool keep_comments);
/// Without members: they are SCIM ids here, and only the caller knows whose. See member_ids_of.
[[nodiscard]] Group group_from_resource(const nlohmann::json& resource);
/// `members[].value`; nullopt when the attribute is absent, which in a list does not mean that
/// there are none.
[[nodiscard]] std::optional<std::vector<std::string>> member_ids_of(const nlohmann::json& resource);

/// The body of POST /Users: what a create sends, and nothing more.
[[nodiscard]] nlohmann::ordered_json user_resource(const User& user);
/// The body of POST /Groups; `members` is a members_value.
[[nodiscard]] nlohmann::ordered_json group_resource(const Group& group,
                                                    nlohmann::ordered_json members);

/// `<extension URN>:sunkSshKeys` (RFC 7644 §3.10).
[[nodiscard]] std::string keys_path();
/// The value of `emails` with one work address, and of `members` with these: each an id or a bulkId
/// reference.
[[nodiscard]] nlohmann::ordered_json emails_value(const std::string& address);
[[nodiscard]] nlohmann::ordered_json members_value(const std::vector<std::string>& values);

}  // namespace record
