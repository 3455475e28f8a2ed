// The plan that an operator requested: approval of held changes, and the restoration of a captured
// stream. Pure.
#pragma once

#include "plan/make_plan.hpp"
#include "plan/types.hpp"
#include "record/read_exports.hpp"

#include <map>
#include <string>
#include <vector>

namespace plan {

/// The plan after approval. If a digest in `approved` is that of the changes that a limit holds,
/// that limit holds nothing. Other changes would have another digest. An entry may be the digest
/// of everything held, or of the changes of one limit. A sentence about an approval that matches no
/// digest is added to the plan's warnings. `users` as in complete_plan().
[[nodiscard]] Plan plan_with_approval(PlannedUsers users,
                                      const record::Directory& desired,
                                      const record::Directory& current,
                                      Policy policy,
                                      const std::vector<std::string>& approved);

/// The changes that the limits of `plan` hold, for the operator: their number, and how to approve
/// them.
[[nodiscard]] std::string describe_held(const Plan& plan);

/// The results of the preparation of a restore.
struct Restore {
    std::vector<std::string> warnings{};
    std::map<record::ExternalId, Withheld> not_given_back{};  ///< for the Policy
};

/// Makes `captured`, a current stream of an earlier time, the desired side of `sides`. A record
/// that was unmanaged then and has been adopted since is treated as unmanaged, with a warning.
///
/// If `sides` has a desired side, the present state of ACTIVATE, users who have left it get nothing
/// back, see restore_leavers.hpp; otherwise every user does. The confirmations of `sides` are moved
/// from.
[[nodiscard]] Restore restore_to(record::Directory captured, record::Sides& sides);

}  // namespace plan
