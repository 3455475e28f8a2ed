// Unmanaged records that the operator wants to be managed (--adopt, --adopt-group). Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"

#include <string>
#include <vector>

namespace plan {

/// A sentence for each name to be adopted that no desired record has.
[[nodiscard]] std::vector<std::string> unknown_adopted_names(const record::Directory& desired,
                                                             const Policy& policy);

}  // namespace plan
