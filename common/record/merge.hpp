// Merges several rows of the desired side with one externalId into one record: the union of their
// access. Pure.
#pragma once

#include "record/record.hpp"

#include <string>
#include <vector>

namespace record {

/// userName of a user, displayName of a group.
[[nodiscard]] const std::string& name_of(const User& user);
[[nodiscard]] const std::string& name_of(const Group& group);

/// Active if one row is. The keys are those of all active rows, the members those of all rows;
/// unknown if they are unknown in one row. The names are those of the first row after sorting, so
/// that the order in the stream has no influence. `rows` is not empty.
[[nodiscard]] User merged(std::vector<const User*> rows);
[[nodiscard]] Group merged(std::vector<const Group*> rows);

}  // namespace record
