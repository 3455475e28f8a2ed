// The members of a group whose change is sent in parts: which are present, which are missing, and
// which are sent alone. Pure.
#pragma once

#include "apply/attribute_values.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace apply {

/// The ids of the members that a resource shows; nullopt if it does not show the attribute.
[[nodiscard]] std::optional<Texts> shown_members(const nlohmann::json& resource);

/// The ids of `target` that are neither in `shown` nor in `refused`.
[[nodiscard]] std::vector<std::string> missing_members(const Texts& target,
                                                       const Texts& shown,
                                                       const Texts& refused);

/// The ids that a PATCH adds to or removes from the members; empty if it has any other effect.
[[nodiscard]] std::vector<std::string> members_in_patch(const nlohmann::json& patch);

/// The same as `patch`, with one member in each body; empty if `patch` does not only add or remove
/// several members.
[[nodiscard]] std::vector<std::string> one_by_one(const nlohmann::json& patch);

/// Whether a refusal with this status may concern the number of members, or a member that the
/// service does not know.
[[nodiscard]] bool may_be_about_members(int status);

}  // namespace apply
