// The end of a run of scim-apply: its exit status and its last line. Pure.
#pragma once

#include "apply/outcome.hpp"
#include "base/exit_status.hpp"
#include "plan/read_plan.hpp"

#include <string>

namespace apply {

/// What the outcomes and the rest of the plan ask the program to end with.
[[nodiscard]] ExitStatus status_of(const Outcomes& outcomes, const plan::PlanSummary& plan);

/// The last line: what did not happen, and what comes next.
[[nodiscard]] std::string summary_of(const Outcomes& outcomes,
                                     const plan::PlanSummary& plan,
                                     ExitStatus status);

/// What was done until a run ended early.
[[nodiscard]] std::string account_of(const Outcomes& outcomes);

}  // namespace apply
