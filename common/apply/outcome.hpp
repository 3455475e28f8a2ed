// What became of each change: one line of the results, and the counts that seal them.
#pragma once

#include "plan/read_plan.hpp"
#include "stream/jsonl.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace apply {

/// Why a change failed or was skipped: stable words, each explained in scim-apply(1) with what to
/// do about it.
namespace reason {
inline constexpr std::string_view kConflict = "conflict";
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

enum class Ending { applied, failed, skipped, held, planned };

struct Outcome {
    Ending ending = Ending::applied;
    std::string_view reason{};  ///< of a failure or a skip
    int status = 0;             ///< HTTP's; 0: there was no answer, or no question
    std::string detail{};
};

/// How many changes ended how.
struct Outcomes {
    std::size_t applied = 0;
    std::size_t failed = 0;
    std::size_t skipped = 0;
    std::size_t held = 0;
    std::size_t planned = 0;   ///< dry run: would have been sent
    std::size_t not_sent = 0;  ///< a signal came first
};

class OutcomeLog {
  public:
    explicit OutcomeLog(stream::Writer& out) : out_(out) {}

    void add(const plan::PlannedChange& change, const Outcome& outcome);
    /// Hands the lines to the kernel. To be called before anything is waited for: whoever kills us
    /// must still be able to read what was done.
    void flush() { out_.flush(); }
    void add_not_sent(std::size_t count) { counts_.not_sent += count; }

    [[nodiscard]] const Outcomes& counts() const { return counts_; }

  private:
    stream::Writer& out_;
    Outcomes counts_{};
};

}  // namespace apply
