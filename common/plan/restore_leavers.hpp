// Users of a capture who have left ACTIVATE since then: a restore gives them no access back. Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"
#include "record/read_exports.hpp"
#include "record/record.hpp"

#include <map>
#include <optional>

namespace plan {

/// Removes from `captured`, the desired side of a restore, all access of users who have left. A
/// user has left if `activate`, the present desired side, lacks the user or lists the user as
/// inactive. Records of these users keep their present names. Access that the capture removes from
/// them stays removed.
///
/// `confirmations` are the answers about active users of the capture who are missing in `activate`.
/// A user who is `present` has not left, and one without a clear answer may have left.
///
/// Returns, by external id, the access that is not given back, with the reason. A user who has left
/// and stays active, because the capture does not deactivate the record, is included. Other users
/// who have left and would get nothing back are not.
[[nodiscard]] std::map<record::ExternalId, Withheld> withhold_from_leavers(
    const record::Directory& activate,
    const std::optional<record::Confirmations>& confirmations,
    const record::Directory& current,
    record::Directory& captured);

}  // namespace plan
