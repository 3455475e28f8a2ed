#include "apply/summary.hpp"

#include "base/text.hpp"
#include "record/read_exports.hpp"

namespace apply {

ExitStatus status_of(const Outcomes& outcomes, const plan::PlanSummary& plan) {
    const auto unresolved = outcomes.unresolved + plan.unresolved + plan.exports.unresolved;
    const auto partial = outcomes.partial + outcomes.not_sent + plan.partial + plan.exports.partial;
    return outcomes.held > 0 ? ExitStatus::refused
           : unresolved > 0  ? ExitStatus::unresolved
           : partial > 0     ? ExitStatus::partial
                             : ExitStatus::ok;
}

std::string summary_of(const Outcomes& outcomes, const plan::PlanSummary& plan, ExitStatus status) {
    std::string all;
    const auto add = [&](const std::string& part) { all += (all.empty() ? "" : "; ") + part; };
    if (outcomes.failed > 0) {
        add(std::to_string(outcomes.failed) + " of " +
            text::counted(outcomes.applied + outcomes.failed, "change", "changes") + " failed");
    }
    if (outcomes.skipped > 0) {
        add(text::counted(outcomes.skipped, "change was skipped", "changes were skipped"));
    }
    if (outcomes.not_sent > 0) {
        add(text::counted(outcomes.not_sent, "change was not sent", "changes were not sent"));
    }
    if (outcomes.held > 0) {
        add(text::counted(outcomes.held, "change is held", "changes are held") +
            " until approved: --approve=" + plan.held_digest);
    }
    if (const auto left_out = plan.unresolved + plan.partial; left_out > 0) {
        add("the plan leaves out " + text::counted(left_out, "record", "records") +
            " or a part of it, and says why");
    }
    if (!plan.exports.empty()) {
        add(record::describe_incomplete(plan.exports));
    }
    if (status == ExitStatus::unresolved && outcomes.unresolved + plan.unresolved > 0) {
        add("access differs until an operator acts: the messages above and the outcomes have the "
            "remedy");
    } else if (status == ExitStatus::partial && plan.exports.empty()) {
        add("the next run tries again");
    }
    return all;
}

std::string account_of(const Outcomes& outcomes) {
    auto all = text::counted(outcomes.applied, "change", "changes") + " applied, " +
               std::to_string(outcomes.not_sent) + " not sent";
    if (outcomes.unknown > 0) {
        all += ", " + std::to_string(outcomes.unknown) + " with an unknown result";
    }
    if (outcomes.failed > outcomes.unknown) {
        all += ", " + std::to_string(outcomes.failed - outcomes.unknown) + " failed";
    }
    return all;
}

}  // namespace apply
