// The planned changes of groups, given the planned state of their members. Pure.
#pragma once

#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

namespace plan {

/// Adds to `plan` one change for each group that needs one, by externalId; the others are added to
/// its account. If a returning user is a member of a group that keeps its members, though ACTIVATE
/// may not grant that, the reactivation becomes a skip.
void plan_groups(const record::Directory& desired,
                 const record::Directory& current,
                 const Policy& policy,
                 UserStandings& standings,
                 Plan& plan);

}  // namespace plan
