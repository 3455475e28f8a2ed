// The access that ACTIVATE grants and the access that SCIM grants, read from the state of the
// sandbox without the tools. The law of equal access compares both.
#pragma once

#include "sandbox/fixture.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace chaos {

using sandbox::Json;
using Texts = std::set<std::string>;

/// The access on one side: facts of the form "ID is active", "ID has KEY", "ID is in GROUP-ID".
/// External ids identify users and groups on both sides.
using Grants = Texts;

[[nodiscard]] Grants granted_by_activate(const sandbox::World& world);
/// Of managed records. An inactive user has no access, even if the record has keys.
[[nodiscard]] Grants granted_by_scim(const sandbox::World& world);

/// The external id of each managed user of SCIM, by the id of the record.
using Owners = std::map<std::string, std::string>;
[[nodiscard]] Owners owners(const sandbox::World& world);

/// Each difference between managed records and ACTIVATE: access, names of groups, duplicates.
[[nodiscard]] std::vector<std::string> differences(const sandbox::World& world);

/// Names of users are not access: a run ends with status 0 if a service does not store one.
[[nodiscard]] std::vector<std::string> wrong_names(const sandbox::World& world);

/// Records that are unmanaged, by id.
using Unmanaged = std::map<std::string, Json>;
[[nodiscard]] Unmanaged unmanaged_records(const sandbox::World& world);

/// Externalids and names that two records have.
[[nodiscard]] std::vector<std::string> duplicates(const sandbox::World& world);

}  // namespace chaos
