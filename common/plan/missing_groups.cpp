#include "plan/missing_groups.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_set>

namespace plan {

MissingGroups find_missing_groups(const record::Directory& desired,
                                  const record::Directory& current,
                                  const Policy& policy) {
    static const std::vector<record::ExternalId> kNone;
    MissingGroups missing;
    if (desired.malformed_groups > 0) {
        return missing;  // no absent group loses members, see plan_groups.cpp
    }
    std::unordered_set<std::string_view> names(policy.scope.begin(), policy.scope.end());
    std::unordered_set<std::string_view> ids;
    for (const auto& group : desired.groups) {
        names.erase(group.display_name);
        ids.insert(group.external_id.value);
    }
    std::unordered_set<std::string> folded;  // the capitals of a name in SCIM can be older
    std::transform(
        names.begin(), names.end(), std::inserter(folded, folded.end()), [](std::string_view name) {
            return text::fold(name);
        });
    for (const auto& group : current.groups) {
        const bool is_empty =
            group.members && group.members->empty() && group.foreign_members.empty();
        if (!policy.restore && !is_empty && folded.contains(text::fold(group.display_name)) &&
            !ids.contains(group.external_id.value)) {
            missing.groups.insert(&group);
            missing.has_unknown_members = missing.has_unknown_members || !group.members;
            for (const auto& member : group.members ? *group.members : kNone) {
                missing.members.insert(member.value);
            }
            for (const auto& member : group.foreign_members) {
                missing.members.insert(member.value);
            }
        }
    }
    return missing;
}

std::vector<std::string> describe_missing_groups(const MissingGroups& missing,
                                                 const Policy& policy) {
    std::vector<std::string> sentences;
    for (const auto* group : missing.groups) {
        const auto members = group->members.value_or(std::vector<record::ExternalId>{}).size() +
                             group->foreign_members.size();
        const auto who = group->members
                             ? text::counted(members, "member", "members") + " in SCIM"
                             : std::string("members, which could not be read from SCIM,");
        sentences.push_back(
            group->display_name + " (" + group->external_id.value +
            "): ACTIVATE_SYNC_GROUPS names this group, and ACTIVATE does not have it; its " + who +
            " " +
            (policy.holds_missing_groups
                 ? "keep their access: correct the name in ACTIVATE_SYNC_GROUPS, or approve the "
                   "removal with SYNC_APPROVE, or set SYNC_MISSING_GROUPS=warn"
                 : "lose it, since SYNC_MISSING_GROUPS is warn"));
    }
    return sentences;
}

std::vector<std::string> describe_short_lists(const std::vector<GroupChange>& changes,
                                              const Policy& policy) {
    std::vector<std::string> sentences;
    for (const auto& change : changes) {
        const bool is_short = change.desired != nullptr && change.desired->unlisted > 0;
        const bool loses = policy.holds_short_lists
                               ? change.held == kShortList
                               : !std::includes(change.target.begin(),
                                                change.target.end(),
                                                change.before.begin(),
                                                change.before.end()) ||
                                     change.foreign_before != change.foreign_target;
        if (is_short && loses) {
            sentences.push_back(
                change.desired->display_name + " (" + change.desired->external_id.value +
                "): ACTIVATE counts " +
                text::counted(change.desired->unlisted, "more member", "more members") +
                " of this group than it lists; " +
                (policy.holds_short_lists
                     ? "no member is removed: run again later, or approve the removals with "
                       "SYNC_APPROVE, or set SYNC_SHORT_GROUPS=warn"
                     : "members are removed, since SYNC_SHORT_GROUPS is warn"));
        }
    }
    return sentences;
}

}  // namespace plan
