// One side of the comparison in memory: the records of one stream, and what is known of those that
// need no look. Pure.
#pragma once

#include "record/record.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace record {

/// What is left of the records that are known to be as they should be (filter.hpp): how many, for
/// the account and the limits.
struct UnchangedRecords {
    /// One whom a group's plan must be able to name.
    struct Member {
        ExternalId external_id{};
        ResourceId id{};
        std::string_view left_out{};  ///< why they do not join; empty: they do
    };

    std::size_t users = 0;
    std::size_t groups = 0;
    std::size_t active = 0;  ///< from here on, of the current side alone
    std::size_t active_with_keys = 0;
    std::size_t keys_of_active = 0;
    std::size_t groups_with_members = 0;
    std::size_t memberships = 0;
    std::vector<Member> members{};
};

/// One side, as read from its stream.
struct Directory {
    std::vector<User> users{};
    std::vector<Group> groups{};
    std::vector<User>
        unmanaged_users{};  ///< of scim-export --unmanaged: unmanaged, never touched unless adopted
    std::vector<Group> unmanaged_groups{};
    UnchangedRecords unchanged{};  ///< are in none of the lists
};

}  // namespace record
