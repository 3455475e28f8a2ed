// ListResponse: filter, pages by index and by cursor, chosen attributes (RFC 7644 §3.4.2, RFC
// 9865), and the faults of real services.
#pragma once

#include "call.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace sandbox {

/// A resource and its number for cursors; numbers grow along a list.
using Row = std::pair<std::uint64_t, const Json*>;

struct PageLimits {
    std::size_t by_default = 50;
    std::size_t cap = 200;
};

/// The rows of one page that should begin at `start` (from 0) and have at most `count` rows, after
/// the surprises list-moves, row-repeated, row-missing and page-short. Works for any list.
[[nodiscard]] std::vector<Row> page_of(const Call& call,
                                       const std::vector<Row>& rows,
                                       std::size_t start,
                                       std::size_t count);

/// Answers one list request from all rows of the collection. `render` turns a stored resource into
/// the returned one. Throws ScimError for a bad filter, count, startIndex or cursor.
[[nodiscard]] Json list_response(const Call& call,
                                 const std::vector<Row>& all,
                                 const PageLimits& limits,
                                 const std::function<Json(const Json&)>& render);

/// Applies the request's `attributes` or `excludedAttributes` (RFC 7644 §3.9). id and schemas
/// always stay.
[[nodiscard]] Json chosen_attributes(const Call& call, Json resource);

}  // namespace sandbox
