// The list of user changes: its order, and the reasons of a takeover. Pure.
#pragma once

#include "plan/matched_records.hpp"
#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

#include <map>
#include <string>
#include <vector>

namespace plan {

/// Adds to the change's reasons the two external ids, and the unmanaged groups of the record whose
/// rights its new user inherits.
void describe_takeover(const record::Directory& current_side, UserChange& change);

/// Adds to the change's reasons that `active` differs.
void describe_activity(const Policy& policy, UserChange& change);

/// The changes of users are written, and sent, in this order.
enum class UserPhase {
    leavers,         ///< deactivations: they do not wait for the other changes
    others,          ///< the new users are written among them
    held_takeovers,  ///< an approved one must not be undone by the deactivation of the record
};
[[nodiscard]] UserPhase phase_of(const UserChange& change);

/// By phase, then by externalId.
void sort_changes(std::vector<UserChange>& changes);

[[nodiscard]] bool is_reactivation(const UserChange& change);

/// Users who must not return yet: each with a group of which they are a member, and the cause.
using WaitingUsers = std::map<record::ExternalId, std::string>;

/// Each reactivation of these users becomes a skip, unless a limit holds it or the user is
/// protected.
void withhold_reactivations(const WaitingUsers& waiting,
                            const Policy& policy,
                            UserStandings& standings,
                            Plan& plan);

/// Records in `plan` which records of SCIM are copies of one user.
void note_copies(const MatchedRecords<record::User>& match, Plan& plan);

}  // namespace plan
