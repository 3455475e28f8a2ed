// The limits: how much access one plan may remove, or grant again, at once. They prevent that a
// faulty source is read as "everyone has left". Pure.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plan {

/// `N`, `P%` or `P%,N` (the smaller). A percentage always allows at least 1, so that
/// a small organization can still lose one user.
struct Limit {
    std::optional<std::size_t> count{};
    std::optional<std::size_t> percent{};

    /// The maximum for a base of `base`. Without number and percentage: all of them.
    [[nodiscard]] std::size_t allowed(std::size_t base) const;
};

/// Nullopt if `text` does not follow that grammar. Percentages are integers from 0 to 100.
[[nodiscard]] std::optional<Limit> parse_limit(std::string_view text);

/// How much access one plan may remove, or hand over, at once. Managed records only.
struct Limits {
    Limit deactivations{.count = 50, .percent = 10};
    Limit member_removals{.count = 200, .percent = 10};
    Limit emptied_groups{.count = 5, .percent = 10};
    Limit keyless_users{.count = 20, .percent = 10};
    Limit key_removals{.count = 50, .percent = 10};
    Limit renamed_groups{.count = 5, .percent = 10};
    Limit reactivations{.count = 50, .percent = 10};
    Limit takeovers{.count = 0, .percent = std::nullopt};
};

/// Names of limits, as in `held` of a line and after -- on the command line.
inline constexpr std::string_view kMaxDeactivations = "max-deactivations";
inline constexpr std::string_view kMaxMemberRemovals = "max-member-removals";
inline constexpr std::string_view kMaxEmptiedGroups = "max-emptied-groups";
inline constexpr std::string_view kMaxKeylessUsers = "max-keyless-users";
inline constexpr std::string_view kMaxKeyRemovals = "max-key-removals";
inline constexpr std::string_view kMaxRenamedGroups = "max-renamed-groups";
inline constexpr std::string_view kMaxReactivations = "max-reactivations";
inline constexpr std::string_view kMaxTakeovers = "max-takeovers";

/// Also in `held`, without a number: removals of access because a group of ACTIVATE_SYNC_GROUPS is
/// missing in ACTIVATE, or because ACTIVATE lists fewer members of a group than it counts.
inline constexpr std::string_view kMissingGroup = "missing-group";
inline constexpr std::string_view kShortList = "short-list";

/// One limit. A new one needs a row here and the code that counts for it.
struct LimitRow {
    std::string_view name{};
    std::string_view variable{};
    std::string_view fallback{};  ///< the default, as an operator writes it
    Limit Limits::*member = nullptr;
    std::string_view help{};  ///< the counted changes, of which those above the limit are held
};

inline constexpr std::array<LimitRow, 8> kLimits{{
    {.name = kMaxDeactivations,
     .variable = "SYNC_MAX_DEACTIVATIONS",
     .fallback = "10%,50",
     .member = &Limits::deactivations,
     .help = "hold deactivations of users above this"},
    {.name = kMaxMemberRemovals,
     .variable = "SYNC_MAX_MEMBER_REMOVALS",
     .fallback = "10%,200",
     .member = &Limits::member_removals,
     .help = "hold removals of members who stay active above this"},
    {.name = kMaxEmptiedGroups,
     .variable = "SYNC_MAX_EMPTIED_GROUPS",
     .fallback = "10%,5",
     .member = &Limits::emptied_groups,
     .help = "hold removals that empty groups above this"},
    {.name = kMaxKeylessUsers,
     .variable = "SYNC_MAX_KEYLESS_USERS",
     .fallback = "10%,20",
     .member = &Limits::keyless_users,
     .help = "hold removals of the last SSH key of active users above this"},
    {.name = kMaxKeyRemovals,
     .variable = "SYNC_MAX_KEY_REMOVALS",
     .fallback = "10%,50",
     .member = &Limits::key_removals,
     .help = "hold removals of SSH keys of active users above this"},
    {.name = kMaxRenamedGroups,
     .variable = "SYNC_MAX_RENAMED_GROUPS",
     .fallback = "10%,5",
     .member = &Limits::renamed_groups,
     .help = "hold new names of groups above this"},
    {.name = kMaxReactivations,
     .variable = "SYNC_MAX_REACTIVATIONS",
     .fallback = "10%,50",
     .member = &Limits::reactivations,
     .help =
         "hold reactivations of users above this; a percentage is of the users active in ACTIVATE"},
    {.name = kMaxTakeovers,
     .variable = "SYNC_MAX_TAKEOVERS",
     .fallback = "0",
     .member = &Limits::takeovers,
     .help = "hold takeovers of old records by a new account or group above this"},
}};

/// A limit that a plan exceeds.
struct ExceededLimit {
    std::string_view limit{};
    std::size_t wanted = 0;
    std::size_t allowed = 0;
    std::size_t base = 0;
};

/// One held change, as a text of held_changes.hpp, and the limit that holds it.
struct HeldChange {
    std::string_view limit{};
    std::string words{};
};

/// All changes that the limits hold in one plan.
struct HeldChanges {
    std::vector<ExceededLimit> exceeded{};
    std::vector<HeldChange> changes{};

    [[nodiscard]] bool empty() const { return changes.empty(); }
};

}  // namespace plan
