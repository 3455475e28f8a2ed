// The plan that an operator asked for: approval of what the limits hold, and the way back to a
// captured stream. Pure.
#pragma once

#include "plan/make_plan.hpp"
#include "plan/types.hpp"
#include "record/read_exports.hpp"

#include <map>
#include <string>
#include <vector>

namespace plan {

/// The plan, without the limits whose held changes have one of the digests `approved`: exactly
/// these changes are approved, and others would have another digest. An entry may be the digest
/// of everything held, or of what one limit holds. A sentence about an approval that fits nothing
/// goes to the plan's warnings.
[[nodiscard]] Plan plan_with_approval(const record::Directory& desired,
                                      const record::Directory& current,
                                      Policy policy,
                                      const std::vector<std::string>& approved,
                                      const EmitGroups& emit_groups = {});

/// What the limits of `plan` hold, for the operator: how much of what, and how to let it through.
[[nodiscard]] std::string describe_held(const Plan& plan);

/// What a restore has found out before it is planned.
struct Restore {
    std::vector<std::string> warnings{};
    std::map<record::ExternalId, Withheld> not_given_back{};  ///< for the Policy
};

/// Makes `captured`, a current stream of an earlier time, the desired side of `sides`. A record
/// that was unmanaged then and is now (it was adopted) is treated as unmanaged, with a warning.
///
/// If `sides` has a desired side, ACTIVATE as of now, users who have left it get nothing back, see
/// restore_leavers.hpp; otherwise every user does. The confirmations of `sides` are used up.
[[nodiscard]] Restore restore_to(record::Directory captured, record::Sides& sides);

}  // namespace plan
