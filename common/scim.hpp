// SCIM 2.0's shapes (RFC 7643, 7644) <-> our records, with the CoreWeave extension that carries SSH keys. Pure.
//
// Written for servers that differ: attribute names are looked up without regard to case, numbers may come as strings, lists may be
// missing. What is sent has the one form that every server tried takes: one operation an attribute, with an explicit path.
#pragma once

#include "record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scim {

inline constexpr std::string_view kUserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view kGroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view kPatchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
inline constexpr std::string_view kKeysSchema = "urn:coreweave:params:scim:schemas:extension:coreweave:2.0:CoreWeaveUser";
inline constexpr std::string_view kKeysAttribute = "sunkSshKeys";
inline constexpr std::string_view kMediaType = "application/scim+json";

/// `/Users` or `/Groups` (RFC 7644 §3.2).
[[nodiscard]] std::string endpoint(identity::Kind kind);
/// `/Users/<id>`, the id percent-encoded.
[[nodiscard]] std::string resource_path(identity::Kind kind, const identity::ResourceId& id);

/// `attribute sw "value"` and `attribute eq "value"`: the value as a JSON string (RFC 7644 §3.4.2.2), not yet percent-encoded.
[[nodiscard]] std::string filter_starts_with(std::string_view attribute, std::string_view value);
[[nodiscard]] std::string filter_equals(std::string_view attribute, std::string_view value);

/// The attribute `name` in any case (RFC 7643 §2.1), null when absent.
[[nodiscard]] const nlohmann::json* attribute(const nlohmann::json& object, std::string_view name);

/// The text of an attribute; empty when it is absent or no text.
[[nodiscard]] std::string text_attribute(const nlohmann::json& object, std::string_view name);

/// RFC 7644 §3.4.2 and RFC 9865. `Resources` missing or null is an empty page.
struct ListResponse {
    std::vector<nlohmann::json> resources;  // no {}: clang would want the whole type here
    std::optional<std::size_t> total_results{};
    std::optional<std::size_t> start_index{};  ///< 1-based
    std::string next_cursor{};                 ///< empty: none
};

/// The status that an Error message (RFC 7644 §3.12, or RFC 9457, which has no `schemas`) names, for servers that send one with status 200;
/// nullopt when the body is none.
[[nodiscard]] std::optional<int> error_status(const nlohmann::json& body);
/// The `scimType` of a refusal, in small letters; empty when there is none.
[[nodiscard]] std::string scim_type(const nlohmann::json& body);

// Each throws Error{unavailable} that says what is wrong with the answer.

/// Only a page of a service with cursors may lack `totalResults` (RFC 9865): one that was asked for `by_cursor`, or has the next one's
/// cursor, or is all there is, and says neither where it begins.
[[nodiscard]] ListResponse list_from_json(nlohmann::json body, bool by_cursor = false);
/// The `id` of a resource, which every one has (RFC 7643 §3.1).
[[nodiscard]] std::string id_of(const nlohmann::json& resource);
[[nodiscard]] identity::ExternalId external_id_of(const nlohmann::json& resource);
/// What of a resource becomes part of a record, as one text: two resources with the same text are the same to us, whenever they were read.
[[nodiscard]] std::string content_of(const nlohmann::json& resource);
/// A missing extension, and a missing attribute in it, is no keys.
[[nodiscard]] identity::User user_from_resource(const nlohmann::json& resource, bool keep_comments);
/// Without members: they are SCIM ids here, and only the caller knows whose. See member_ids_of.
[[nodiscard]] identity::Group group_from_resource(const nlohmann::json& resource);
/// `members[].value`; nullopt when the attribute is absent, which in a list does not mean that there are none.
[[nodiscard]] std::optional<std::vector<std::string>> member_ids_of(const nlohmann::json& resource);

/// The body of POST /Users: what a create sends, and nothing more.
[[nodiscard]] nlohmann::ordered_json user_resource(const identity::User& user);
/// The body of POST /Groups; `members` is a members_value.
[[nodiscard]] nlohmann::ordered_json group_resource(const identity::Group& group, nlohmann::ordered_json members);

/// RFC 7644 §3.5.2: one operation with a path, and the message that holds such operations.
[[nodiscard]] nlohmann::ordered_json replace_operation(std::string_view path, nlohmann::ordered_json value);
[[nodiscard]] nlohmann::ordered_json remove_operation(std::string_view path);
[[nodiscard]] nlohmann::ordered_json patch_message(nlohmann::ordered_json operations);

/// `<extension URN>:sunkSshKeys` (RFC 7644 §3.10).
[[nodiscard]] std::string keys_path();
/// The value of `emails` with one work address, and of `members` with these: each an id or a bulkId reference.
[[nodiscard]] nlohmann::ordered_json emails_value(const std::string& address);
[[nodiscard]] nlohmann::ordered_json members_value(const std::vector<std::string>& values);

}  // namespace scim
