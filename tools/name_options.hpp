// The options that permit names, of scim-diff and scim-apply: which userNames and groups are sent
// although record/name_rules.hpp refuses them.
#pragma once

#include "base/text.hpp"
#include "cli/options.hpp"
#include "record/name_rules.hpp"

#include <array>

namespace tools {

inline constexpr std::array kNameOptions{
    cli::Option{"allow-group",
                "NAME",
                "SYNC_ALLOW_GROUPS",
                "",
                "synchronise this group in spite of its powerful name",
                '\0',
                true},
    cli::Option{"allow-user",
                "NAME",
                "SYNC_ALLOW_USERS",
                "",
                "synchronise this user in spite of the name of a system user",
                '\0',
                true},
    cli::Option{"posix-names",
                "RULE",
                "SYNC_POSIX_NAMES",
                "letter",
                "letter or digits: whether a userName needs a letter before the @"},
};

/// What the options permit. Refuses an unknown rule.
[[nodiscard]] inline record::NamePolicy names_from(const cli::Options& options) {
    record::NamePolicy names;
    for (const auto& name : options.list("allow-group")) {
        names.groups.insert(text::fold(name));
    }
    for (const auto& name : options.list("allow-user")) {
        names.users.insert(text::fold(name));
    }
    names.permits_digits = options.choice("posix-names", {"letter", "digits"}) == "digits";
    return names;
}

}  // namespace tools
