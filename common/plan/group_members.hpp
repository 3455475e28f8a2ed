// The members of one group, before and after the plan. Pure.
#pragma once

#include "base/text.hpp"
#include "plan/types.hpp"
#include "plan/user_standing.hpp"
#include "record/directory.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace plan {

class GroupMembers {
  public:
    /// Refers to all of them; they must outlive this object.
    GroupMembers(const record::Directory& desired,
                 const record::Directory& current,
                 const Policy& policy,
                 const UserStandings& standings,
                 const Plan& plan);

    /// Why the members of the group cannot be compared with those of the record; empty if they can.
    /// `desired` is null for a group that ACTIVATE's export lacks, which may be one of those that
    /// it left out; `present` is null for a new group.
    [[nodiscard]] std::string why_unknown(const record::Group* desired,
                                          const record::Group* present) const;
    /// Whether at least half of the record's members are wanted in the new group, or it has none.
    [[nodiscard]] bool are_continued(const record::Group& desired,
                                     const record::Group& current) const;

    /// The members now, by their present external ids.
    void set_before(GroupChange& change) const;
    /// The members after the plan, with the reasons for those who are left out. Returns those
    /// without a user on the desired side: an export writes no such member.
    text::Some set_target(GroupChange& change) const;
    /// Removes the additions from the change. True if there were some.
    static bool drop_additions(GroupChange& change);
    /// Members who would lose the membership and keep it, because they are protected: external ids,
    /// and userNames of unmanaged records.
    [[nodiscard]] std::set<std::string> protected_members(const GroupChange& change) const;
    /// "members +2 -1".
    static void describe(GroupChange& change);

  private:
    /// Whether every member of the record has a known id. A list of members is sent completely, so
    /// a member without an id would be removed.
    [[nodiscard]] bool are_known(const record::Group& current) const;
    [[nodiscard]] std::map<std::string, std::size_t> add_wanted(GroupChange& change,
                                                                text::Some& unlisted) const;
    [[nodiscard]] std::size_t keep_staying(GroupChange& change) const;

    const Policy& policy_;
    const UserStandings& standings_;
    const Plan& plan_;
    std::size_t malformed_groups_;
    std::unordered_map<std::string_view, record::ExternalId> owners_{};  // by SCIM id
    std::set<record::ExternalId> protected_{};
    std::map<record::ResourceId, std::string>
        protected_records_{};  // userNames of unmanaged ones, owners of copies
};

}  // namespace plan
