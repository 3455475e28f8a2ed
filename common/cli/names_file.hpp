// A file of names: one a line, as operators keep it.
#pragma once

#include "cli/options.hpp"

#include <set>
#include <string>
#include <string_view>

namespace cli {

/// The names in the file that the option `name` gives; none if the option is not given. Blank lines
/// and what follows a # do not count; a byte order mark and CRLF are accepted. Refuses the option,
/// with its variable, if the file cannot be read or holds no name.
[[nodiscard]] std::set<std::string> names_in_file(const Options& options, std::string_view name);

}  // namespace cli
