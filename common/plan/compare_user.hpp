// The differences between a user of ACTIVATE and the record in SCIM. Pure.
#pragma once

#include "plan/conflicts.hpp"
#include "plan/shared_keys.hpp"
#include "plan/types.hpp"
#include "record/record.hpp"

#include <string>
#include <vector>

namespace plan {

/// The information about all other users that a comparison needs.
struct UserContext {
    const Policy& policy;
    const Renames& renames;
    const SharedKeys& shared_keys;
    std::vector<std::string>& warnings;
};

/// "sshKeys + SHA256:..." for each added key, "sshKeys - ..." for each removed one.
void describe_keys(const record::KeyViews& before,
                   const record::KeyViews& after,
                   std::vector<std::string>& why);

/// Records in `change` which attributes differ, with the reasons, and which parts are not sent.
/// `keys` are those that may be sent for the user.
void compare_user(const UserContext& context, const record::KeyViews& keys, UserChange& change);

/// The keys of `user` that may be sent, and those of the record (`present`, or null) that stay. A
/// key stays if the user's keys are unknown, or if the user is protected and returns.
[[nodiscard]] record::KeyViews keys_to_send(const Policy& policy,
                                            const record::User& user,
                                            const record::User* present,
                                            std::vector<std::string>& warnings);

/// Whether the record is active under a userName that is reserved, and that no option allows.
[[nodiscard]] bool keeps_reserved_name(const Policy& policy, const record::User& current);

/// Records in `change` the removal of keys that ACTIVATE does not list from an active record whose
/// other attributes are not sent. True if ACTIVATE lists keys that the record lacks; these are not
/// added.
[[nodiscard]] bool remove_keys(const Policy& policy, UserChange& change);

}  // namespace plan
