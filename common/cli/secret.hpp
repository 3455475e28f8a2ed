// Credentials: read from a file or from an environment variable, and masked in logs.
#pragma once

#include "cli/options.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// A credential: the file named by option `file_option` (or its variable) if given, else the
/// variable `env`. White space at both ends is trimmed (mounted secrets end in a newline), the
/// value is masked in logs from now on. Nullopt: not given. Throws Error{usage, bad_config} when
/// the file that was named holds none.
[[nodiscard]] std::optional<std::string> secret(const Options& options,
                                                std::string_view file_option,
                                                const char* env);

}  // namespace cli
