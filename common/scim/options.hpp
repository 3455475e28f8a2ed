// The address of the SCIM service and the credential for it: the options and variables that
// scim-export and scim-apply share.
#pragma once

#include "cli/options.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace scim {

inline constexpr std::array kOptions{
    cli::Option{.name = "base-url",
                .value = "URL",
                .env = "CW_SCIM_BASE_URL",
                .help = "use this SCIM base URL, as the console shows it"},
    cli::Option{.name = "org-userid",
                .value = "ID",
                .env = "CW_SCIM_ORG_USERID",
                .help = "use CoreWeave's base URL with this last part, instead of --base-url"},
    cli::Option{.name = "token-file",
                .value = "FILE",
                .env = "CW_SCIM_BEARER_TOKEN_FILE",
                .help = "read the bearer token from this file, instead of $CW_SCIM_BEARER_TOKEN"},
    cli::Option{.name = "page-size",
                .value = "N",
                .env = "CW_SCIM_PAGE_SIZE",
                .fallback = "100",
                .help = "request this many resources in one page of a list"},
};

struct ServiceSettings {
    std::string base_url{};
    std::vector<std::pair<std::string, std::string>> headers{};  ///< the credential
    std::size_t page_size = 100;
};

/// The base URL alone, for a run that sends nothing; empty if none is configured. Throws
/// Error{bad_config} if it is wrong.
[[nodiscard]] std::string configured_base_url(const cli::Options& options);

/// Throws one Error{bad_config} that lists everything that is missing.
[[nodiscard]] ServiceSettings service_settings_from(const cli::Options& options);

inline constexpr std::array kActivateOptions{
    cli::Option{.name = "activate-base-url",
                .value = "URL",
                .env = "ACTIVATE_SCIM_BASE_URL",
                .help = "use this base URL of ACTIVATE's own SCIM service (with --side=desired)"},
    cli::Option{
        .name = "activate-token-file",
        .value = "FILE",
        .env = "ACTIVATE_SCIM_BEARER_TOKEN_FILE",
        .help = "read its bearer token from this file, instead of $ACTIVATE_SCIM_BEARER_TOKEN"},
};

/// The same for ACTIVATE's own SCIM service.
[[nodiscard]] ServiceSettings activate_settings_from(const cli::Options& options);

}  // namespace scim
