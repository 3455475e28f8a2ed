// Does a resource still say what a plan's line took for granted? Pure.
#pragma once

#include "plan_stream.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <unordered_map>

namespace identity {

/// Compares a resource as SCIM serves it with `before` of a change: the attributes named there, and whose record it is. Returns what differs, for
/// people; nullopt when all is as it was. `external_ids` turns the SCIM ids of our users into external ids, for members.
[[nodiscard]] std::optional<std::string> what_moved(const PlannedChange& change,
                                                    const nlohmann::json& before,
                                                    const nlohmann::json& resource,
                                                    const std::unordered_map<std::string, std::string>& external_ids);

}  // namespace identity
