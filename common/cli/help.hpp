// The text of --help and of --completion, made from the table of options.
#pragma once

#include "cli/option_table.hpp"

#include <string>

namespace cli {

/// The text of --help.
[[nodiscard]] std::string help(const Tool& tool);

/// The text of --completion=bash: a function that completes the options of the tool, and the
/// `complete` command that registers it.
[[nodiscard]] std::string bash_completion(const Tool& tool);

}  // namespace cli
