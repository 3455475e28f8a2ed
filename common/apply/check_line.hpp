// Checks a plan's line before it is sent: the resource is still as in `before`, and `data` sends
// what `after` has. Pure.
#pragma once

#include "apply/user_ids.hpp"
#include "plan/read_plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace apply {

/// Compares a resource, as SCIM returns it, with `before` of a change: its attributes, and the
/// external id of the record. Returns the difference as a sentence; nullopt if they are equal.
/// `users` must know all managed users, for members.
[[nodiscard]] std::optional<std::string> what_moved(const plan::PlannedChange& change,
                                                    const nlohmann::json& before,
                                                    const nlohmann::json& resource,
                                                    const UserIds& users);

/// Compares `data` of a change, its references resolved, with its `after`: the approver has read
/// `after`, and the service receives `data`. Returns the difference as a sentence; nullopt if they
/// are equal. `users` must know all managed users, for members.
[[nodiscard]] std::optional<std::string> what_was_edited(record::Kind kind,
                                                         const nlohmann::json& data,
                                                         const nlohmann::json& after,
                                                         const UserIds& users);

}  // namespace apply
