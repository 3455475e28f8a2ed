// Where the SCIM service is and who we are there: the options and variables that scim-export and
// scim-apply share.
#pragma once

#include "cli/options.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace scim {

inline constexpr std::array kOptions{
    cli::Option{
        "base-url", "URL", "CW_SCIM_BASE_URL", "", "SCIM base URL as the console prints it"},
    cli::Option{"org-userid",
                "ID",
                "CW_SCIM_ORG_USERID",
                "",
                "instead: the last part of CoreWeave's base URL"},
    cli::Option{"token-file",
                "FILE",
                "CW_SCIM_BEARER_TOKEN_FILE",
                "",
                "bearer token; else $CW_SCIM_BEARER_TOKEN"},
    cli::Option{
        "page-size", "N", "CW_SCIM_PAGE_SIZE", "100", "resources asked for in one page of a list"},
};

struct ServiceSettings {
    std::string base_url{};
    std::vector<std::pair<std::string, std::string>> headers{};  ///< the credential
    std::size_t page_size = 100;
};

/// Throws Error{bad_config} that names everything that is missing, at once.
[[nodiscard]] ServiceSettings service_settings_from(const cli::Options& options);

inline constexpr std::array kActivateOptions{
    cli::Option{"activate-base-url",
                "URL",
                "ACTIVATE_SCIM_BASE_URL",
                "",
                "base URL of ACTIVATE's own SCIM service (--side=desired)"},
    cli::Option{"activate-token-file",
                "FILE",
                "ACTIVATE_SCIM_BEARER_TOKEN_FILE",
                "",
                "its bearer token; else $ACTIVATE_SCIM_BEARER_TOKEN"},
};

/// The same for ACTIVATE's own SCIM service.
[[nodiscard]] ServiceSettings activate_settings_from(const cli::Options& options);

}  // namespace scim
