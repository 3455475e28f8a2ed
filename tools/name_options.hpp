// The options of scim-diff and scim-apply that permit names: userNames and groups that are sent
// although record/name_rules.hpp rejects them.
#pragma once

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/name_lists.hpp"
#include "cli/options.hpp"
#include "cli/shown_value.hpp"
#include "record/name_rules.hpp"
#include "record/validation.hpp"

#include <array>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tools {

inline constexpr std::array kNameOptions{
    cli::Option{.name = "allow-group",
                .value = "NAME",
                .env = "SYNC_ALLOW_GROUPS",
                .help = "allow synchronising this group although its name is privileged",
                .letter = '\0',
                .list = true},
    cli::Option{.name = "allow-user",
                .value = "NAME",
                .env = "SYNC_ALLOW_USERS",
                .help = "allow synchronising this user although the name is that of a system user",
                .letter = '\0',
                .list = true},
    cli::Option{.name = "posix-names",
                .value = "letter|digits",
                .env = "SYNC_POSIX_NAMES",
                .fallback = "letter",
                .help = "require a letter before the @ of a userName (letter), or not (digits)"},
};

[[nodiscard]] inline std::string why_not_group(const std::string& name) {
    const auto fault = record::why_not_group_name(name);
    return fault ? *fault : std::string();
}

/// The names of the option `list` and of the file of the option `file` (cli::list_entries). Rejects
/// those for which `why_not` returns a text.
[[nodiscard]] inline std::vector<std::string> names_in(
    const cli::Options& options,
    std::string_view list,
    std::string_view file,
    const std::function<std::string(const std::string&)>& why_not) {
    const auto entries = cli::list_entries(options, list, file);
    cli::require_entries(options, entries, why_not);
    std::vector<std::string> names;
    names.reserve(entries.size());
    for (const auto& entry : entries) {
        names.push_back(entry.text);
    }
    return names;
}

/// Rejects a user of a list, given by `setting`, that is neither an external id nor an address: if
/// userNames are addresses, it matches no user.
inline void require_addresses(std::string_view setting, const std::set<std::string>& names) {
    for (const auto& name : names) {
        if (!record::is_managed({name}, record::Kind::user) && !record::is_address(name)) {
            throw Error(ExitStatus::bad_config,
                        std::string(setting) + " has " + cli::shown_value(name) +
                            ", which is not an address; userNames are addresses here "
                            "(ACTIVATE_USER_NAME=email)");
        }
    }
}

/// The names that the options permit. Rejects an unknown rule.
[[nodiscard]] inline record::NamePolicy names_from(const cli::Options& options) {
    record::NamePolicy names;
    for (const auto& name : names_in(options, "allow-group", "", why_not_group)) {
        names.groups.insert(text::fold(name));
    }
    for (const auto& name : names_in(options, "allow-user", "", cli::why_not_name)) {
        names.users.insert(text::fold(name));
    }
    names.permits_digits = options.choice("posix-names", {"letter", "digits"}) == "digits";
    return names;
}

}  // namespace tools
