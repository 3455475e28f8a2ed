// The end of a run of scim-apply: its exit status and its last line. Pure.
#pragma once

#include "apply/outcome.hpp"
#include "base/exit_status.hpp"
#include "plan/read_plan.hpp"

#include <string>

namespace apply {

/// The exit status that follows from the outcomes and from the rest of the plan.
[[nodiscard]] ExitStatus status_of(const Outcomes& outcomes, const plan::PlanSummary& plan);

/// The last line: the changes that were not made, and the next step.
[[nodiscard]] std::string summary_of(const Outcomes& outcomes,
                                     const plan::PlanSummary& plan,
                                     ExitStatus status);

/// The changes that were made until a run ended early.
[[nodiscard]] std::string account_of(const Outcomes& outcomes);

}  // namespace apply
