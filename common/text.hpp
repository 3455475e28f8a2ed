// Small things done to text, once. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace text {

/// Without blanks, tabs and line ends at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Splits at commas, trims, drops empties.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);

/// Each ASCII capital made small; other characters stay (how addresses and POSIX names are compared).
[[nodiscard]] std::string fold(std::string_view text);

}  // namespace text
