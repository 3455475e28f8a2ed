// The planned changes of users. Pure.
#pragma once

#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

namespace plan {

/// Adds to `plan` one change for each user who needs one, deactivations after the others and held
/// takeovers last, each by externalId. The other users are added to its account. `standings` gets
/// the state of each user that groups need.
void plan_users(const record::Directory& desired,
                const record::Directory& current,
                const Policy& policy,
                Plan& plan,
                UserStandings& standings);

}  // namespace plan
