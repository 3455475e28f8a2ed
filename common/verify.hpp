// Does a resource still say what a plan's line took for granted, and does the line send what it says? Pure.
#pragma once

#include "plan_stream.hpp"
#include "user_ids.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace identity {

/// Compares a resource as SCIM serves it with `before` of a change: the attributes named there, and whose record it is. Returns what differs, for
/// people; nullopt when all is as it was. `users` must know all users of ours, for members.
[[nodiscard]] std::optional<std::string> what_moved(const PlannedChange& change,
                                                    const nlohmann::json& before,
                                                    const nlohmann::json& resource,
                                                    const scim::UserIds& users);

/// Compares `data` of a change, its references resolved, with its `after`: who approves a removal has read the one, and the service gets the
/// other. Returns what differs, for people; nullopt when nothing does. `users` must know all users of ours, for members.
[[nodiscard]] std::optional<std::string> what_was_edited(Kind kind, const nlohmann::json& data, const nlohmann::json& after, const scim::UserIds& users);

}  // namespace identity
