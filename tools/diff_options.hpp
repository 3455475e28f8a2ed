// The options of scim-diff, and the policy made from them.
#pragma once

#include "base/text.hpp"
#include "cli/name_lists.hpp"
#include "cli/options.hpp"
#include "plan/limits.hpp"
#include "plan/shard.hpp"
#include "plan/types.hpp"
#include "tools/name_options.hpp"
#include "tools/namespace_option.hpp"
#include "tools/protect_options.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tools {

inline constexpr std::array kOtherOptions{
    cli::Option{.name = "missing-groups",
                .value = "hold|warn",
                .env = "SYNC_MISSING_GROUPS",
                .fallback = "hold",
                .help = "hold or apply with a warning (hold or warn): removals from a SCIM group "
                        "that is in ACTIVATE_SYNC_GROUPS and missing in ACTIVATE"},
    cli::Option{.name = "short-groups",
                .value = "hold|warn",
                .env = "SYNC_SHORT_GROUPS",
                .fallback = "hold",
                .help = "hold or apply with a warning (hold or warn): removals from a group of "
                        "which ACTIVATE lists fewer members than it counts"},
    cli::Option{
        .name = "strict", .env = "SYNC_STRICT", .help = "print no plan if a change would be held"},
    cli::Option{.name = "approve",
                .value = "DIGESTS",
                .env = "SYNC_APPROVE",
                .help = "approve the held changes that have these digests",
                .letter = '\0',
                .list = true},
    cli::Option{.name = "allow-empty",
                .env = "SYNC_ALLOW_EMPTY",
                .help = "make a plan even if the desired side has no users"},
    cli::Option{.name = "adopt",
                .value = "FILE",
                .env = "SYNC_ADOPT_FILE",
                .help = "adopt the unmanaged users with these userNames, one a line"},
    cli::Option{.name = "adopt-group",
                .value = "NAME",
                .env = "SYNC_ADOPT_GROUPS",
                .help = "adopt the unmanaged group of this name",
                .letter = '\0',
                .list = true},
    cli::Option{.name = "acknowledge",
                .value = "ENTRIES",
                .env = "SYNC_ACKNOWLEDGED",
                .help = "accept these states, name=reason, so that they do not raise status 4",
                .letter = '\0',
                .list = true},
    cli::Option{.name = "acknowledge-file",
                .value = "FILE",
                .env = "SYNC_ACKNOWLEDGE_FILE",
                .help = "accept the states in this file, one entry a line"},
    cli::Option{.name = "rename-users",
                .env = "SYNC_RENAME_USERS",
                .help = "send a changed userName or e-mail address"},
    cli::Option{.name = "restore",
                .value = "FILE",
                .help = "plan the changes that restore this captured current stream"},
    cli::Option{
        .name = "restore-leavers",
        .help = "restore access of users who have left ACTIVATE since as well (with --restore)"},
    cli::Option{.name = "only",
                .value = "NAMES",
                .help = "plan only for these users and their memberships: userNames, e-mail "
                        "addresses, usernames of ACTIVATE or external ids",
                .letter = '\0',
                .list = true},
    cli::Option{
        .name = "list-keys",
        .help = "print each SSH key of the exports, and whether it may be sent, instead of a plan"},
    cli::Option{.name = "shard",
                .value = "I/N",
                .env = "SYNC_SHARD",
                .help = "evaluate all users but output only part I (from 0) of N, without groups"},
    cli::Option{.name = "migrate-namespace",
                .value = "NAME",
                .help = "plan only to give the records of this current stream the namespace"},
    cli::Option{
        .name = "redact",
        .value = "FILE",
        .help = "print the exports in the input, with names, addresses, keys and ids replaced by "
                "hashes under the secret in FILE"},
    cli::Option{.name = "threads",
                .value = "N",
                .fallback = "2",
                .help = "read the files in this many threads; 1 to 64, at most one for each file"},
    cli::Option{.name = "all", .help = "print unchanged records as well"},
    cli::Option{.name = "exit-code", .help = "exit with status 1 if the plan has changes"},
};

// An option for each limit.
inline constexpr auto kLimitOptions = [] {
    std::array<cli::Option, plan::kLimits.size()> options{};
    auto* next = options.begin();
    for (const auto& limit : plan::kLimits) {
        *next++ = {.name = limit.name,
                   .value = "LIMIT",
                   .env = limit.variable,
                   .fallback = limit.fallback,
                   .help = limit.help};
    }
    return options;
}();
inline constexpr auto kDiffOptions = cli::joined(
    kLimitOptions,
    cli::joined(kNameOptions,
                cli::joined(kNamespaceOption, cli::joined(kProtectOptions, kOtherOptions))));

// Rejects options of the command line that one of these outputs would ignore. Variables of the
// environment are for other runs, too.
inline void refuse_ignored(const cli::Options& options) {
    for (const std::string_view output : {"redact", "list-keys", "migrate-namespace"}) {
        for (const auto& option : kDiffOptions) {
            if (!options.value(output).empty() && option.name != output &&
                option.name != "namespace" && option.name != "threads" &&
                options.value(option.name) != option.fallback &&
                !options.is_from_environment(option.name)) {
                options.refuse(option.name, "does not go with --" + std::string(output));
            }
        }
    }
}

inline plan::Limit limit(const cli::Options& options, std::string_view name) {
    const auto limit = plan::parse_limit(options.value(name));
    if (!limit) {
        options.refuse(name,
                       "is " + cli::shown_value(options.value(name)) +
                           "; write N, P% or P%,N, for example 10%,50");
    }
    return *limit;
}

inline std::optional<plan::Shard> shard_from(const cli::Options& options) {
    const auto& text = options.value("shard");
    const auto shard = plan::parse_shard(text);
    if (!text.empty() && !shard) {
        options.refuse(
            "shard",
            "is " + cli::shown_value(text) + "; write I/N with I from 0 to N-1, for example 0/4");
    }
    if (shard && !options.value("restore").empty()) {
        options.refuse("shard", "does not go with --restore, whose plan is one");
    }
    return shard;
}

// The names of --only, which resolve_only looks up.
inline std::vector<std::string> only_from(const cli::Options& options) {
    auto names = options.list("only");
    for (const auto* other : {"restore", "shard"}) {
        if (!names.empty() && !options.value(other).empty()) {
            options.refuse("only", std::string("does not go with --") + other);
        }
    }
    return names;
}

// Users: userNames or external ids, folded.
inline std::set<std::string> folded(const std::vector<std::string>& names) {
    std::set<std::string> all;
    for (const auto& name : names) {
        all.insert(plan::folded_name(name));
    }
    return all;
}

// Entries of the form name=reason. The name may contain "=".
inline std::set<std::string> acknowledged(const cli::Options& options) {
    std::set<std::string> all;
    const auto add = [&](std::string_view option, const std::string& entry) {
        const auto sign = entry.rfind('=');
        if (sign == std::string::npos || sign == 0 || sign + 1 == entry.size()) {
            options.refuse(option,
                           "holds " + cli::shown_value(entry) +
                               "; write name=reason, for example "
                               "ada@example.org=user-name-taken");
        }
        all.insert(plan::folded_name(entry.substr(0, sign)) + entry.substr(sign));
    };
    for (const auto& entry : options.list("acknowledge")) {
        add("acknowledge", entry);
    }
    for (const auto& entry : cli::list_entries(options, "", "acknowledge-file")) {
        add("acknowledge-file", entry.text);
    }
    return all;
}

inline plan::Policy policy_from(const cli::Options& options) {
    plan::Policy policy;
    for (const auto& row : plan::kLimits) {
        policy.limits.*row.member = limit(options, row.name);
    }
    policy.rename_users = options.flag("rename-users");
    policy.holds_missing_groups = options.choice("missing-groups", {"hold", "warn"}) == "hold";
    policy.holds_short_lists = options.choice("short-groups", {"hold", "warn"}) == "hold";
    policy.restore = !options.value("restore").empty();
    policy.protected_users = folded(protected_names(options));
    policy.names = names_from(options);
    policy.adopt_users = folded(names_in(options, "", "adopt", cli::why_not_name));
    policy.acknowledged = acknowledged(options);
    for (auto& name : names_in(options, "adopt-group", "", why_not_group)) {
        policy.adopt_groups.insert(std::move(name));
    }
    if (options.flag("restore-leavers") && !policy.restore) {
        options.refuse("restore-leavers", "goes with --restore only");
    }
    for (const auto* adopt : {"adopt", "adopt-group"}) {
        if (policy.restore && !options.list(adopt).empty()) {
            options.refuse(
                adopt, "does not go with --restore, which adopts no user; run one after the other");
        }
    }
    return policy;
}

}  // namespace tools
