// What shall become of each user. Pure.
#pragma once

#include "directory.hpp"
#include "fates.hpp"
#include "types.hpp"

#include <vector>

namespace identity {

/// One change for each user who needs one, by external id, deactivations last; the others go to `account`, and where each will
/// stand to `fates`.
[[nodiscard]] std::vector<UserChange> plan_users(const Directory& desired,
                                                 const Directory& current,
                                                 const Policy& policy,
                                                 Account& account,
                                                 Fates& fates);

}  // namespace identity
