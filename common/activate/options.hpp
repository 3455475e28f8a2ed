// The options that are shared by both sources, ACTIVATE's API and its SCIM service: the users and
// groups to export, and their names.
#pragma once

#include "activate/export.hpp"
#include "cli/options.hpp"

#include <array>

namespace activate {

inline constexpr std::array kExportOptions{
    cli::Option{"org-name",
                "NAME",
                "ACTIVATE_ORG_NAME",
                "",
                "refuse to run if the credential is of another organization"},
    cli::Option{"groups",
                "NAMES",
                "ACTIVATE_SYNC_GROUPS",
                "",
                "export only these groups and their members (default: all)",
                '\0',
                true},
    cli::Option{"user-key",
                "id|username",
                "ACTIVATE_USER_KEY",
                "id",
                "use id or username as KEY in pw-activate:user:KEY"},
    cli::Option{"user-name",
                "email|username",
                "ACTIVATE_USER_NAME",
                "email",
                "use email or username as userName"},
    cli::Option{
        "ssh-key-comments", "", "SYNC_SSH_KEY_COMMENTS", "", "keep the comments of SSH keys"},
    cli::Option{"confirm",
                "",
                "",
                "",
                "read both exports (FILEs) and look up records that only one of them has"},
    cli::Option{"organization",
                "",
                "",
                "",
                "print a stream whose header names the organization of the credential"},
    cli::Option{"check",
                "",
                "",
                "",
                "check whether an export would succeed and explain how to fix problems"},
};

/// Without org_id. Throws Error for an invalid value.
[[nodiscard]] DesiredExportSettings export_settings(const cli::Options& options);

/// The header of the desired side.
[[nodiscard]] stream::Header export_header(const DesiredExportSettings& settings,
                                           const std::string& organization,
                                           std::string_view tool);

/// `--organization`: writes a stream of kind `organization` without records to standard output.
void print_organization(const std::string& organization, std::string_view tool);

}  // namespace activate
