// activate-export --check, and the same for ACTIVATE's SCIM service: what an export would see, read-only and without naming
// anybody.
#pragma once

#include "activate_client.hpp"
#include "activate_export.hpp"
#include "findings.hpp"
#include "key_source.hpp"

#include <string>

namespace activate {

/// Key accepted, organization, roles. False when there is no point in going on.
[[nodiscard]] bool check_session(Service& service, const std::string& expected_organization, Findings& findings);

/// Groups, scope, users, and one person's SSH keys; `keys` may be null, `key_source` names it.
void check_desired_side(
    Source& source, KeySource* keys, const std::string& key_source, const ExportSettings& settings, Findings& findings);

/// The roles in an answer of GET /api/auth/session, in words; empty when it grants none that we know to be enough.
[[nodiscard]] std::string roles_of(const nlohmann::json& session);

}  // namespace activate
