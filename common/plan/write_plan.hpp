// A plan as the records of its stream: RFC 7644 §3.7 bulk operations with a description of their
// effect. Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <string_view>

namespace plan {

struct LineOptions {
    bool all = false;      ///< also print unchanged records
    bool exactly = false;  ///< --restore: attributes that the desired record lacks are removed
    std::size_t threads = 1;
};

/// Passes each record of the plan to `each`, as text without a newline, in their order: users,
/// groups, held parts of split changes, skips and, if requested, unchanged records. `independent`
/// gives the records that the plan only counts. With more than one thread, another one calls `each`
/// for some records, never at the same time. Returns the fields of the seal.
nlohmann::ordered_json write_plan(const Plan& plan,
                                  const record::Directory& current,
                                  const LineOptions& options,
                                  const std::function<void(std::string_view)>& each,
                                  const IndependentRecords& independent = {});

}  // namespace plan
