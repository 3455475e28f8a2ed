// activate-export --check, and the same for ACTIVATE's SCIM service: reports what an export would
// read. Read-only, and without the names of users.
#pragma once

#include "activate/export.hpp"
#include "activate/rest_source.hpp"
#include "activate/ssh_keys.hpp"
#include "cli/check_report.hpp"

#include <string>

namespace activate {

/// Checks that the key is accepted, the organization and the roles. False if further checks are
/// pointless.
[[nodiscard]] bool check_session(RestSource& service,
                                 const std::string& expected_organization,
                                 cli::CheckReport& findings);

/// Checks groups, scope, users and the SSH keys of one user. `keys` may be null; `key_source` is
/// their name in messages.
void check_desired_side(Source& source,
                        KeySource* keys,
                        const std::string& key_source,
                        const DesiredExportSettings& settings,
                        cli::CheckReport& findings);

/// The roles in an answer of GET /api/auth/session, as text; empty if none of them is known to be
/// sufficient.
[[nodiscard]] std::string roles_of(const nlohmann::json& session);

}  // namespace activate
