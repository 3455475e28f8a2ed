// The content of a file that an option or a variable names.
#pragma once

#include "cli/options.hpp"

#include <string>
#include <string_view>

namespace cli {

/// The content of the file that option `name` names, at most 64 MiB. Refuses (Options::refuse) a
/// file that cannot be read: a directory, a file without permission, none.
[[nodiscard]] std::string file_content(const Options& options, std::string_view name);

}  // namespace cli
