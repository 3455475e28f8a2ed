// The options that are shared by both sources, ACTIVATE's API and its SCIM service: the users and
// groups to export, and their names.
#pragma once

#include "activate/export.hpp"
#include "cli/options.hpp"

#include <array>

namespace activate {

inline constexpr std::array kExportOptions{
    cli::Option{.name = "org-name",
                .value = "NAME",
                .env = "ACTIVATE_ORG_NAME",
                .help = "refuse to run if the credential is of another organization"},
    cli::Option{.name = "org-id",
                .value = "ID",
                .env = "ACTIVATE_ORG_ID",
                .help = "refuse to run if the users are of another organization"},
    cli::Option{.name = "groups",
                .value = "NAMES",
                .env = "ACTIVATE_SYNC_GROUPS",
                .help = "export only these groups and their members (default: all)",
                .letter = '\0',
                .list = true},
    cli::Option{.name = "user-key",
                .value = "id|username",
                .env = "ACTIVATE_USER_KEY",
                .fallback = "id",
                .help = "use id or username as KEY in pw-activate:user:KEY"},
    cli::Option{.name = "user-name",
                .value = "email|username",
                .env = "ACTIVATE_USER_NAME",
                .fallback = "email",
                .help = "use email or username as userName"},
    cli::Option{.name = "ssh-key-comments",
                .env = "SYNC_SSH_KEY_COMMENTS",
                .help = "keep the comments of SSH keys"},
    cli::Option{.name = "confirm",
                .help = "read both exports (FILEs) and look up records that only one of them has"},
    cli::Option{.name = "organization",
                .help = "print a stream whose header names the organization of the credential"},
    cli::Option{.name = "check",
                .help = "check whether an export would succeed and explain how to fix problems"},
};

/// Throws Error for an invalid value.
[[nodiscard]] DesiredExportSettings export_settings(const cli::Options& options);

/// The header of the desired side.
[[nodiscard]] stream::Header export_header(const DesiredExportSettings& settings,
                                           const std::string& organization,
                                           std::string_view tool);

/// `--organization`: writes a stream of kind `organization` without records to standard output.
void print_organization(const std::string& organization, std::string_view tool);

}  // namespace activate
