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

/// What one side grants: facts of the form "ID is active", "ID has KEY", "ID is in GROUP-ID".
/// External ids name users and groups on both sides.
using Grants = Texts;

[[nodiscard]] Grants granted_by_activate(const sandbox::World& world);
/// Of managed records. A user who is inactive has no access, regardless of the rest of the record.
[[nodiscard]] Grants granted_by_scim(const sandbox::World& world);

/// The external id of each managed user of SCIM, by the id of the record.
using Owners = std::map<std::string, std::string>;
[[nodiscard]] Owners owners(const sandbox::World& world);

/// Each way in which managed records differ from what ACTIVATE says: access, names of groups,
/// duplicates.
[[nodiscard]] std::vector<std::string> differences(const sandbox::World& world);

/// Names of users are not access: a run ends with status 0 where a service does not take one.
[[nodiscard]] std::vector<std::string> wrong_names(const sandbox::World& world);

/// Records that are unmanaged, by id.
using Unmanaged = std::map<std::string, Json>;
[[nodiscard]] Unmanaged unmanaged_records(const sandbox::World& world);

/// Externalids and names that two records have.
[[nodiscard]] std::vector<std::string> duplicates(const sandbox::World& world);

}  // namespace chaos
