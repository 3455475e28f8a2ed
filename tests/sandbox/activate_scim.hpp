// ACTIVATE's own read-only SCIM service, /api/organizations/{org}/scim/v2. It has the CoreWeave
// extension but no externalId, and answers every write with 501.
#pragma once

#include "call.hpp"
#include "fixture.hpp"

namespace sandbox {

[[nodiscard]] bool is_activate_scim(const Call& call);

/// Throws ActivateError; errors have the API's own form.
[[nodiscard]] Answer answer_activate_scim(const World& world, const Call& call);

}  // namespace sandbox
