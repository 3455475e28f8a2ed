// The reasons for which the plan leaves a change out: one table with the exit status that each
// requires (scim-reasons(7)). Pure.
#pragma once

#include "base/exit_status.hpp"

#include <string_view>

namespace plan {

/// One reason. `newcomer` is the status if SCIM has no record yet, `existing` the status if a
/// record stays and its access differs after the plan.
struct Reason {
    std::string_view word{};
    ExitStatus newcomer = ExitStatus::ok;
    ExitStatus existing = ExitStatus::unresolved;
};

/// The row of a word. Throws std::logic_error for a word without a row: that is a bug.
[[nodiscard]] const Reason& reason(std::string_view word);

}  // namespace plan
