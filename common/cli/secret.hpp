// Credentials: read from a file or from an environment variable, and masked in logs.
#pragma once

#include "cli/options.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// A credential: the content of the file given by option `file_option` (or its variable), otherwise
/// the variable `env`. White space at both ends is trimmed (mounted secrets end in a newline), and
/// the value is masked in logs from now on. Nullopt: not given. Throws Error{usage, bad_config} if
/// the file has no credential.
[[nodiscard]] std::optional<std::string> secret(const Options& options,
                                                std::string_view file_option,
                                                const char* env);

}  // namespace cli
