// The parts that a plan leaves out: the exit status that each asks for, and the ones that the
// operator acknowledged. Pure.
#pragma once

#include "plan/types.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace plan {

/// Adds `other` to what is withheld from the same record. The word is that of the first.
void join(Withheld& withheld, Withheld other);
void join(std::optional<Withheld>& withheld, Withheld other);

/// Calls `each` with everything that the plan leaves out and its name: userName or displayName.
void for_each_withheld(
    Plan& plan,
    const std::function<
        void(Withheld& withheld, const record::ExternalId& id, const std::string& name)>& each);

/// To be called when it is known what the limits hold: a state that this plan clears for the next
/// run asks for `partial` rather than `unresolved`, and one that the operator acknowledged for
/// nothing. Entries of the policy that fit no state are reported as warnings.
void settle_exit_statuses(const Policy& policy, Plan& plan);

/// How many entries ask for each status.
struct WithheldCounts {
    std::size_t unresolved = 0;
    std::size_t partial = 0;
    std::size_t acknowledged = 0;
    std::size_t withheld = 0;  ///< change lines that leave a part out
};
[[nodiscard]] WithheldCounts count_withheld(const Plan& plan);

/// A sentence about something that the plan leaves out.
struct WithheldSentence {
    bool asks_for_action = false;  ///< the exit status of the run says so, too
    std::string text{};
};

/// Each skip and each withheld part once, with name, externalId, reason and what to do. After 20 of
/// one reason a count follows. What is acknowledged is not among them.
[[nodiscard]] std::vector<WithheldSentence> describe_withheld(Plan& plan);

}  // namespace plan
