// The seal of a plan that is read: its counts must be those of the lines. Pure.
#pragma once

#include "plan/read_plan.hpp"
#include "stream/jsonl.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace plan {

inline constexpr std::array<std::string_view, 5> kActions{
    "create", "update", "deactivate", "reactivate", "adopt"};

/// The number of lines with each action.
using ActionCounts = std::map<std::string, std::size_t>;

/// Checks the seal of `stream`, after its last line, and adds its other facts to `summary`, which
/// has the counts of the lines. Throws Error{bad_input}.
void take_seal(const stream::StreamReader& stream,
               const ActionCounts& actions,
               PlanSummary& summary);

}  // namespace plan
