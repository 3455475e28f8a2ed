#include "plan/reasons.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace plan {

namespace {

constexpr auto kWarning = ExitStatus::ok;
constexpr auto kLater = ExitStatus::partial;
constexpr auto kSomebodyMustAct = ExitStatus::unresolved;

constexpr std::array<Reason, 26> kReasons{{
    // A name or address that must not be sent. A new user or group gets no access, and that is
    // reported.
    {"bad-email", kWarning, kSomebodyMustAct},
    {"bad-external-id", kWarning, kSomebodyMustAct},
    {"bad-group-name", kWarning, kSomebodyMustAct},
    {"bad-name", kWarning, kSomebodyMustAct},
    {"bad-user-name", kWarning, kSomebodyMustAct},
    {"nested-group", kWarning, kSomebodyMustAct},
    {"no-group-name", kWarning, kSomebodyMustAct},
    {"no-user-name", kWarning, kSomebodyMustAct},
    {"powerful-group", kWarning, kSomebodyMustAct},
    {"reserved-user-name", kWarning, kSomebodyMustAct},
    // A conflict with another record.
    {"duplicate-external-id", kSomebodyMustAct, kSomebodyMustAct},
    {"foreign-external-id", kSomebodyMustAct, kSomebodyMustAct},
    {"group-name-collision", kSomebodyMustAct, kSomebodyMustAct},
    {"group-name-taken", kSomebodyMustAct, kSomebodyMustAct},
    {"key-shared", kSomebodyMustAct, kSomebodyMustAct},
    {"posix-collision", kSomebodyMustAct, kSomebodyMustAct},
    {"rename-waits", kSomebodyMustAct, kSomebodyMustAct},
    {"user-name-collision", kSomebodyMustAct, kSomebodyMustAct},
    {"user-name-taken", kSomebodyMustAct, kSomebodyMustAct},
    // The information is missing now; a later run may have it.
    {"key-moves", kLater, kLater},
    {"members-unknown", kLater, kLater},
    {"not-confirmed", kLater, kLater},
    {"present", kLater, kLater},
    // A run with --only leaves it to a complete run.
    {"only-users", kLater, kLater},
    // Requested by the operator: a protected user, and a restore without --restore-leavers.
    {"has-left", kWarning, kWarning},
    {"protected", kWarning, kWarning},
}};

}  // namespace

const Reason& reason(std::string_view word) {
    const auto* const found = std::find_if(
        kReasons.begin(), kReasons.end(), [&](const Reason& row) { return row.word == word; });
    if (found == kReasons.end()) {
        throw std::logic_error("no row for the reason " + std::string(word));
    }
    return *found;
}

}  // namespace plan
