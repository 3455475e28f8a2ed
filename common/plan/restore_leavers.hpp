// Users of a capture who have left ACTIVATE since: a restore gives them no access back. Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"
#include "record/read_exports.hpp"
#include "record/record.hpp"

#include <map>
#include <optional>

namespace plan {

/// Takes out of `captured`, the desired side of a restore, everything that it would grant to users
/// who have left ACTIVATE: `activate`, the desired side of now, does not have them, or has them as
/// inactive. Their records keep their present names. What the capture takes away from them stays
/// taken away.
///
/// `confirmations` are the answers about active users of the capture whom `activate` does not have:
/// a user who is `present` has not left, and one without a clear answer may have.
///
/// Returns, by external id, what is not given back and why. A user who has left and stays active,
/// because the capture does not take that away, is in it, too; other users who have left and would
/// get nothing back are not.
[[nodiscard]] std::map<record::ExternalId, Withheld> withhold_from_leavers(
    const record::Directory& activate,
    const std::optional<record::Confirmations>& confirmations,
    const record::Directory& current,
    record::Directory& captured);

}  // namespace plan
