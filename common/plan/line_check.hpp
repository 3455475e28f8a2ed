// `check` of a change line: a hash of the complete line, so that an edited line is found. Pure.
//
// It detects accidental edits. It does not detect forgery, because any program can compute it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace plan {

/// 128 bits of SHA-256, in hexadecimal, of `line` without its `check`. The members are sorted by
/// name and there is no white space, so a line has the same check if another program writes it
/// again.
[[nodiscard]] std::string check_of(const nlohmann::json& line);

/// The same of a line that is already text with sorted names.
[[nodiscard]] std::string check_of_sorted(std::string_view line);

}  // namespace plan
