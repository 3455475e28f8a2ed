// The members of a group whose change is sent in parts: who is there, who is missing, who is sent
// alone. Pure.
#pragma once

#include "apply/attribute_values.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace apply {

/// The ids of the members that a resource shows; nullopt when it does not show the attribute.
[[nodiscard]] std::optional<Texts> shown_members(const nlohmann::json& resource);

/// The ids of `target` that are neither in `shown` nor in `refused`.
[[nodiscard]] std::vector<std::string> missing_members(const Texts& target,
                                                       const Texts& shown,
                                                       const Texts& refused);

/// The ids that a PATCH adds to or removes from the members; empty when it does anything else.
[[nodiscard]] std::vector<std::string> members_in_patch(const nlohmann::json& patch);

/// The same as `patch`, one member in each body; empty when it does anything else than add or
/// remove several members.
[[nodiscard]] std::vector<std::string> one_by_one(const nlohmann::json& patch);

/// Whether a refusal with this status may be about a member that the service does not know, or
/// about their number.
[[nodiscard]] bool may_be_about_members(int status);

}  // namespace apply
