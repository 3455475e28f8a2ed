// Several rows of the desired side that carry one externalId, as one record: the union of their
// access. Pure.
#pragma once

#include "record/record.hpp"

#include <string>
#include <vector>

namespace record {

/// userName of a user, displayName of a group.
[[nodiscard]] const std::string& name_of(const User& user);
[[nodiscard]] const std::string& name_of(const Group& group);

/// Active if one row is; all keys of the active rows, or all members, unknown if one row's are;
/// names of the row that comes first when they are sorted, so that their order in the stream has no
/// influence. `rows` is not empty.
[[nodiscard]] User merged(std::vector<const User*> rows);
[[nodiscard]] Group merged(std::vector<const Group*> rows);

}  // namespace record
