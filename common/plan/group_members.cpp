#include "plan/group_members.hpp"

#include "base/sort_unique.hpp"
#include "base/unicode.hpp"
#include "plan/leavers.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace plan {

namespace {

// Both lists are sorted.
template <class Id>
std::size_t count_missing(const std::vector<Id>& from, const std::vector<Id>& in) {
    std::size_t missing = 0;
    auto other = in.begin();
    for (const auto& id : from) {
        other = std::find_if(other, in.end(), [&](const Id& next) { return !(next < id); });
        missing += other == in.end() || id < *other ? 1U : 0U;
    }
    return missing;
}

// Removes from `target` the elements that are not in `before`. True if there were some.
template <class Id>
bool keep_common(std::vector<Id>& target, const std::vector<Id>& before) {
    const auto all = std::exchange(target, {});
    std::set_intersection(
        all.begin(), all.end(), before.begin(), before.end(), std::back_inserter(target));
    return target.size() < all.size();
}

bool is_wanted(const GroupChange& change, const record::ExternalId& member) {
    return change.desired != nullptr &&
           std::binary_search(
               change.desired->members->begin(), change.desired->members->end(), member);
}

}  // namespace

GroupMembers::GroupMembers(const record::Directory& desired,
                           const record::Directory& current,
                           const Policy& policy,
                           const UserStandings& standings,
                           const Plan& plan)
    : policy_(policy),
      standings_(standings),
      plan_(plan),
      malformed_groups_(desired.malformed_groups) {
    // An adopted user was an unmanaged member until now, and is a managed one from now on.
    for (const auto& user : desired.users) {
        if (const auto& standing = standings.at(user.external_id);
            standing.id != nullptr && !plan.member_records.contains(user.external_id)) {
            // If a service gives two records one id, the order of the records has no influence.
            auto& owner = owners_.emplace(standing.id->value, user.external_id).first->second;
            owner = std::min(owner, user.external_id);
        }
    }
    for (const auto* users : {&desired.users, &current.users}) {
        for (const auto& user : *users) {
            if (is_protected(policy, user)) {
                protected_.insert(user.external_id);
            }
        }
    }
    for (const auto& user : current.unmanaged_users) {
        if (is_protected(policy, user)) {
            protected_records_.emplace(user.id, user.user_name);
        }
    }
    for (const auto& [id, owner] : plan.owners_of_copies) {
        if (protected_.contains(owner)) {
            protected_records_.emplace(id, owner.value);
        }
    }
}

bool GroupMembers::are_known(const record::Group& current) const {
    return std::all_of(
        current.members->begin(), current.members->end(), [&](const record::ExternalId& id) {
            const auto* standing = standings_.find(standings_.resolve(id));
            return standing != nullptr && standing->id != nullptr;
        });
}

std::string GroupMembers::why_unknown(const record::Group* desired,
                                      const record::Group* present) const {
    if (desired != nullptr && !desired->members) {
        return "its members could not be read from ACTIVATE";
    }
    if (present == nullptr) {
        return {};
    }
    const bool is_empty =
        present->members && present->members->empty() && present->foreign_members.empty();
    if (desired == nullptr && malformed_groups_ > 0 && !is_empty) {
        return "absent in ACTIVATE's export, which left out malformed groups: this may be one of "
               "them";
    }
    if (!present->members) {
        return desired != nullptr && desired->external_id != present->external_id
                   ? "the members of the record that it takes over could not be read from SCIM"
                   : "its members could not be read from SCIM";
    }
    return are_known(*present)
               ? ""
               : "it has a member that is not among the users of SCIM's export; was that edited?";
}

bool GroupMembers::are_continued(const record::Group& desired, const record::Group& current) const {
    if (!desired.members || !current.members) {
        return false;
    }
    const auto wanted = std::count_if(
        current.members->begin(), current.members->end(), [&](const record::ExternalId& id) {
            return std::binary_search(
                desired.members->begin(), desired.members->end(), standings_.resolve(id));
        });
    const auto all = current.members->size() + current.foreign_members.size();
    return 2 * static_cast<std::size_t>(wanted) >= all;
}

void GroupMembers::set_before(GroupChange& change) const {
    for (const auto& member : *change.current->members) {
        const auto copied = plan_.member_records.find(member);
        if (copied == plan_.member_records.end()) {
            change.before.push_back(standings_.resolve(member));
        } else {
            change.foreign_before.push_back(copied->second);
        }
    }
    for (const auto& id : change.current->foreign_members) {
        if (const auto owner = owners_.find(id.value); owner != owners_.end()) {
            change.before.push_back(owner->second);
        } else {
            change.foreign_before.push_back(id);
        }
    }
    sort_unique(change.before);
    sort_unique(change.foreign_before);
}

// Members whom ACTIVATE lists and who are active after the plan.
std::map<std::string, std::size_t> GroupMembers::add_wanted(GroupChange& change,
                                                            text::Some& unlisted) const {
    static const std::vector<record::ExternalId> kNone;
    std::map<std::string, std::size_t> left_out;
    for (const auto& member : change.desired != nullptr ? *change.desired->members : kNone) {
        const auto* standing = standings_.find(member);
        if (standing != nullptr && standing->joins) {
            const auto copied = plan_.member_records.find(member);
            if (copied == plan_.member_records.end()) {
                change.target.push_back(member);
            } else {
                change.foreign_target.push_back(copied->second);
            }
        } else if (standing == nullptr || !standing->stays) {
            ++left_out[standing == nullptr ? "not among the users of this export"
                                           : standing->left_out];
            if (!policy_.restore && (standing == nullptr || standing->left_out == kAbsent)) {
                unlisted.add(member.value);
            }
        }
    }
    return left_out;
}

// Members who are not deactivated now, or are protected, stay members. A user who waits to be
// reactivated stays only in the groups that ACTIVATE grants. Returns their number.
std::size_t GroupMembers::keep_staying(GroupChange& change) const {
    std::size_t kept = 0;
    for (const auto& member : change.before) {
        const auto& standing = standings_.at(member);
        const bool stays = standing.stays && (!standing.gains_access || is_wanted(change, member));
        if ((stays || protected_.contains(member)) &&
            !std::binary_search(change.target.begin(), change.target.end(), member) &&
            standing.held.empty()) {
            change.target.push_back(member);
            ++kept;
        }
    }
    for (const auto& id : change.foreign_before) {
        const auto owner = plan_.owners_of_copies.find(id);
        const auto* standing =
            owner == plan_.owners_of_copies.end() ? nullptr : standings_.find(owner->second);
        if ((standing != nullptr && standing->stays) || protected_records_.contains(id)) {
            change.foreign_target.push_back(id);
            ++kept;
        }
    }
    return kept;
}

text::Some GroupMembers::set_target(GroupChange& change) const {
    text::Some unlisted;
    const auto left_out = add_wanted(change, unlisted);
    sort_unique(change.target);
    const auto kept = keep_staying(change);
    if (policy_.restore && change.desired != nullptr) {
        const auto& captured = change.desired->foreign_members;
        std::copy_if(
            captured.begin(),
            captured.end(),
            std::back_inserter(change.foreign_target),
            [](const record::ResourceId& id) {
                return unicode::is_plain(id.value);  // an edited capture may contain any values
            });
    }
    sort_unique(change.target);
    sort_unique(change.foreign_target);
    if (change.desired == nullptr) {
        change.why.push_back(std::string("absent in ") +
                             (policy_.restore ? "the capture" : "ACTIVATE") +
                             ": the record stays, its members go");
    }
    if (kept > 0) {
        change.why.push_back(std::to_string(kept) +
                             " kept: their users are not deactivated now, or are protected");
    }
    for (const auto& [reason, count] : left_out) {
        change.why.push_back(std::to_string(count) + " left out: " + reason);
    }
    return unlisted;
}

std::set<std::string> GroupMembers::protected_members(const GroupChange& change) const {
    std::set<std::string> kept;
    for (const auto& member : change.before) {
        if (protected_.contains(member) && standings_.at(member).joins &&
            !is_wanted(change, member)) {
            kept.insert(member.value);
        }
    }
    for (const auto& id : change.foreign_before) {
        if (const auto found = protected_records_.find(id);
            found != protected_records_.end() && !is_wanted(change, {found->second})) {
            kept.insert(found->second);
        }
    }
    return kept;
}

bool GroupMembers::drop_additions(GroupChange& change) {
    const bool members = keep_common(change.target, change.before);
    const bool foreign = keep_common(change.foreign_target, change.foreign_before);
    return members || foreign;
}

void GroupMembers::describe(GroupChange& change) {
    const auto added = count_missing(change.target, change.before) +
                       count_missing(change.foreign_target, change.foreign_before);
    const auto removed = count_missing(change.before, change.target);
    if (change.current != nullptr && added + removed > 0) {
        change.why.push_back("members +" + std::to_string(added) + " -" + std::to_string(removed));
    }
    if (const auto foreign = count_missing(change.foreign_before, change.foreign_target);
        foreign > 0) {
        change.why.push_back("unmanaged members -" + std::to_string(foreign));
    }
}

}  // namespace plan
