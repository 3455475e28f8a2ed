// The records of a directory stream, users and groups, in the form that both sides have. Pure.
//
// Absent means unknown, [] means empty. A user whose keys could not be read has no `sshKeys`, and a
// group whose members could not be read has no `members`. Nothing may then be concluded about them.
#pragma once

#include "base/json_parse.hpp"
#include "record/external_ids.hpp"

#include <nlohmann/json_fwd.hpp>

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace record {

/// The source's key, `pw-activate:user:<key>` or `pw-activate:group:<id>`: RFC 7643 §3.1, set by
/// us, compared exactly.
struct ExternalId {
    std::string value{};
    friend auto operator<=>(const ExternalId&, const ExternalId&) = default;
};

/// The `id` that the SCIM service assigned.
struct ResourceId {
    std::string value{};
    friend auto operator<=>(const ResourceId&, const ResourceId&) = default;
};

/// True if `id` is our prefix for `kind` and a key of printable ASCII without spaces.
[[nodiscard]] bool is_managed(const ExternalId& id, Kind kind);
/// The longest `id` in bytes: percent-encoded, it fits into the URL that any HTTP server accepts
/// (RFC 9110 §4.1 recommends 8,000 bytes). A UUID has 36.
inline constexpr std::size_t kLongestId = 1'000;
/// True if `id` can be one segment of a path, and one word in a message. It must not be empty, be
/// longer than kLongestId or have a control character. `.` and `..` lead elsewhere even if they are
/// percent-encoded.
[[nodiscard]] bool is_usable(const ResourceId& id);
/// `User` or `Group`: SCIM's resource type names.
[[nodiscard]] std::string_view resource_name(Kind kind);

struct User {
    ExternalId external_id{};
    ResourceId id{};        ///< current side only
    std::string version{};  ///< current side: the ETag, if the server sent one
    /// Desired side: the username in ACTIVATE; absent where it is the userName or the key of the
    /// externalId.
    std::optional<std::string> activate_username{};
    std::string user_name{};
    std::optional<std::string> display_name{};
    std::optional<std::string> given_name{};
    std::optional<std::string> family_name{};
    std::optional<std::string> email{};
    bool active = true;
    std::optional<std::vector<std::string>>
        ssh_keys{};  ///< in the canonical spelling, sorted by blob, unique
};

struct Group {
    ExternalId external_id{};
    ResourceId id{};
    std::string version{};
    std::string display_name{};
    std::optional<std::vector<ExternalId>> members{};  ///< sorted, unique
    std::vector<ResourceId> foreign_members{};  ///< current side: unmanaged members; sorted, unique
    std::size_t unlisted =
        0;  ///< desired side: how many more members ACTIVATE counts than it lists
};

/// Throws Error{bad_input} with the name of the field. A current record must have an `id`, and a
/// desired one a managed external id. `managed`: false reads a record that `scim-export
/// --unmanaged` marked as unmanaged.
[[nodiscard]] User user_from_json(const nlohmann::json& object, bool current);
[[nodiscard]] Group group_from_json(const nlohmann::json& object, bool current);
/// The same of a line without a document of it, with the same errors.
[[nodiscard]] User user_from_line(const FlatObject& line, bool current);
[[nodiscard]] Group group_from_line(const FlatObject& line, bool current);

/// True if the record has `"managed":false`.
[[nodiscard]] bool is_marked_unmanaged(const nlohmann::json& object);
[[nodiscard]] bool is_marked_unmanaged(const FlatObject& line);

[[nodiscard]] nlohmann::ordered_json to_json(const User& user);
[[nodiscard]] nlohmann::ordered_json to_json(const Group& group);

}  // namespace record
