#include "cli/shown_value.hpp"

#include <algorithm>
#include <array>

namespace cli {

namespace {

constexpr std::size_t kLongestShown = 12;

std::string length_of(std::string_view value) {
    return std::to_string(value.size()) + " bytes long (not shown, because it could be a secret)";
}

}  // namespace

std::string shown_value(std::string_view value) {
    const bool is_number = value.size() <= 2 * kLongestShown &&
                           value.find_first_not_of("0123456789.,%+- ") == std::string_view::npos;
    return value.size() <= kLongestShown || is_number ? "\"" + std::string(value) + "\""
                                                      : length_of(value);
}

std::string shown_path(std::string_view path) {
    constexpr std::array<std::string_view, 4> kBeginnings{"/", "./", "../", "~/"};
    const bool is_path = path.size() <= kLongestShown ||
                         std::any_of(kBeginnings.begin(), kBeginnings.end(), [&](const auto start) {
                             return path.starts_with(start);
                         });
    return is_path ? std::string(path) : "a path " + length_of(path);
}

}  // namespace cli
