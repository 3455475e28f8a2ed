// The planner: from a desired and a current side, the necessary changes in SCIM. Pure: no I/O, no
// clock, no randomness; the same inputs give the same plan.
//
//   desired   current             verdict
//   ann       -                   create
//   ann       ann                 unchanged, or update: everything that differs in one PATCH
//   ann       ann, inactive       reactivate
//   ann off   ann                 deactivate (also: - / ann)
//   ann off   - or ann, inactive  unchanged: an inactive user is never created
//   ann       ann, unmanaged      skip, or adopt if the operator named it
//   ann       bob, who left, with the same userName
//                                 adopt: takes the record over, held by max-takeovers
//   ann, bad  ann                 update that only takes away, with `withheld`; else skip
//   group     -                   create
//   -         group               update: it keeps its record and loses its members
//   group     old group of that name, absent in ACTIVATE
//                                 adopt: continues in the old record
//
// The steps: record/validation (may this record be sent?), conflicts (which record has a name?),
// plan_users and plan_groups (which values differ?); then hold_users and hold_groups (are there too
// many changes?), withheld (which exit status does the rest require?), write_plan (the stream).
#pragma once

#include "plan/types.hpp"
#include "plan/user_standing.hpp"

#include <vector>

namespace plan {

/// A plan before groups are compared and limits are applied.
struct PlannedUsers {
    Plan plan{};
    UserStandings standings{};
    std::vector<UserChange> others{};  ///< with --only: the changes of all other users
};

/// Does not read managed groups, so they may be added to the directories afterwards. Unmanaged ones
/// must be there already: the reasons of a takeover name them.
[[nodiscard]] PlannedUsers plan_all_users(const record::Directory& desired,
                                          const record::Directory& current,
                                          const Policy& policy);

/// `users` are planned from the same users, under the same policy.
[[nodiscard]] Plan complete_plan(PlannedUsers&& users,
                                 const record::Directory& desired,
                                 const record::Directory& current,
                                 const Policy& policy);

/// plan_all_users(), then complete_plan().
[[nodiscard]] Plan make_plan(const record::Directory& desired,
                             const record::Directory& current,
                             const Policy& policy);

}  // namespace plan
