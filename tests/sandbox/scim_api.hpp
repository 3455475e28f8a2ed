// CoreWeave's SCIM 2.0 service as far as it is known, and RFC 7644 beyond (`/scim/v2`).
#pragma once

#include "call.hpp"
#include "fixture.hpp"

namespace sandbox {

/// Answers any request whose path begins with scim/v2, errors included.
[[nodiscard]] Answer answer_scim(World& world, const Call& call);

/// The same without a check of the token; `call.path` begins after scim/v2. For the operations of a
/// bulk request.
[[nodiscard]] Answer answer_scim_operation(World& world, const Call& call);

/// The complete store, {"Users":[…],"Groups":[…]}, in the order of creation.
[[nodiscard]] Json scim_dump(const World& world);

}  // namespace sandbox
