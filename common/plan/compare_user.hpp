// The differences between a user of ACTIVATE and the record in SCIM. Pure.
#pragma once

#include "plan/conflicts.hpp"
#include "plan/shared_keys.hpp"
#include "plan/types.hpp"
#include "record/record.hpp"

#include <string>
#include <vector>

namespace plan {

/// What a comparison needs to know of all other users.
struct UserContext {
    const Policy& policy;
    const Renames& renames;
    const SharedKeys& shared_keys;
    std::vector<std::string>& warnings;
};

/// "sshKeys + SHA256:..." for each key that is new, "sshKeys - ..." for each that goes.
void describe_keys(const std::vector<std::string>& before,
                   const std::vector<std::string>& after,
                   std::vector<std::string>& why);

/// Notes in `change` which attributes differ, with the reasons, and what is not sent of them.
/// `keys` are those that may be sent for the user.
void compare_user(const UserContext& context,
                  const std::vector<std::string>& keys,
                  UserChange& change);

/// The keys of `user` that may be sent, and those of the record (`present`, or null) that stay
/// because nothing is known of the user's keys or because the user is protected and returns.
[[nodiscard]] std::vector<std::string> keys_to_send(const Policy& policy,
                                                    const record::User& user,
                                                    const record::User* present,
                                                    std::vector<std::string>& warnings);

/// Notes in `change` the removal of keys that ACTIVATE does not list from an active record whose
/// other attributes are not sent. True: ACTIVATE lists keys that the record lacks; they are not
/// added.
[[nodiscard]] bool remove_keys(const Policy& policy, UserChange& change);

}  // namespace plan
