// A plan as the records of its stream: RFC 7644 §3.7 bulk operations with what they stand for. Pure.
#pragma once

#include "plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>

namespace identity {

/// Hands each record of the plan to `each`, in their order: changes, skips and, when `all`, what is unchanged.
/// Returns the seal's fields.
nlohmann::ordered_json write_plan(const Plan& plan,
                                  const Directory& current,
                                  bool all,
                                  const std::function<void(const nlohmann::ordered_json&)>& each);

}  // namespace identity
