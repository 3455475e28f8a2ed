// One page of a SCIM list (RFC 7644 §3.4.2) for the walk over its pages. Pure.
#pragma once

#include "base/keyed_hash.hpp"
#include "paging/list_walk.hpp"
#include "scim/messages.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <vector>

namespace scim {

/// Whether the `id` of a resource can be part of a path. False also for a row that is not a
/// resource.
[[nodiscard]] bool has_usable_id(const nlohmann::json& resource);

/// Throws Error{unavailable} if there are rows and none has an `id`: then this is not a list of
/// SCIM. One record without an id is malformed.
void require_ids(const std::vector<nlohmann::json>& resources);

/// Whether a page may be cut by a limit of the server that only `itemsPerPage` shows. Such a page
/// has that many rows, fewer than `asked` (0: the server decides), and no totalResults. It may also
/// be complete: RFC 7644 §3.4.2 defines itemsPerPage as the number of rows of the page. False for a
/// length that page_of takes for a limit anyway, such as 20.
[[nodiscard]] bool may_be_own_limit(const ListResponse& response, std::size_t asked);

/// The page of `response` that was requested with `asked` rows (0: the server decides) after
/// `offset` rows.
[[nodiscard]] paging::ListPage page_of(const ListResponse& response,
                                       std::size_t offset,
                                       std::size_t asked,
                                       const KeyedHash& hash);

}  // namespace scim
