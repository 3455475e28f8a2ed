// Options of scim-diff that an operator may have set.
#pragma once

#include "dice.hpp"
#include "organization.hpp"
#include "run_diff.hpp"

namespace laws {

/// Options that an operator may have set; limits that are often exceeded.
[[nodiscard]] DiffOptions any_options(Dice& dice, const Organization& organization);

}  // namespace laws
