// The state of a change after the service refused its PATCH: the parts that were sent again, and
// the parts that wait. Pure.
#pragma once

#include "apply/access_change.hpp"
#include "apply/outcome.hpp"
#include "base/text.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace apply {

class RefusedPatch {
  public:
    /// `outcome`: of the PATCH that was refused first.
    explicit RefusedPatch(Outcome outcome) : outcome_(std::move(outcome)) {}

    // Record the result of one PATCH with these effects.
    void applied(const Effects& effects) { count(effects, &Counts::applied); }
    void refused(const Effects& effects);
    /// The PATCH adds access, and is not sent before the service accepts the name.
    void waits(const Effects& effects) { count(effects, &Counts::waiting); }
    /// A member that was sent alone, or in a list that cannot be divided: its id.
    void member_refused(const std::string& id) { members_.add(id); }
    /// A part was not sent again, or its result is unknown; `why` is a sentence.
    void unclear(const std::string& why);
    /// A part that was accepted was not stored, or cannot be read.
    void forget_applied();

    /// The failure of the change. Its exit status is 0 if only names of a user were refused, which
    /// do not give access.
    [[nodiscard]] Outcome outcome() const;

    std::string name = "name";  ///< what the additions wait for
    std::string removals{};     ///< the PATCH that removes access, if it is sent separately
    std::string grants{};       ///< the PATCH that adds access, if it is sent separately
    bool split = false;         ///< a PATCH was divided into these two

  private:
    struct Counts {
        std::size_t applied = 0;
        std::size_t refused = 0;
        std::size_t waiting = 0;
    };

    void count(const Effects& effects, std::size_t Counts::*what);
    [[nodiscard]] std::string account() const;

    Outcome outcome_;
    Counts removed_{};
    Counts granted_{};
    bool name_refused_ = false;
    text::Some members_{};
    std::string unclear_{};
};

}  // namespace apply
