// The frame of every program: command line, --help, logging, and exceptions that become a status.
#pragma once

#include "base/exit_status.hpp"
#include "cli/options.hpp"

#include <functional>

namespace cli {

/// Parses, configures logging, runs `body`, and turns what it throws into one line on standard
/// error and a status. The only catch ladder of the project.
[[nodiscard]] int run(const Tool& tool,
                      int argc,
                      const char* const* argv,
                      const std::function<ExitStatus(const Options&)>& body);

}  // namespace cli
