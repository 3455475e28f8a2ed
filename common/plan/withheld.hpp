// The parts that a plan leaves out: the exit status that each requires, and the ones that the
// operator acknowledged. Pure.
#pragma once

#include "plan/types.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace plan {

/// Adds `other` to the withheld parts of the same record. The line shows the reason of the first;
/// each part is acknowledged by its own reason.
void join(Withheld& withheld, Withheld other);
void join(std::optional<Withheld>& withheld, Withheld other);

/// Calls `each` with each part that the plan leaves out and its name: userName or displayName.
void for_each_withheld(
    Plan& plan,
    const std::function<
        void(Withheld& withheld, const record::ExternalId& id, const std::string& name)>& each);

/// To be called after the limits were applied. A state that this plan removes for the next run
/// requires `partial` rather than `unresolved`. A state that the operator acknowledged requires no
/// status. Entries of the policy that match no state are reported as warnings.
void settle_exit_statuses(const Policy& policy, Plan& plan);

/// The number of entries that require each status.
struct WithheldCounts {
    std::size_t unresolved = 0;
    std::size_t partial = 0;
    std::size_t acknowledged = 0;
    std::size_t withheld = 0;  ///< change lines that leave a part out
};
[[nodiscard]] WithheldCounts count_withheld(const Plan& plan);

/// A sentence about a part that the plan leaves out.
struct WithheldSentence {
    bool asks_for_action = false;  ///< the exit status of the run reports it, too
    std::string text{};
};

/// Each skip and each withheld part once, with name, externalId, reason and remedy. After 20 of one
/// reason a count follows. Acknowledged ones are not among them.
[[nodiscard]] std::vector<WithheldSentence> describe_withheld(Plan& plan);

}  // namespace plan
