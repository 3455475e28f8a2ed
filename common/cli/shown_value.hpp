// The value of a setting in a message, unless it may be a secret in the wrong variable. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cli {

/// In quotes if it is short or a number, otherwise its length only: keys and tokens are longer than
/// the values that settings take.
[[nodiscard]] std::string shown_value(std::string_view value);

/// The path of a file if it begins as a path (/, ./, ../, ~/) or is short, otherwise its length
/// only.
[[nodiscard]] std::string shown_path(std::string_view path);

}  // namespace cli
