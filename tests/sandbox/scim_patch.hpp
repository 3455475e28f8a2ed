// PATCH (RFC 7644 §3.5.2).
#pragma once

#include "call.hpp"
#include "scim_schema.hpp"

namespace sandbox {

/// The resource after all operations, in their order. Throws ScimError at the first that cannot be
/// done. The caller still has the old resource, so either all operations are stored or none.
/// `replace_adds` is a fault: a replace of members only adds.
///
/// If the RFC leaves a choice: `op` is folded; `replace` of a complex attribute merges (§3.5.2.3:
/// "replaces any existing values or adds"), null unassigns a part; `remove` with a value removes
/// those values only, as Entra means it; an unknown attribute is refused in a path and dropped in
/// an object without path.
[[nodiscard]] Json patched(const ResourceType& type,
                           Json resource,
                           const Json& request,
                           bool replace_adds);

}  // namespace sandbox
