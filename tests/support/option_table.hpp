// A table of options for the tests of the command line, and its parser without an environment.
#pragma once

#include "cli/options.hpp"
#include "support/expect.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace option_table {

using cli::Option;
using cli::Options;

using Texts = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

inline constexpr std::array kTable{
    Option{"dry-run", "", "DRY_RUN", "", "send nothing", 'n'},
    Option{"jobs", "N", "SYNC_JOBS", "16", "programs at once"},
    Option{"groups", "NAMES", "SYNC_GROUPS", "", "only these", '\0', true},
    Option{"mode", "WORD", "SYNC_MODE", "auto", "auto, pw or rest"},
    Option{"token-file", "FILE", "CLI_TEST_TOKEN_FILE", "", "where the token is"},
    Option{"plain", "", "", "", "a flag without a variable"},
    Option{"bare", "TEXT", "", "", "an option without variable and default"},
};
inline constexpr cli::Tool kTool{
    .name = "a-tool",
    .synopsis = "[OPTION]... [FILE]...",
    .purpose = "Does a thing.",
    .example = "a-tool --dry-run x",
    .options = kTable,
    .takes_operands = true,
};
inline constexpr cli::Tool kWithoutOperands{.name = "b-tool", .options = kTable};

inline Options parse(const Texts& arguments,
                     const Environment& environment = {},
                     const cli::Tool& tool = kTool) {
    return cli::parse(tool, arguments, [&](const std::string& name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    });
}

inline Caught refusal(const Texts& arguments, const Environment& environment = {}) {
    return caught([&] { (void)parse(arguments, environment); });
}

}  // namespace option_table
