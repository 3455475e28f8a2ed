// What shall become of each user. Pure.
#pragma once

#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

#include <vector>

namespace plan {

/// One change for each user who needs one, by external id, deactivations last; the others go to
/// `account`, and where each will stand to `fates`.
[[nodiscard]] std::vector<UserChange> plan_users(const record::Directory& desired,
                                                 const record::Directory& current,
                                                 const Policy& policy,
                                                 Account& account,
                                                 UserStandings& fates);

}  // namespace plan
