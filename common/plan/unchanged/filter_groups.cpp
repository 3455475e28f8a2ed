#include "plan/unchanged/filter.hpp"
#include "plan/user_standing.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace plan::unchanged {

// First all hashes, then all look-ups, so that the processor waits for the memory of many members
// at once. False: a member is unknown, or is not active on both sides.
bool Filter::all_may_join(FilterEntry& group) {
    std::vector<std::string_view> members;
    std::vector<std::uint64_t> ids;
    std::optional<GroupTail> tail;
    (void)read_again(group, 1, record::Kind::group, [&](const LineHead& head) {
        return (tail = read_group_tail(head.tail)).has_value();
    });
    for_each_member(tail->members, [&](std::string_view member) {
        members.push_back(member);
        ids.push_back(hashes_.ids.of(member));
    });
    std::vector<const FilterEntry*> found(ids.size());
    std::transform(
        ids.begin(), ids.end(), found.begin(), [&](std::uint64_t id) { return users_.find(id); });
    for (std::size_t at = 0; at < found.size(); ++at) {
        if (found[at] == nullptr || !found[at]->active) {
            return false;
        }
        if (!found[at]->joins()) {
            pending_members_.push_back({&group, {std::string(members[at])}});
        }
    }
    memberships_.emplace_back(&group, found.size());
    return true;
}

void Filter::examine_groups() {
    groups_.pair(sides_[0].groups.entries, sides_[1].groups.entries);
    mark_sharers(groups_, &SideSummary::groups, 1);
    sides_[1].groups.entries.for_each([&](FilterEntry& entry) {
        entry.pending = entry.pending || !entry.is_same || !all_may_join(entry);
    });
}

void Filter::emit_groups(record::Directory& desired,
                         record::Directory& current,
                         const UserStandings& standings) {
    for (const auto& [group, member] : pending_members_) {
        // A limit may hold a reactivation.
        const auto* standing = standings.find(member);
        group->pending =
            group->pending || standing == nullptr || !standing->joins || standing->id == nullptr;
    }
    for (const auto& [group, members] : memberships_) {
        if (group->pending) {
            continue;
        }
        desired.unchanged.groups += 1;
        current.unchanged.groups += 1;
        current.unchanged.memberships += members;
        current.unchanged.groups_with_members += members > 0 ? 1U : 0U;
    }
    groups_.mark_desired([](const FilterEntry& /*group*/) { return false; });
    for (const std::size_t side : {0U, 1U}) {
        std::optional<GroupTail> tail;
        read_pending(
            side,
            &SideSummary::groups,
            record::Kind::group,
            [&](const LineHead& head) { return (tail = read_group_tail(head.tail)).has_value(); },
            [&](const LineHead& head) {
                (side == 0 ? desired : current).groups.push_back(group_of(head, *tail));
            });
    }
    require_unchanged();
}

void Filter::name_members(const record::Directory& desired, record::Directory& current) {
    std::vector<const FilterEntry*> found;
    for (const auto* groups : {&desired.groups,
                               &std::as_const(current).groups,
                               &std::as_const(current).unmanaged_groups}) {
        for (const auto& group : *groups) {
            if (!group.members) {
                continue;
            }
            for (const auto& member : *group.members) {
                auto* entry = users_.find(hashes_.ids.of(member.value));
                if (entry == nullptr || entry->pending || entry->named) {
                    continue;
                }
                entry->named = true;
                if (entry->is_new()) {
                    current.unchanged.new_members.push_back(&member);
                } else {
                    found.push_back(entry);
                }
            }
        }
    }
    std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) {
        return a->place < b->place;
    });
    for (const auto* entry : found) {
        const auto head = read_again(*entry, 1, record::Kind::user);
        const auto left_out = entry->active    ? std::string_view()
                              : entry->is_pair ? kInactive
                                               : kAbsent;
        current.unchanged.members.push_back(
            {{std::string(head.external_id)}, {std::string(head.id)}, left_out});
    }
    require_unchanged();
}

}  // namespace plan::unchanged
