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

constexpr std::array<Reason, 28> kReasons{{
    // A name or address that must not be sent. A new user or group gets no access, and that is
    // reported.
    {.word = "bad-email", .newcomer = kWarning, .existing = kSomebodyMustAct},
    {.word = "bad-external-id", .newcomer = kWarning, .existing = kSomebodyMustAct},
    {.word = "bad-group-name", .newcomer = kWarning, .existing = kSomebodyMustAct},
    {.word = "bad-name", .newcomer = kWarning, .existing = kSomebodyMustAct},
    {.word = "bad-user-name", .newcomer = kWarning, .existing = kSomebodyMustAct},
    {.word = "nested-group", .newcomer = kWarning, .existing = kSomebodyMustAct},
    {.word = "no-group-name", .newcomer = kWarning, .existing = kSomebodyMustAct},
    {.word = "no-user-name", .newcomer = kWarning, .existing = kSomebodyMustAct},
    {.word = "powerful-group", .newcomer = kWarning, .existing = kSomebodyMustAct},
    {.word = "reserved-user-name", .newcomer = kWarning, .existing = kSomebodyMustAct},
    // A conflict with another record.
    {.word = "duplicate-external-id", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "foreign-external-id", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "group-name-collision", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "group-name-taken", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "kept-key", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "key-moves", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "key-shared", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "posix-collision", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "rename-waits", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "user-name-collision", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    {.word = "user-name-taken", .newcomer = kSomebodyMustAct, .existing = kSomebodyMustAct},
    // The information is missing now; a later run may have it.
    {.word = "members-unknown", .newcomer = kLater, .existing = kLater},
    {.word = "membership-stays", .newcomer = kLater, .existing = kLater},
    {.word = "not-confirmed", .newcomer = kLater, .existing = kLater},
    {.word = "present", .newcomer = kLater, .existing = kLater},
    // A run with --only leaves it to a complete run.
    {.word = "only-users", .newcomer = kLater, .existing = kLater},
    // Requested by the operator: a protected user, and a restore without --restore-leavers.
    {.word = "has-left", .newcomer = kWarning, .existing = kWarning},
    {.word = "protected", .newcomer = kWarning, .existing = kWarning},
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
