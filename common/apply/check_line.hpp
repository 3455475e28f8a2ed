// Does a resource still say what a plan's line took for granted, and does the line send what it
// says? Pure.
#pragma once

#include "apply/user_ids.hpp"
#include "plan/read_plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace apply {

/// Compares a resource as SCIM serves it with `before` of a change: the attributes named there, and
/// whose record it is. Returns what differs, for people; nullopt when all is as it was. `users`
/// must know all users of ours, for members.
[[nodiscard]] std::optional<std::string> what_moved(const plan::PlannedChange& change,
                                                    const nlohmann::json& before,
                                                    const nlohmann::json& resource,
                                                    const UserIds& users);

/// Compares `data` of a change, its references resolved, with its `after`: who approves a removal
/// has read the one, and the service gets the other. Returns what differs, for people; nullopt when
/// nothing does. `users` must know all users of ours, for members.
[[nodiscard]] std::optional<std::string> what_was_edited(record::Kind kind,
                                                         const nlohmann::json& data,
                                                         const nlohmann::json& after,
                                                         const UserIds& users);

}  // namespace apply
