// The content of a file whose path an option or a variable gives.
#pragma once

#include "cli/options.hpp"

#include <string>
#include <string_view>

namespace cli {

/// The content of the file given by option `name`, at most 64 MiB. Rejects (Options::refuse) a file
/// that cannot be read: a missing file, a directory, a file without permission.
[[nodiscard]] std::string file_content(const Options& options, std::string_view name);

}  // namespace cli
