// PATCH of a resource as RFC 7644 §3.5.2 defines it.
#pragma once

#include "model_schema.hpp"

#include <nlohmann/json.hpp>

namespace laws {

/// Carries out the operations of `message` one after the other. After a ScimError, `resource` may
/// be half changed, so pass a copy (§3.5.2: a PATCH is atomic).
void patch(record::Kind kind, nlohmann::json& resource, const nlohmann::json& message);

}  // namespace laws
