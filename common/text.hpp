// Small things done to text, once. Pure.
#pragma once

#include <cstddef>
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

/// A few of many, for a sentence: the first five, and how many more there are. A message about everybody must not grow with everybody.
class Some {
 public:
    void add(const std::string& one);
    [[nodiscard]] std::string joined() const;

 private:
    std::string first_{};
    std::size_t count_ = 0;
};

}  // namespace text
