// A user of ACTIVATE as a user of SCIM: external id, userName and names. Pure.
#pragma once

#include "activate/users_and_groups.hpp"
#include "record/record.hpp"

namespace activate {

/// How people become SCIM users.
struct Naming {
    bool key_is_username = false;        ///< <key> of pw-activate:user:<key>; else the id
    bool user_name_is_username = false;  ///< else the e-mail address
};

[[nodiscard]] record::ExternalId external_id(const Person& person, const Naming& naming);
/// Without keys. The full name is split at its last space; a single name has no familyName.
[[nodiscard]] record::User user_record(const Person& person, const Naming& naming);

}  // namespace activate
