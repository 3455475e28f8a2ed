// activate-export --check, and the same for ACTIVATE's SCIM service: what an export would see,
// read-only and without naming any user.
#pragma once

#include "activate/export.hpp"
#include "activate/rest_source.hpp"
#include "activate/ssh_keys.hpp"
#include "cli/check_report.hpp"

#include <string>

namespace activate {

/// Key accepted, organization, roles. False when there is no point in going on.
[[nodiscard]] bool check_session(RestSource& service,
                                 const std::string& expected_organization,
                                 cli::CheckReport& findings);

/// Groups, scope, users, and one person's SSH keys; `keys` may be null, `key_source` names it.
void check_desired_side(Source& source,
                        KeySource* keys,
                        const std::string& key_source,
                        const DesiredExportSettings& settings,
                        cli::CheckReport& findings);

/// The roles in an answer of GET /api/auth/session, in words; empty when it grants none that we
/// know to be enough.
[[nodiscard]] std::string roles_of(const nlohmann::json& session);

}  // namespace activate
