// The plan that gives every managed record an external id of a namespace, and changes nothing else.
// Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"

#include <string>

namespace plan {

/// One adopt for each user and group of `current`, whose external ids have no namespace. A record
/// whose new external id an unmanaged record has already is skipped. `current` must outlive the
/// plan. The plan keeps the records that it makes.
[[nodiscard]] Plan plan_migration(const record::Directory& current, const std::string& name_space);

}  // namespace plan
