// The frame of every program: command line, --help, logging, and exceptions that become a status.
#pragma once

#include "base/exit_status.hpp"
#include "cli/options.hpp"

#include <functional>

namespace cli {

/// Parses the options, configures logging and runs `body`. An exception becomes one line on
/// standard error and an exit status. Only this function has handlers for all exceptions.
[[nodiscard]] int run(const Tool& tool,
                      int argc,
                      const char* const* argv,
                      const std::function<ExitStatus(const Options&)>& body);

}  // namespace cli
