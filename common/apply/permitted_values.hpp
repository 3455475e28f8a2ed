// Checks the names and keys in a change line. scim-diff writes only permitted values, but a plan is
// a file and can be edited. Pure.
#pragma once

#include "record/name_rules.hpp"
#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace apply {

/// The reason, as a sentence, why the values in `data` of a change must not be sent; nullopt if
/// they may be. The rules are those of record/validation.hpp, except that userNames need not be
/// addresses: the plan does not record that setting.
[[nodiscard]] std::optional<std::string> why_not_permitted(record::Kind kind,
                                                           const nlohmann::json& data,
                                                           const record::NamePolicy& names);

}  // namespace apply
