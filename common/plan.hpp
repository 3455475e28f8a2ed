// desired + current -> what must change in SCIM. Pure: no I/O, no clock, no randomness; same inputs, same plan.
//
//   desired   current             verdict
//   ann       -                   create
//   ann       ann                 unchanged, or update: everything that differs in one PATCH
//   ann       ann, inactive       reactivate
//   ann off   ann                 deactivate (also: - / ann)
//   ann off   - or ann, inactive  unchanged: an inactive user is never created
//   group     -                   create
//   -         group               update: it keeps its record and loses its members
#pragma once

#include "record.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace identity {

/// One side, as read from its stream.
struct Directory {
    std::vector<User> users{};
    std::vector<Group> groups{};
};

enum class Action { create, update, deactivate, reactivate, adopt };
[[nodiscard]] std::string_view name_of(Action action);

/// What shall become of one user. Pointers are into the two directories, which must outlive the plan.
struct UserChange {
    Action action = Action::update;
    const User* desired = nullptr;  ///< null: absent
    const User* current = nullptr;  ///< null: to be created
    bool display_name = false;      ///< which attributes differ
    bool name = false;
    bool keys = false;
    bool user_name = false;  ///< only with Policy::rename_users
    bool email = false;
    std::vector<std::string> target_keys{};  ///< when `keys`
    std::vector<std::string> why{};
};

/// What shall become of one group.
struct GroupChange {
    Action action = Action::update;
    const Group* desired = nullptr;
    const Group* current = nullptr;
    bool display_name = false;
    bool members = false;               ///< they differ
    std::vector<ExternalId> target{};   ///< who shall be in it; sorted
    std::vector<std::string> why{};
};

/// A record that nothing is done about, and why. The reasons are stable words, listed in scim-diff(1).
struct Skip {
    Kind kind = Kind::user;
    ExternalId external_id{};
    ResourceId id{};
    std::string reason{};
    std::string detail{};
};

/// A record that is as it should be.
struct Unchanged {
    Kind kind = Kind::user;
    ExternalId external_id{};
    std::string note{};
};

struct Counts {
    std::size_t users = 0;
    std::size_t groups = 0;
};

/// Every desired and every current record is behind exactly one entry of one of the four lists:
/// desired + current - matched = users + groups + skips + unchanged.
struct Plan {
    std::vector<UserChange> users{};    ///< additions before deactivations, then by external id
    std::vector<GroupChange> groups{};  ///< by external id
    std::vector<Skip> skips{};
    std::vector<Unchanged> unchanged{};
    std::vector<std::string> warnings{};  ///< for people: what was seen and not acted on
    Counts desired{};
    Counts current{};
    std::size_t matched = 0;  ///< entries that stand for a desired and a current record at once
};

/// What we are allowed to want.
struct Policy {
    bool rename_users = false;  ///< send a changed userName or e-mail; the service does not promise to follow
};

[[nodiscard]] Plan make_plan(const Directory& desired, const Directory& current, const Policy& policy);

}  // namespace identity
