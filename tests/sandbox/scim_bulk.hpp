// Bulk requests (RFC 7644 §3.7).
#pragma once

#include "call.hpp"
#include "fixture.hpp"

namespace sandbox {

inline constexpr std::size_t kMaxBulkOperations = 1000;
inline constexpr std::size_t kMaxBulkPayload = 1048576;

/// Answers POST /Bulk. Operations are done in their order, except that one with a reference
/// `bulkId:x` waits for x; the results are in the order of the request. Throws ScimError if the
/// complete request is refused.
[[nodiscard]] Answer answer_bulk(World& world, const Call& call);

}  // namespace sandbox
