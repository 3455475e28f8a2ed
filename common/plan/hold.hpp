// Applies the limits to a plan: changes that exceed a limit are marked as held. Pure.
#pragma once

#include "plan/limits.hpp"
#include "plan/missing_groups.hpp"
#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

#include <vector>

namespace plan {

/// Marks deactivations of users of a missing group, and deactivations, reactivations, and removals
/// of keys, including last keys, if they are more than the limits allow. A user whose change is
/// held stays in the same groups.
void hold_users(std::vector<UserChange>& changes,
                const record::Directory& desired,
                const record::Directory& current,
                const Policy& policy,
                const MissingGroups& missing,
                UserStandings& standings,
                HeldChanges& held);

/// The held parts of a user's change, as texts of held_changes.hpp.
[[nodiscard]] std::vector<HeldChange> held_parts(const UserChange& change);

/// Moves removals of members to the held part of their change. Held are removals from missing
/// groups, from groups whose list is short, and of users whose deactivation is held. If they are
/// too many, removals from groups that would become empty are held, and so are removals of users
/// who stay active. Foreign members count. Never held are removals of users who gain access with
/// this plan. Marks new names of groups if these are too many.
void hold_groups(std::vector<GroupChange>& changes,
                 const record::Directory& current,
                 const Policy& policy,
                 const MissingGroups& missing,
                 const UserStandings& standings,
                 HeldChanges& held);

/// Throws Error{refused} if the desired side contains no users, unless `allow_empty`.
void refuse_empty(const record::Directory& desired, bool allow_empty);

}  // namespace plan
