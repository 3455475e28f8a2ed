// Names that another record has: users and groups that were deleted and created again, and names
// that two of them swap.
#pragma once

#include "dice.hpp"
#include "organization.hpp"

namespace laws {

/// Gives some users and groups of the desired side a new externalId, as ACTIVATE does if it creates
/// them again, and swaps the names of some pairs.
void renew(Dice& dice, Organization& organization);

}  // namespace laws
