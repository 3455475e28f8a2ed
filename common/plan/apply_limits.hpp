// The limits of a plan, applied: what exceeds one is marked as held. Pure.
#pragma once

#include "plan/limits.hpp"
#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

#include <vector>

namespace plan {

/// Marks deactivations, and changes that take a user's last key, when they are more than the limits
/// allow; who is held stays a member.
void hold_users(std::vector<UserChange>& changes,
                const record::Directory& current,
                const Limits& limits,
                UserStandings& standings,
                HeldChanges& held);

/// Moves removals of members to the held part of their change: of users whose deactivation is held,
/// of groups that would become empty when these are too many, and of users who stay active when
/// these memberships are too many. Foreign members count.
void hold_groups(std::vector<GroupChange>& changes,
                 const record::Directory& current,
                 const Limits& limits,
                 const UserStandings& standings,
                 HeldChanges& held);

/// Throws Error{refused} when the desired side has no user at all, unless `allow_empty`.
void refuse_empty(const record::Directory& desired, bool allow_empty);

}  // namespace plan
