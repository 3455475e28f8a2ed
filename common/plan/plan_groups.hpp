// The planned changes of groups, given the planned state of their members. Pure.
#pragma once

#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

namespace plan {

/// Adds to `plan` one change for each group that needs one, by externalId; the others are added to
/// its account.
void plan_groups(const record::Directory& desired,
                 const record::Directory& current,
                 const Policy& policy,
                 const UserStandings& standings,
                 Plan& plan);

}  // namespace plan
