// Groups in ACTIVATE_SYNC_GROUPS that SCIM has and ACTIVATE does not have. Their members must keep
// access, because such a group may only have been renamed. Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"

#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace plan {

struct MissingGroups {
    std::set<const record::Group*>
        groups{};  ///< of the current side, with or without known members
    std::unordered_set<std::string_view> members{};  ///< external ids, and SCIM ids of copies
    bool has_unknown_members = false;

    [[nodiscard]] bool may_have(const record::User& user) const {
        return has_unknown_members || members.contains(user.external_id.value) ||
               members.contains(user.id.value);
    }
};

/// The managed groups in the scope, by name, that no desired group has, neither by name nor by
/// externalId. Empty groups are left out. Refers to `current`.
[[nodiscard]] MissingGroups find_missing_groups(const record::Directory& desired,
                                                const record::Directory& current,
                                                const Policy& policy);

/// A sentence for each: the held changes, and the remedy.
[[nodiscard]] std::vector<std::string> describe_missing_groups(const MissingGroups& missing,
                                                               const Policy& policy);

/// The same for each group that loses members while ACTIVATE counts more members than it lists.
[[nodiscard]] std::vector<std::string> describe_short_lists(const std::vector<GroupChange>& changes,
                                                            const Policy& policy);

}  // namespace plan
