// What shall become of each group, given where its members will stand. Pure.
#pragma once

#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

#include <vector>

namespace plan {

/// One change for each group that needs one, by external id; the others go to `account`.
[[nodiscard]] std::vector<GroupChange> plan_groups(const record::Directory& desired,
                                                   const record::Directory& current,
                                                   const Policy& policy,
                                                   const UserStandings& fates,
                                                   Account& account);

}  // namespace plan
