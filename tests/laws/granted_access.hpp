// The access that ACTIVATE grants in an organization, read from the desired side without the
// planner.
#pragma once

#include "organization.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace laws {

using Texts = std::set<std::string>;

/// The access that ACTIVATE grants one user: of several rows with one externalId, their union.
struct Granted {
    bool active = false;
    std::optional<Texts> keys{Texts{}};  ///< nullopt: unknown
    bool may_be_sent = true;             ///< of all rows
};

/// By externalId.
[[nodiscard]] std::map<std::string, Granted> granted_users(const Organization& organization);
/// The members of each group by its externalId; nullopt: unknown.
[[nodiscard]] std::map<std::string, std::optional<Texts>> granted_members(
    const Organization& organization);

}  // namespace laws
