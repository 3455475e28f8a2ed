// A plan in memory: the necessary changes in SCIM, the records that stay unchanged with the
// reasons, and the options of the operator. Pure.
#pragma once

#include "base/exit_status.hpp"
#include "plan/limits.hpp"
#include "record/attributes.hpp"
#include "record/directory.hpp"
#include "record/name_rules.hpp"
#include "record/record.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plan {

/// Why a user is not added to groups.
inline constexpr std::string_view kInactive = "inactive in ACTIVATE";
inline constexpr std::string_view kAbsent = "absent in ACTIVATE";

enum class Action { create, update, deactivate, reactivate, adopt };
[[nodiscard]] std::string_view name_of(Action action);

/// A record of SCIM that has the name or the SSH key that another record needs.
struct Obstacle {
    record::ResourceId id{};
    std::string key{};  ///< as from ssh_key_identity; empty: the obstacle is a name
    bool survives_deactivation = false;  ///< an inactive record keeps its userName
};

/// Access that ACTIVATE grants and the plan does not send, with the reason. Also used for a record
/// that is skipped completely.
struct Withheld {
    std::string reason{};  ///< a word of reasons.hpp
    std::string detail{};
    ExitStatus exit_status = ExitStatus::ok;  ///< the exit status that it requires
    bool grants_more = false;   ///< SCIM grants more than ACTIVATE does: cannot be acknowledged
    bool acknowledged = false;  ///< the operator accepts it, and it requires no exit status
    /// If several parts of one record are withheld: the reason and the exit status of each.
    std::vector<std::pair<std::string, ExitStatus>> parts{};
    /// If this plan removes all of these obstacles, the next run succeeds. Empty: no change of a
    /// plan would help.
    std::vector<Obstacle> obstacles{};
};

/// The planned change of one user. Pointers are into the two directories, which must outlive the
/// plan.
struct UserChange {
    Action action = Action::update;
    const record::User* desired = nullptr;  ///< null: absent
    const record::User* current = nullptr;  ///< null: to be created
    /// The attributes that are sent, a row for each SCIM path, in the order of
    /// record::kUserAttributes; `active` and the keys are not among them.
    std::vector<const record::Attribute*> attributes{};
    bool keys = false;
    record::KeyViews target_keys{};  ///< of a create, and when `keys`
    std::vector<std::string> why{};  ///< empty in a create: write_user writes it
    std::string confirmed{};         ///< ACTIVATE's confirmation about an absent user
    std::string_view held{};         ///< the limit that holds all of it; empty: none
    std::string_view keys_held{};    ///< the limit that holds the removal of keys
    std::optional<Withheld> withheld{};

    [[nodiscard]] bool sends(std::string_view path) const {
        return std::any_of(attributes.begin(), attributes.end(), [&](const auto* attribute) {
            return attribute->path == path;
        });
    }
};

/// The planned change of one group. All lists are sorted.
struct GroupChange {
    Action action = Action::update;
    const record::Group* desired = nullptr;
    const record::Group* current = nullptr;
    bool display_name = false;  ///< the name changes; false if `held_all`
    std::vector<record::ExternalId> before{};
    std::vector<record::ResourceId> foreign_before{};
    std::vector<record::ExternalId> target{};
    std::vector<record::ResourceId> foreign_target{};  ///< empty unless --restore
    std::vector<record::ExternalId> held_members{};    ///< held removals: they stay members in the
                                                     ///< first line, and are removed in the second
    std::vector<record::ResourceId> held_foreign{};
    std::string_view held{};       ///< the limit that holds them
    std::string_view held_all{};   ///< the limit that holds the change completely
    std::string_view name_held{};  ///< the limit that holds the new name, and additions with it
    std::vector<std::string> why{};
    std::optional<Withheld> withheld{};
};

/// A record that is skipped, with the reason. The reasons are stable words, listed in
/// scim-reasons(7).
struct Skip {
    record::Kind kind = record::Kind::user;
    record::ExternalId external_id{};
    record::ResourceId id{};
    std::string name{};   ///< userName or displayName, for people
    std::string label{};  ///< used in sentences instead of an empty name
    Withheld withheld{};
};

/// The note of an unchanged user who is inactive on the current side.
inline constexpr std::string_view kAlreadyInactive = "already inactive";

/// A record that needs no change.
struct Unchanged {
    record::Kind kind = record::Kind::user;
    record::ExternalId external_id{};
    record::ResourceId id{};
    std::string name{};  ///< userName or displayName, for people
    std::string note{};

    /// The order in a plan.
    friend auto operator<=>(const Unchanged&, const Unchanged&) = default;
};

/// Records whose line in a plan does not depend on other records, so that each is read from its
/// input when its line is written. A function returns the next of them, by externalId; nullopt or
/// null at the end. An empty function stands for an empty list.
struct IndependentRecords {
    /// The plan creates it unchanged. Valid until the next call.
    std::function<const record::User*()> next_new_user{};
    std::function<std::optional<Unchanged>()> next_unchanged{};  ///< users, then groups
};

struct Counts {
    std::size_t users = 0;
    std::size_t groups = 0;
};

/// Skipped and unchanged records, and warnings for people.
struct Account {
    std::vector<Skip> skips{};
    std::vector<Unchanged> unchanged{};
    std::vector<std::string> warnings{};  ///< observations that lead to no change
    std::size_t unchanged_count = 0;      ///< unchanged, too
    std::size_t matched = 0;  ///< entries that stand for a desired and a current record at once
};

/// Each desired and each current record is counted once, in a list or in a number: desired +
/// current - matched = users + new_users + groups + skips + unchanged + unchanged_count.
struct Plan {
    std::vector<UserChange> users{};    ///< additions before deactivations, then by external id
    std::size_t new_users = 0;          ///< independent users to be created
    std::vector<GroupChange> groups{};  ///< by external id
    Account account{};
    HeldChanges held{};
    /// The digests that have approved held changes, for the seal.
    std::vector<std::string> approved{};
    std::set<record::ExternalId> only{};  ///< the users of --only; empty: all of them
    std::string shard{};                  ///< the part of all users, `I/N`; empty: all of them
    Counts desired{};
    Counts current{};
    record::Incomplete exports{};  ///< the records that the exports lack, for the seal
    /// For users with several records in SCIM: the one that may be a member of groups, and the
    /// owner of each copy. Such members are in `foreignMembers` by id, as scim-export writes them.
    std::map<record::ExternalId, record::ResourceId> member_records{};
    std::map<record::ResourceId, record::ExternalId> owners_of_copies{};
    /// Desired records that were merged from several rows of one externalId.
    std::deque<record::User> merged_users{};
    std::deque<record::Group> merged_groups{};
};

/// The form in which an operator may write a user: a userName, which is compared without case (RFC
/// 7643 §4.1.1), or an external id, which is exact.
[[nodiscard]] std::string folded_name(std::string_view name);

/// The options of the operator that decide which changes are planned.
struct Policy {
    bool rename_users = false;  ///< send a changed userName or e-mail; the service may not store it
    record::NamePolicy names{};
    bool restore = false;  ///< desired is a captured current stream: attributes that it lacks are
                           ///< removed as well
    /// Of a restore: users who have left since the capture, and the access that they do not get
    /// back.
    std::map<record::ExternalId, Withheld> not_given_back{};
    std::set<std::string> protected_users{};  ///< folded_names of users on either side: never
                                              ///< deactivated, never lose a key
    std::set<std::string> adopt_users{};      ///< folded_names
    std::set<std::string> adopt_groups{};     ///< names, exactly
    /// ACTIVATE's answers about absent users, by external id. If there are any, no user is
    /// deactivated for absence without one of `gone`, `inactive`, `out-of-scope`.
    std::optional<std::map<std::string, std::string, std::less<>>> confirmations{};
    std::vector<std::string> scope{};  ///< names of ACTIVATE_SYNC_GROUPS
    /// The users that the plan may change, and whose memberships; absent: all of them.
    std::optional<std::set<record::ExternalId>> only{};
    bool holds_missing_groups = true;  ///< otherwise their members are removed, with a warning
    bool holds_short_lists = true;
    /// States that the operator accepts: `name=reason`, the name a folded_name.
    std::set<std::string> acknowledged{};
    Limits limits{};
};

}  // namespace plan
