// A plan as the records of its stream: RFC 7644 §3.7 bulk operations with what they stand for.
// Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>

namespace plan {

struct LineOptions {
    bool all = false;      ///< print what is unchanged, too
    bool exactly = false;  ///< --restore: what the desired record lacks is taken away
};

/// Hands each record of the plan to `each`, in their order: users, groups, held parts of split
/// changes, skips and, when asked for, what is unchanged. Returns the seal's fields.
nlohmann::ordered_json write_plan(const Plan& plan,
                                  const record::Directory& current,
                                  const LineOptions& options,
                                  const std::function<void(const nlohmann::ordered_json&)>& each);

}  // namespace plan
