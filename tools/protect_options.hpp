// The options that name protected users, of scim-diff and of scim-export --confirm.
#pragma once

#include "cli/name_lists.hpp"
#include "cli/options.hpp"
#include "tools/name_options.hpp"

#include <array>
#include <string>
#include <vector>

namespace tools {

inline constexpr std::array kProtectOptions{
    cli::Option{
        .name = "protect",
        .value = "FILE",
        .env = "SYNC_PROTECT_FILE",
        .help = "never deactivate these users (userNames, one a line) and never remove their keys"},
    cli::Option{.name = "protected-users",
                .value = "NAMES",
                .env = "SYNC_PROTECTED_USERS",
                .help = "protect these users, separated by commas",
                .letter = '\0',
                .list = true},
};

/// The names as they are written: userNames and external ids.
[[nodiscard]] inline std::vector<std::string> protected_names(const cli::Options& options) {
    return names_in(options, "protected-users", "protect", cli::why_not_name);
}

}  // namespace tools
