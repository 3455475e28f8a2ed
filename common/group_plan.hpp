// What shall become of each group, given where its members will stand. Pure.
#pragma once

#include "directory.hpp"
#include "fates.hpp"
#include "types.hpp"

#include <vector>

namespace identity {

/// One change for each group that needs one, by external id; the others go to `account`.
[[nodiscard]] std::vector<GroupChange> plan_groups(const Directory& desired,
                                                   const Directory& current,
                                                   const Policy& policy,
                                                   const Fates& fates,
                                                   Account& account);

}  // namespace identity
