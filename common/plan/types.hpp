// A plan in memory: what must change in SCIM, what is left alone and why, and what the operator
// allows. Pure.
#pragma once

#include "base/exit_status.hpp"
#include "plan/limits.hpp"
#include "record/directory.hpp"
#include "record/name_rules.hpp"
#include "record/record.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plan {

/// Why a user does not join: what groups are told.
inline constexpr std::string_view kInactive = "inactive in ACTIVATE";
inline constexpr std::string_view kAbsent = "absent in ACTIVATE";

enum class Action { create, update, deactivate, reactivate, adopt };
[[nodiscard]] std::string_view name_of(Action action);

/// A record of SCIM that holds what another one is to get: a name, or an SSH key.
struct Obstacle {
    record::ResourceId id{};
    std::string key{};  ///< as ssh_key_identity has it; empty: a name
};

/// What ACTIVATE grants and the plan does not send, and why. Also of a complete record about which
/// nothing is done.
struct Withheld {
    std::string reason{};  ///< a word of reasons.hpp
    std::string detail{};
    ExitStatus exit_status = ExitStatus::ok;  ///< what it asks the run to end with
    bool grants_more = false;   ///< SCIM grants more than ACTIVATE does: never acknowledged
    bool acknowledged = false;  ///< the operator accepts it, and it asks for nothing
    /// If this plan takes all of these out of the way, the next run succeeds. Empty: nothing that a
    /// plan does would help.
    std::vector<Obstacle> obstacles{};
};

/// The planned change of one user. Pointers are into the two directories, which must outlive the
/// plan.
struct UserChange {
    Action action = Action::update;
    const record::User* desired = nullptr;  ///< null: absent
    const record::User* current = nullptr;  ///< null: to be created
    bool display_name = false;              ///< which attributes differ
    bool name = false;
    bool keys = false;
    bool user_name = false;
    bool email = false;
    std::vector<std::string> target_keys{};  ///< of a create, and when `keys`
    std::vector<std::string> why{};
    std::string confirmed{};       ///< what ACTIVATE said when asked again about an absent user
    std::string_view held{};       ///< the limit that holds all of it; empty: none
    std::string_view keys_held{};  ///< the limit that holds the removal of keys
    std::optional<Withheld> withheld{};
};

/// The planned change of one group. All lists are sorted.
struct GroupChange {
    Action action = Action::update;
    const record::Group* desired = nullptr;
    const record::Group* current = nullptr;
    bool display_name = false;
    std::vector<record::ExternalId> before{};
    std::vector<record::ResourceId> foreign_before{};
    std::vector<record::ExternalId> target{};
    std::vector<record::ResourceId> foreign_target{};  ///< only --restore wants any
    std::vector<record::ExternalId>
        held_members{};  ///< removals held back: they stay in the first line, and go in the second
    std::vector<record::ResourceId> held_foreign{};
    std::string_view held{};       ///< the limit that holds them
    std::string_view held_all{};   ///< the limit that holds the change completely
    std::string_view name_held{};  ///< the limit that holds the new name, and additions with it
    std::vector<std::string> why{};
    std::optional<Withheld> withheld{};
};

/// A record about which nothing is done, and why. The reasons are stable words, listed in
/// scim-diff(1).
struct Skip {
    record::Kind kind = record::Kind::user;
    record::ExternalId external_id{};
    record::ResourceId id{};
    std::string name{};   ///< userName or displayName, for people
    std::string label{};  ///< what a sentence says instead of an empty name
    Withheld withheld{};
};

/// A record that is as it should be.
struct Unchanged {
    record::Kind kind = record::Kind::user;
    record::ExternalId external_id{};
    record::ResourceId id{};
    std::string name{};  ///< userName or displayName, for people
    std::string note{};
};

struct Counts {
    std::size_t users = 0;
    std::size_t groups = 0;
};

/// What was said of the records nothing is done about, and for people.
struct Account {
    std::vector<Skip> skips{};
    std::vector<Unchanged> unchanged{};
    std::vector<std::string> warnings{};  ///< what was seen and not acted on
    std::size_t unchanged_count = 0;      ///< unchanged, too
    std::size_t matched = 0;  ///< entries that stand for a desired and a current record at once
};

/// Every desired and every current record is after exactly one entry of one of the lists:
/// desired + current - matched = users + groups + skips + unchanged + unchanged_count.
struct Plan {
    std::vector<UserChange> users{};    ///< additions before deactivations, then by external id
    std::vector<GroupChange> groups{};  ///< by external id
    Account account{};
    HeldChanges held{};
    /// The digests that approved what a limit would have held, for the record.
    std::vector<std::string> approved{};
    Counts desired{};
    Counts current{};
    /// Of users with several records in SCIM: the one that may be a member of groups, and whose
    /// each of them is. Such members stand in `foreignMembers` by id, as scim-export writes them.
    std::map<record::ExternalId, record::ResourceId> member_records{};
    std::map<record::ResourceId, record::ExternalId> owners_of_copies{};
    /// Desired records that stand for several rows of one externalId.
    std::deque<record::User> merged_users{};
    std::deque<record::Group> merged_groups{};
};

/// How an operator may name a user: a userName, which counts without case (RFC 7643 §4.1.1), or an
/// external id, which is exact.
[[nodiscard]] std::string folded_name(std::string_view name);

/// What we are allowed to want.
struct Policy {
    bool rename_users =
        false;  ///< send a changed userName or e-mail; the service does not promise to follow
    record::NamePolicy names{};
    bool restore =
        false;  ///< desired is a captured current stream: what it lacks is removed as well
    /// Of a restore: users who have left since the capture, and what they do not get back.
    std::map<record::ExternalId, Withheld> not_given_back{};
    std::set<std::string> protected_users{};  ///< folded_names of users on either side: never
                                              ///< deactivated, never lose a key
    std::set<std::string> adopt_users{};      ///< folded_names
    std::set<std::string> adopt_groups{};     ///< names, exactly
    /// What ACTIVATE answered about the absent, by external id. When there, no user is deactivated
    /// for absence without one of `gone`, `inactive`, `out-of-scope`.
    std::optional<std::map<std::string, std::string, std::less<>>> confirmations{};
    std::vector<std::string> scope{};  ///< names of ACTIVATE_SYNC_GROUPS
    bool holds_missing_groups = true;  ///< else their members go, with a warning
    bool holds_short_lists = true;
    /// States that the operator accepts: `name=reason`, the name a folded_name.
    std::set<std::string> acknowledged{};
    Limits limits{};
};

}  // namespace plan
