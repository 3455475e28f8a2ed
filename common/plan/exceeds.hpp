// Common code of all limits: counting, and comparing with the limit. Pure.
#pragma once

#include "plan/limits.hpp"
#include "plan/types.hpp"
#include "record/record.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace plan {

/// True, and recorded in `held`, if `wanted` is more than the limit allows.
[[nodiscard]] bool exceeds(std::string_view limit_name,
                           std::size_t wanted,
                           std::size_t base,
                           const Limit& limit,
                           HeldChanges& held);

template <class Range, class Predicate>
[[nodiscard]] std::size_t count(const Range& range, Predicate predicate) {
    return static_cast<std::size_t>(std::count_if(range.begin(), range.end(), predicate));
}

/// Whether the change adopts an unmanaged record: the base of the percentages does not include that
/// record.
template <class Change>
[[nodiscard]] bool is_stranger(const Change& change, record::Kind kind) {
    return change.action == Action::adopt && !record::is_managed(change.current->external_id, kind);
}

}  // namespace plan
