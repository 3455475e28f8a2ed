// The outcome of each change: one line of the results, a message, and the counts of the seal.
#pragma once

#include "base/exit_status.hpp"
#include "plan/read_plan.hpp"
#include "stream/jsonl.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace apply {

/// Why a change failed or was skipped: stable words, each explained in scim-reasons(7).
namespace reason {
inline constexpr std::string_view kBadValue = "bad-value";
inline constexpr std::string_view kConflict = "conflict";
inline constexpr std::string_view kDenied = "denied";
inline constexpr std::string_view kDidNotTake = "did-not-take";
inline constexpr std::string_view kDuplicateExternalId = "duplicate-external-id";
inline constexpr std::string_view kGone = "gone";
inline constexpr std::string_view kGroupNameTaken = "group-name-taken";
inline constexpr std::string_view kMoved = "moved";
inline constexpr std::string_view kNoAnswer = "no-answer";
inline constexpr std::string_view kNoId = "no-id";
inline constexpr std::string_view kNotScim = "not-scim";
inline constexpr std::string_view kNotVerified = "not-verified";
inline constexpr std::string_view kRefused = "refused";
inline constexpr std::string_view kTooLarge = "too-large";
inline constexpr std::string_view kUnsupported = "unsupported";
inline constexpr std::string_view kUserNameTaken = "user-name-taken";
}  // namespace reason

/// The consequences of a reason for the run.
struct OutcomeReason {
    std::string_view word{};
    /// partial: a later run may succeed without help. unresolved: an operator must act first.
    ExitStatus exit_status = ExitStatus::partial;
    std::string_view remedy{};  ///< the advice to the operator
    bool is_unknown = false;    ///< the service may have made the change
};

/// The row of one of the words above. Throws std::logic_error for any other word, which is a bug.
[[nodiscard]] const OutcomeReason& reason_row(std::string_view word);

enum class Ending { applied, failed, skipped, held, planned };

struct Outcome {
    Ending ending = Ending::applied;
    std::string_view reason{};  ///< of a failure or a skip
    int status = 0;             ///< of HTTP; 0: there was no answer, or no request
    std::string detail{};
    /// The exit status that this outcome requires, if it is not that of its reason.
    std::optional<ExitStatus> exit_status{};
};

/// The number of changes with each ending.
struct Outcomes {
    std::size_t applied = 0;
    std::size_t failed = 0;
    std::size_t skipped = 0;
    std::size_t held = 0;
    std::size_t planned = 0;     ///< dry run: would have been sent
    std::size_t not_sent = 0;    ///< the run ended before they were sent
    std::size_t unknown = 0;     ///< failed, and the service may have made the change
    std::size_t unresolved = 0;  ///< failed or skipped, and an operator must act (exit status 4)
    std::size_t partial = 0;     ///< failed or skipped, and a later run may succeed (exit status 2)
};

class OutcomeLog {
  public:
    /// Logs up to this number of failures and skips of one reason; the others are counted.
    static constexpr std::size_t kMostOfOneReason = 20;

    explicit OutcomeLog(stream::Writer& out) : out_(out) {}

    void add(const plan::PlannedChange& change, const Outcome& outcome);
    /// Logs how many failures and skips were counted and not logged, by reason.
    void log_rest() const;
    /// Passes the lines to the kernel. To be called before each wait, so that they can be read even
    /// if the process is killed.
    void flush() { out_.flush(); }
    void add_not_sent(std::size_t count) { counts_.not_sent += count; }

    [[nodiscard]] const Outcomes& counts() const { return counts_; }

  private:
    void log_failure(const plan::PlannedChange& change,
                     const Outcome& outcome,
                     std::string_view word);

    stream::Writer& out_;
    Outcomes counts_{};
    std::map<std::string_view, std::size_t> by_reason_{};  // failures and skips
};

}  // namespace apply
