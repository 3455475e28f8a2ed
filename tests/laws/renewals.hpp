// Names that another record has: users and groups that were deleted and made again, and names that
// two of them swap.
#pragma once

#include "dice.hpp"
#include "organization.hpp"

namespace laws {

/// Gives some users and groups of the desired side a new externalId, as ACTIVATE does when it makes
/// them again, and lets some pairs swap their names.
void renew(Dice& dice, Organization& organization);

}  // namespace laws
