// Small functions on text. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

inline namespace base {
namespace text {

/// Without spaces, tabs and line ends at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Splits at commas, trims, drops empty parts.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);

/// Each ASCII capital made small; other characters stay (how addresses and POSIX names are
/// compared).
[[nodiscard]] std::string fold(std::string_view text);

/// The text of the member with exactly that name; empty if there is none, if it is not a text, or
/// if `object` is not an object.
[[nodiscard]] std::string of(const nlohmann::json& object, std::string_view name);

/// A number and its noun: "1 change", "3 changes".
[[nodiscard]] std::string counted(std::size_t count, std::string_view one, std::string_view many);

/// A few of many items, for a sentence: the first ones, and the number of the others. A message
/// about all users must not grow with their number.
class Some {
  public:
    explicit Some(std::size_t most = 5) : most_(most) {}
    void add(const std::string& one);
    [[nodiscard]] std::string joined() const;
    [[nodiscard]] std::size_t count() const { return count_; }

  private:
    std::size_t most_;
    std::string first_{};
    std::size_t count_ = 0;
};

}  // namespace text
}  // namespace base
