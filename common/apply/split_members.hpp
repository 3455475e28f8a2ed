// Splits a change of a group into additions and removals of some members each. For a group that is
// too large for one message, and for a service that does not implement `replace` of members. Pure.
#pragma once

#include "apply/attribute_values.hpp"
#include "apply/user_ids.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace apply {

enum class GroupWrites { replace, add_remove };

inline constexpr std::size_t kMostMembers =
    1000;  ///< in one message; services have refused bodies of 1 MiB, some 20,000 members
inline constexpr std::size_t kMembersPerPart = 100;

/// The number of members that a POST or a PATCH of a group sets at once; nullopt if it sets none.
[[nodiscard]] std::optional<std::size_t> member_count(const nlohmann::json& data);

/// The bodies to send one after the other instead of `data`, a PATCH that replaces the members:
/// removals, then the other attributes, then additions. If the PATCH adopts an unmanaged
/// group, or if it removes all earlier members, removals come last. Only members that are in
/// `before` (which `users` turns into ids) and not in `data` are removed. The only body is `data`
/// itself if it does not replace members or the line has no earlier members.
[[nodiscard]] std::vector<std::string> split_patch(const nlohmann::json& data,
                                                   const nlohmann::json& before,
                                                   const UserIds& users);

/// The ids of the members that `data`, a POST or a PATCH that replaces them, sets; nullopt if it
/// sets none.
[[nodiscard]] std::optional<Texts> target_members(const nlohmann::json& data);

/// A sentence about the members in `before` that have no id, so that split_patch cannot remove
/// them; empty if there are none.
[[nodiscard]] std::string not_removable(const nlohmann::json& before, const UserIds& users);

/// The bodies to send instead of `data`, a POST: the POST without members, and a PATCH for each
/// part of the members.
[[nodiscard]] std::vector<std::string> split_create(const nlohmann::json& data);

/// PATCHes that add these members, given by their ids.
[[nodiscard]] std::vector<std::string> additions(const std::vector<std::string>& ids);

}  // namespace apply
