// One side of the comparison in memory: the records of one stream, and a summary of those that need
// no comparison. Pure.
#pragma once

#include "record/record.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace record {

/// A summary of the records that the planner does not see (filter.hpp): their number, for the
/// account and the limits.
struct UnchangedRecords {
    /// A user that the plan of a group must be able to refer to.
    struct Member {
        ExternalId external_id{};
        ResourceId id{};
        std::string_view left_out{};  ///< why the user is not added to groups; empty: the user is
    };

    std::size_t users = 0;
    std::size_t groups = 0;
    std::size_t active = 0;  ///< from here on, of the current side only
    std::size_t active_with_keys = 0;
    std::size_t keys_of_active = 0;
    std::size_t groups_with_members = 0;
    std::size_t memberships = 0;
    std::vector<Member> members{};
    /// Ids of users that the plan creates. Each is an element of a member list in a Directory.
    std::vector<const ExternalId*> new_members{};
};

/// The records that an export left out or of which it lacks a part, so that access may differ.
struct Incomplete {
    std::size_t unresolved = 0;  ///< no later export has them until an operator acts
    std::size_t partial = 0;     ///< a later export may have them

    [[nodiscard]] bool empty() const { return unresolved + partial == 0; }
    [[nodiscard]] friend Incomplete operator+(const Incomplete& a, const Incomplete& b) {
        return {.unresolved = a.unresolved + b.unresolved, .partial = a.partial + b.partial};
    }
};

/// One side, as read from its stream.
struct Directory {
    std::vector<User> users{};
    std::vector<Group> groups{};
    std::vector<User>
        unmanaged_users{};  ///< of scim-export --unmanaged: unmanaged, never changed unless adopted
    std::vector<Group> unmanaged_groups{};
    UnchangedRecords unchanged{};      ///< are in none of the lists
    std::size_t new_users = 0;         ///< the same; desired side: independent users to be created
    std::size_t malformed = 0;         ///< desired side: users in ACTIVATE that the export left out
    std::size_t malformed_groups = 0;  ///< the same of groups: an absent group may be one of them
    Incomplete incomplete{};           ///< the malformed ones are among them
};

}  // namespace record
