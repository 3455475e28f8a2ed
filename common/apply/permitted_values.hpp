// The names and keys in a change line: scim-diff lets no bad one through, but a plan is a file, and
// files are edited. Pure.
#pragma once

#include "record/name_rules.hpp"
#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace apply {

/// Why the values that `data` of a change sets may not be sent, for people; nullopt when they may.
/// The rules are those of record/validation.hpp; whether userNames are addresses is not known here.
[[nodiscard]] std::optional<std::string> why_not_permitted(record::Kind kind,
                                                           const nlohmann::json& data,
                                                           const record::NamePolicy& names);

}  // namespace apply
