// The limits of a plan, applied: what exceeds one is marked as held. Pure.
#pragma once

#include "plan/limits.hpp"
#include "plan/missing_groups.hpp"
#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

#include <vector>

namespace plan {

/// Marks deactivations of users of a missing group, and deactivations, reactivations, and removals
/// of keys, of last keys among them, if they are more than the limits allow. A user whose change is
/// held stays in the same groups.
void hold_users(std::vector<UserChange>& changes,
                const record::Directory& desired,
                const record::Directory& current,
                const Policy& policy,
                const MissingGroups& missing,
                UserStandings& standings,
                HeldChanges& held);

/// What of a user's change is held, in the words of held_changes.hpp.
[[nodiscard]] std::vector<HeldChange> held_parts(const UserChange& change);

/// Moves removals of members to the held part of their change: of missing groups, of groups whose
/// list is short, of users whose deactivation is held,
/// of groups that would become empty when these are too many, and of users who stay active when
/// these memberships are too many. Foreign members count. Marks new names of groups if these are
/// too many.
void hold_groups(std::vector<GroupChange>& changes,
                 const record::Directory& current,
                 const Policy& policy,
                 const MissingGroups& missing,
                 const UserStandings& standings,
                 HeldChanges& held);

/// Throws Error{refused} when the desired side contains no users, unless `allow_empty`.
void refuse_empty(const record::Directory& desired, bool allow_empty);

}  // namespace plan
