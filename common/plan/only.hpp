// A plan for some users alone, which --only names. Pure.
//
// All users take part in the comparison, so names and keys of others are respected. Then the
// changes of others are set aside, before any limit counts. Of a group, only the memberships of the
// named users change: no group is created, adopted or renamed, and other members stay as they are.
#pragma once

#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

#include <set>
#include <string>
#include <vector>

namespace plan {

/// The users that `names` name: each a userName, an e-mail address, a username of ACTIVATE, an
/// external id or its key. Upper and lower case are the same, except in an external id. Throws
/// Error{usage} for a name that no managed user has, and for one that several have.
[[nodiscard]] std::set<record::ExternalId> resolve_only(const std::vector<std::string>& names,
                                                        const record::Directory& desired,
                                                        const record::Directory& current);

/// Whether a plan of this policy may change that user.
[[nodiscard]] bool covers(const Policy& policy, const record::ExternalId& user);

/// Takes the changes of other users out of the plan and returns them. Unmanaged records that these
/// changes would adopt stay unmanaged members.
[[nodiscard]] std::vector<UserChange> set_others_aside(const Policy& policy,
                                                       Plan& plan,
                                                       UserStandings& standings);

/// Leaves in each change of a group the memberships of the named users. A membership that needs a
/// new or an adopted group becomes a warning.
void keep_memberships(const Policy& policy, Plan& plan);

/// Drops warnings that name none of the users.
void keep_warnings(const Policy& policy,
                   const record::Directory& desired,
                   const record::Directory& current,
                   std::vector<std::string>& warnings);

/// Leaves the lines of the named users, and of groups those that change or may concern them. The
/// seal then counts these alone.
void keep_only(const Policy& policy,
               const record::Directory& desired,
               const record::Directory& current,
               Plan& plan);

}  // namespace plan
