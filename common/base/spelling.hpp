// The correct word for a misspelt one, by edit distance. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

inline namespace base {
namespace text {

/// The number of characters that must be added, removed or replaced (Levenshtein).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `words` if it is like `given`: without case, at most two edits, or a third of its
/// length. Otherwise empty.
[[nodiscard]] std::string nearest(std::string_view given, const std::vector<std::string>& words);

}  // namespace text
}  // namespace base
