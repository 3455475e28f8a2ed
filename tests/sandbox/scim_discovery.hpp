// The discovery endpoints of a SCIM service (RFC 7643 §5, RFC 7644 §4).
#pragma once

#include "call.hpp"
#include "scim_list.hpp"

namespace sandbox {

/// ServiceProviderConfig of CoreWeave's side: patch, bulk, filter, ETags, both kinds of paging.
[[nodiscard]] Json provider_configuration(const PageLimits& pages);

/// ServiceProviderConfig of ACTIVATE's side, which is read-only.
[[nodiscard]] Json read_only_configuration();

/// The ListResponse of /Schemas and /ResourceTypes, which are not paged.
[[nodiscard]] Json definitions_list(const Json& resources);

}  // namespace sandbox
