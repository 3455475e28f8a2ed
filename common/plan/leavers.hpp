// Users whose access ends: which may be deactivated, and which are protected. Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"
#include "record/record.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plan {

/// Whether the policy names the user, by userName or externalId.
[[nodiscard]] bool is_protected(const Policy& policy, const record::User& user);
/// By the name on either side: a user whose name changed in ACTIVATE stays protected. `desired` may
/// be null.
[[nodiscard]] bool is_protected(const Policy& policy,
                                const record::User* desired,
                                const record::User& current);

/// Why an active record stays active although ACTIVATE does not list the user, or lists them as
/// inactive (`desired` is then not null); nullopt if it may be deactivated.
[[nodiscard]] std::optional<Withheld> why_not_deactivate(const Policy& policy,
                                                         const record::User* desired,
                                                         const record::User& current);

/// Why the access ends, for the plan's `why`.
[[nodiscard]] std::string why_left(const Policy& policy, const record::User* desired);

/// Adds a warning for each entry of the policy's protected users that matches no user on either
/// side: a misspelt entry protects no user.
void warn_of_unknown_protected(const Policy& policy,
                               const record::Directory& desired,
                               const record::Directory& current,
                               std::vector<std::string>& warnings);

/// In a restore: the access that a user who has left does not get back; null if the user has not
/// left.
[[nodiscard]] const Withheld* not_given_back(const Policy& policy, const record::User& user);

}  // namespace plan
