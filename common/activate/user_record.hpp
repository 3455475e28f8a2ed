// Turns a user of ACTIVATE into a user of SCIM: external id, userName and names. Pure.
#pragma once

#include "activate/users_and_groups.hpp"
#include "record/record.hpp"

namespace activate {

/// How ACTIVATE users become SCIM users.
struct Naming {
    bool key_is_username = false;        ///< <key> of pw-activate:user:<key>; otherwise the id
    bool user_name_is_username = false;  ///< otherwise the e-mail address
};

[[nodiscard]] record::ExternalId external_id(const Person& person, const Naming& naming);
/// The keys are not set. The full name is split at its last space; a single word has no familyName.
[[nodiscard]] record::User user_record(const Person& person, const Naming& naming);

}  // namespace activate
