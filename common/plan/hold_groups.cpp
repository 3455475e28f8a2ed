#include "plan/hold.hpp"

#include "plan/exceeds.hpp"
#include "plan/held_changes.hpp"
#include "plan/missing_groups.hpp"

#include <algorithm>
#include <iterator>

namespace plan {

namespace {

// An adoption that changes capitals of the name counts as well: rights depend on the exact name.
bool is_rename(const GroupChange& change) {
    return change.display_name;
}

std::size_t size_now(const GroupChange& change) {
    return change.before.size() + change.foreign_before.size();
}

template <class Id>
std::vector<Id> minus(const std::vector<Id>& all, const std::vector<Id>& taken) {
    std::vector<Id> rest;
    std::set_difference(
        all.begin(), all.end(), taken.begin(), taken.end(), std::back_inserter(rest));
    return rest;
}

// Removals of `change` that a limit may hold and none holds yet; none if the change is held
// completely. A user who gains access with this plan must not gain a membership that ACTIVATE does
// not grant, and loses nothing.
std::vector<record::ExternalId> free_removals(const GroupChange& change,
                                              const UserStandings& standings) {
    if (!change.held_all.empty()) {
        return {};
    }
    auto removals = minus(minus(change.before, change.target), change.held_members);
    std::erase_if(removals, [&](const auto& id) { return standings.at(id).gains_access; });
    return removals;
}

std::vector<record::ResourceId> free_foreign_removals(const GroupChange& change) {
    if (!change.held_all.empty()) {
        return {};
    }
    return minus(minus(change.foreign_before, change.foreign_target), change.held_foreign);
}

bool becomes_empty(const GroupChange& change, const UserStandings& standings) {
    const bool loses_access =
        !free_removals(change, standings).empty() || !free_foreign_removals(change).empty();
    return loses_access && change.target.empty() && change.foreign_target.empty() &&
           change.held_members.empty();
}

void hold_members(GroupChange& change,
                  std::string_view limit,
                  const std::vector<record::ExternalId>& members) {
    if (members.empty()) {
        return;
    }
    change.held = change.held.empty() ? limit : change.held;
    std::vector<record::ExternalId> all;
    std::merge(change.held_members.begin(),
               change.held_members.end(),
               members.begin(),
               members.end(),
               std::back_inserter(all));
    change.held_members = std::move(all);
}

void hold_foreign(GroupChange& change, std::string_view limit) {
    const auto foreign = free_foreign_removals(change);
    if (foreign.empty()) {
        return;
    }
    change.held = change.held.empty() ? limit : change.held;
    change.held_foreign = foreign;
}

// The free removals of users who stay active: the loss of memberships is part of leaving. If a
// deactivation is withheld, the memberships of its user are kept. If it is held, their removal is
// held already.
std::vector<record::ExternalId> removals_of_the_active(const GroupChange& change,
                                                       const UserStandings& standings) {
    auto removals = free_removals(change, standings);
    std::erase_if(removals, [&](const record::ExternalId& id) { return !standings.at(id).joins; });
    return removals;
}

void hold_of_held_users(std::vector<GroupChange>& changes, const UserStandings& standings) {
    for (auto& change : changes) {
        for (const auto limit : {kMissingGroup, kMaxDeactivations}) {
            auto removals = free_removals(change, standings);
            std::erase_if(removals, [&](const record::ExternalId& id) {
                return standings.at(id).held != limit;
            });
            hold_members(change, limit, removals);
        }
    }
}

// All removals from these groups, without a limit.
template <class Predicate>
void hold_whole_groups(std::vector<GroupChange>& changes,
                       std::string_view limit,
                       const UserStandings& standings,
                       Predicate predicate) {
    for (auto& change : changes) {
        if (predicate(change)) {
            hold_foreign(change, limit);
            hold_members(change, limit, free_removals(change, standings));
        }
    }
}

// A rename waits with held removals, too: its line has one digest for both.
void hold_renames(std::vector<GroupChange>& changes,
                  const record::Directory& current,
                  const Limit& limit,
                  HeldChanges& held) {
    const auto groups = current.groups.size() + current.unchanged.groups;
    const bool are_too_many =
        exceeds(kMaxRenamedGroups, count(changes, is_rename), groups, limit, held);
    for (auto& change : changes) {
        if (is_rename(change) && (are_too_many || !change.held.empty())) {
            change.name_held = change.held.empty() ? kMaxRenamedGroups : change.held;
        }
    }
}

// One line has all held changes of a group, under the limit that held the first of them, because an
// approval is for lines.
void note_held(const GroupChange& change, HeldChanges& held) {
    for (const auto& member : change.held_members) {
        held.changes.push_back(
            {.limit = change.held, .words = held_member(change.current->id, member)});
    }
    for (const auto& id : change.held_foreign) {
        held.changes.push_back(
            {.limit = change.held, .words = held_foreign(change.current->id, id)});
    }
    if (!change.name_held.empty()) {
        held.changes.push_back(
            {.limit = change.name_held,
             .words = held_rename(
                 change.current->id, change.current->display_name, change.desired->display_name)});
    }
}

}  // namespace

void hold_groups(std::vector<GroupChange>& changes,
                 const record::Directory& current,
                 const Policy& policy,
                 const MissingGroups& missing,
                 const UserStandings& standings,
                 HeldChanges& held) {
    const auto& limits = policy.limits;
    if (policy.holds_missing_groups) {
        hold_whole_groups(changes, kMissingGroup, standings, [&](const GroupChange& change) {
            return missing.groups.contains(change.current);
        });
    }
    if (policy.holds_short_lists) {
        hold_whole_groups(changes, kShortList, standings, [](const GroupChange& change) {
            return change.desired != nullptr && change.desired->unlisted > 0;
        });
    }
    hold_of_held_users(changes, standings);

    const auto has_members = [](const record::Group& group) {
        return (group.members && !group.members->empty()) || !group.foreign_members.empty();
    };
    const auto adopts_members = [&](const GroupChange& change) {
        return is_stranger(change, record::Kind::group) && size_now(change) > 0;
    };
    const auto with_members = count(current.groups, has_members) +
                              current.unchanged.groups_with_members +
                              count(changes, adopts_members);
    const auto empties = [&](const GroupChange& change) {
        return becomes_empty(change, standings);
    };
    if (exceeds(kMaxEmptiedGroups,
                count(changes, empties),
                with_members,
                limits.emptied_groups,
                held)) {
        hold_whole_groups(changes, kMaxEmptiedGroups, standings, empties);
    }

    std::size_t memberships = current.unchanged.memberships;
    for (const auto& group : current.groups) {
        memberships += (group.members ? group.members->size() : 0) + group.foreign_members.size();
    }
    std::size_t removed = 0;
    for (const auto& change : changes) {
        memberships += is_stranger(change, record::Kind::group) ? size_now(change) : 0;
        removed +=
            removals_of_the_active(change, standings).size() + free_foreign_removals(change).size();
    }
    if (exceeds(kMaxMemberRemovals, removed, memberships, limits.member_removals, held)) {
        for (auto& change : changes) {
            hold_foreign(change, kMaxMemberRemovals);
            hold_members(change, kMaxMemberRemovals, removals_of_the_active(change, standings));
        }
    }
    hold_renames(changes, current, limits.renamed_groups, held);
    std::for_each(changes.begin(), changes.end(), [&](const GroupChange& change) {
        note_held(change, held);
    });
}

}  // namespace plan
