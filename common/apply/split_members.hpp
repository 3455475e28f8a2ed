// A change of a group that is too large for one message, or for a service whose `replace` of
// members does something else: the same change as additions and removals, some at a time. Pure.
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
    1000;  ///< in one message; bodies of 1 MiB have been refused at some 20,000
inline constexpr std::size_t kMembersPerPart = 100;

/// How many members a POST or a PATCH of a group sets at once; nullopt: it sets none.
[[nodiscard]] std::optional<std::size_t> member_count(const nlohmann::json& data);

/// The bodies to send one after the other instead of `data`, a PATCH that replaces the members:
/// additions, then removals. What is added and removed is what the line says: who is in `before`
/// (which `users` turns into ids) and not in `data` goes, and no other user does. One body, `data`
/// itself, where it replaces no members or the line does not say who was there before.
[[nodiscard]] std::vector<std::string> split_patch(const nlohmann::json& data,
                                                   const nlohmann::json& before,
                                                   const UserIds& users);

/// The ids of the members that `data`, a POST or a PATCH that replaces them, sets; nullopt: none.
[[nodiscard]] std::optional<Texts> target_members(const nlohmann::json& data);

/// Who was in the group by `before` and has no id, so that divided_patch cannot remove them: a
/// sentence, empty when there are none.
[[nodiscard]] std::string not_removable(const nlohmann::json& before, const UserIds& users);

/// The bodies to send instead of `data`, a POST: itself without members, and a PATCH for each part
/// of them.
[[nodiscard]] std::vector<std::string> split_create(const nlohmann::json& data);

/// PATCHes that add these members, ids.
[[nodiscard]] std::vector<std::string> additions(const std::vector<std::string>& ids);

}  // namespace apply
