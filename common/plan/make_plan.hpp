// desired + current -> what must change in SCIM. Pure: no I/O, no clock, no randomness; same
// inputs, same plan.
//
//   desired   current             verdict
//   ann       -                   create
//   ann       ann                 unchanged, or update: everything that differs in one PATCH
//   ann       ann, inactive       reactivate
//   ann off   ann                 deactivate (also: - / ann)
//   ann off   - or ann, inactive  unchanged: an inactive user is never created
//   ann       ann, not ours       skip, or adopt where the operator said so
//   group     -                   create
//   -         group               update: it keeps its record and loses its members
//
// The way of a plan: admission.hpp (may this record be sent?), claims.hpp (who has a name?),
// user_plan.hpp, group_plan.hpp (what differs?), guard.hpp (how much may go at once?),
// plan_lines.hpp (the stream).
#pragma once

#include "plan/types.hpp"
#include "plan/user_standing.hpp"

#include <functional>

namespace plan {

/// Called when it is known where the users will stand, before any group is looked at: adds groups
/// to the directories.
using EmitGroups = std::function<void(const UserStandings&)>;

[[nodiscard]] Plan make_plan(const record::Directory& desired,
                             const record::Directory& current,
                             const Policy& policy,
                             const EmitGroups& release_groups = {});

}  // namespace plan
