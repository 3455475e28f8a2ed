// Names that become POSIX names: the rules for userNames and group names, with one table each.
// Pure.
//
// Downstream, the part of a userName before the @ may become the name of a POSIX user, and the name
// of a group that of a POSIX group. Both are then used in passwd maps, paths, shell scripts and
// sudoers.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace record {

/// Names that the operator permits although a rule rejects them.
struct NamePolicy {
    bool user_name_is_address = true;  ///< false: ACTIVATE's usernames are the userNames
    bool permits_digits = false;       ///< SYNC_POSIX_NAMES=digits: names without a letter
    std::set<std::string> users{};     ///< SYNC_ALLOW_USERS, folded: userNames or POSIX names
    std::set<std::string> groups{};    ///< SYNC_ALLOW_GROUPS, folded
};

/// Why a userName must not become a POSIX name, as the end of a sentence that begins with it;
/// nullopt if it may. `is_reserved` does not count.
[[nodiscard]] std::optional<std::string> why_not_posix_name(std::string_view user_name,
                                                            bool permits_digits);

/// True for the POSIX names of system users of Debian and of Slurm, and of the users with sudo in
/// cloud images; case does not matter.
[[nodiscard]] bool is_reserved_user(std::string_view posix_name);
/// True if the POSIX name of `user_name` is reserved, and the operator has not permitted it.
[[nodiscard]] bool has_reserved_name(const NamePolicy& policy, std::string_view user_name);

/// True for groups whose members get rights in CoreWeave or root on a node; case and spaces around
/// the name do not matter.
[[nodiscard]] bool has_power(std::string_view group_name);

/// Why the name of a group must not be sent, as the end of a sentence; nullopt if it may.
/// ACTIVATE's own pattern: a letter or digit, then letters, digits, - and _, 63 at most.
[[nodiscard]] std::optional<std::string> why_not_group_name(std::string_view name);

/// True if no rule of this file rejects the userName, with no regard to the operator's permissions.
[[nodiscard]] bool is_plain_user_name(std::string_view user_name);

/// The part of an address before the @, folded: the POSIX name. The complete name if it has no @.
[[nodiscard]] std::string posix_name(std::string_view user_name);

}  // namespace record
