#include "apply/outcome.hpp"

#include "base/json_text.hpp"
#include "base/logging.hpp"
#include "base/progress.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace apply {

namespace {

constexpr auto kLater = ExitStatus::partial;
constexpr auto kSomebodyMustAct = ExitStatus::unresolved;

constexpr std::array<OutcomeReason, 16> kReasons{{
    {.word = reason::kBadValue,
     .exit_status = kSomebodyMustAct,
     .remedy = "make the plan again with scim-diff; give scim-apply the same --allow-user, "
               "--allow-group and --posix-names"},
    {.word = reason::kConflict,
     .exit_status = kSomebodyMustAct,
     .remedy = "look for another record with this name in CoreWeave, and rename or delete one of "
               "the two"},
    {.word = reason::kDenied,
     .exit_status = kSomebodyMustAct,
     .remedy = "let the token write this record in CoreWeave; if the token is refused everywhere, "
               "replace it"},
    {.word = reason::kDidNotTake,
     .exit_status = kSomebodyMustAct,
     .remedy = "set the value by hand in CoreWeave, or ask the operator of the service why it does "
               "not change"},
    {.word = reason::kDuplicateExternalId,
     .exit_status = kSomebodyMustAct,
     .remedy = "delete the wrong record in CoreWeave"},
    {.word = reason::kGone,
     .exit_status = kLater,
     .remedy = "the next run creates the record again if ACTIVATE still has it"},
    {.word = reason::kGroupNameTaken,
     .exit_status = kSomebodyMustAct,
     .remedy = "rename one of the two groups, or adopt the other one (scim-diff --adopt-group)"},
    {.word = reason::kMoved,
     .exit_status = kLater,
     .remedy = "the next run plans this change again"},
    {.word = reason::kNoAnswer,
     .exit_status = kLater,
     .remedy = "the next run sends this change again if it is still needed",
     .is_unknown = true},
    {.word = reason::kNoId,
     .exit_status = kLater,
     .remedy = "the next run looks for the record again",
     .is_unknown = true},
    {.word = reason::kNotScim,
     .exit_status = kLater,
     .remedy = "check which server answers at the base URL",
     .is_unknown = true},
    {.word = reason::kNotVerified,
     .exit_status = kLater,
     .remedy = "the next run reads the record again",
     .is_unknown = true},
    {.word = reason::kRefused,
     .exit_status = kSomebodyMustAct,
     .remedy =
         "correct the record in ACTIVATE, or ask the operator of the service why it refuses this"},
    {.word = reason::kTooLarge,
     .exit_status = kSomebodyMustAct,
     .remedy = "ask the operator of the service for a higher limit on request bodies"},
    {.word = reason::kUnsupported,
     .exit_status = kSomebodyMustAct,
     .remedy = "check that the base URL is that of a SCIM service that accepts PATCH"},
    {.word = reason::kUserNameTaken,
     .exit_status = kSomebodyMustAct,
     .remedy = "rename one of the two users, or adopt the other one (scim-diff --adopt)"},
}};

struct Row {
    std::string_view word;
    std::size_t Outcomes::*count;
};

Row row_of(Ending ending) {
    switch (ending) {
        case Ending::applied:
            return {"applied", &Outcomes::applied};
        case Ending::failed:
            return {"failed", &Outcomes::failed};
        case Ending::skipped:
            return {"skipped", &Outcomes::skipped};
        case Ending::held:
            return {"held", &Outcomes::held};
        case Ending::planned:
            break;
    }
    return {"planned", &Outcomes::planned};
}

ExitStatus status_of(const Outcome& outcome) {
    return outcome.exit_status.value_or(reason_row(outcome.reason).exit_status);
}

// "ada@x.org (pw-activate:user:ada)": people know the first name, the streams have the second.
std::string called(const plan::PlannedChange& change) {
    const auto& id = change.external_id.value;
    return change.name.empty() ? id : change.name + " (" + id + ")";
}

}  // namespace

const OutcomeReason& reason_row(std::string_view word) {
    const auto* const found =
        std::find_if(kReasons.begin(), kReasons.end(), [&](const OutcomeReason& row) {
            return row.word == word;
        });
    if (found == kReasons.end()) {
        throw std::logic_error("no row for the reason \"" + std::string(word) + "\"");
    }
    return *found;
}

void OutcomeLog::add(const plan::PlannedChange& change, const Outcome& outcome) {
    const auto resource = record::resource_name(change.kind);
    const auto row = row_of(outcome.ending);
    const bool missed = outcome.ending == Ending::failed || outcome.ending == Ending::skipped;
    ++(counts_.*row.count);
    progress::advance();
    if (missed) {
        log_failure(change, outcome, row.word);
    }
    JsonObject line;
    line.set("type", "outcome");
    line.set("id", change.id);
    line.set("action", change.action);
    line.set("resource", resource);
    line.set("externalId", change.external_id.value);
    if (!change.name.empty()) {
        line.set(change.kind == record::Kind::user ? "userName" : "displayName", change.name);
    }
    line.set("outcome", row.word);
    if (!outcome.reason.empty()) {
        line.set("reason", outcome.reason);
    }
    if (missed) {
        line.set("exitStatus", static_cast<int>(status_of(outcome)));
    }
    if (outcome.status != 0) {
        line.set("status", outcome.status);
    }
    if (!outcome.detail.empty()) {
        // The server may have echoed the token.
        line.set("detail", logging::presentable(outcome.detail));
    }
    out_.text(line.value().text());
}

void OutcomeLog::log_failure(const plan::PlannedChange& change,
                             const Outcome& outcome,
                             std::string_view word) {
    const auto& row = reason_row(outcome.reason);
    const auto status = status_of(outcome);
    counts_.unresolved += status == ExitStatus::unresolved ? 1U : 0U;
    counts_.partial += status == ExitStatus::partial ? 1U : 0U;
    counts_.unknown += row.is_unknown ? 1U : 0U;
    if (++by_reason_[row.word] <= kMostOfOneReason) {
        logging::warning(std::string(record::resource_name(change.kind)) + " " + called(change) +
                         ": " + change.action + " " + std::string(word) + ": " +
                         std::string(row.word) + ": " + outcome.detail + "; " +
                         std::string(row.remedy));
    }
}

void OutcomeLog::log_rest() const {
    for (const auto& [word, count] : by_reason_) {
        if (count > kMostOfOneReason) {
            logging::warning("and " + std::to_string(count - kMostOfOneReason) +
                             " more: " + std::string(word));
        }
    }
}

}  // namespace apply
