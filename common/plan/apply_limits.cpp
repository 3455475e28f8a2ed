#include "plan/apply_limits.hpp"

#include "base/error.hpp"
#include "plan/held_changes.hpp"

#include <algorithm>
#include <iterator>

namespace plan {

namespace {

// True, and noted, when more is wanted than the limit allows.
bool exceeds(std::string_view limit_name,
             std::size_t wanted,
             std::size_t base,
             const Limit& limit,
             HeldChanges& held) {
    const auto allowed = limit.allowed(base);
    if (wanted <= allowed) {
        return false;
    }
    held.exceeded.push_back({limit_name, wanted, allowed, base});
    return true;
}

template <class Range, class Predicate>
std::size_t count(const Range& range, Predicate predicate) {
    return static_cast<std::size_t>(std::count_if(range.begin(), range.end(), predicate));
}

bool is_deactivation(const UserChange& change) {
    return change.action == Action::deactivate;
}

// A takeover counts for no other limit.
bool is_takeover(const UserChange& change) {
    return change.action == Action::adopt &&
           record::is_managed(change.current->external_id, record::Kind::user);
}

bool loses_last_key(const UserChange& change) {
    return change.keys && !is_takeover(change) && change.current != nullptr &&
           change.current->active && !is_deactivation(change) && change.current->ssh_keys &&
           !change.current->ssh_keys->empty() && change.target_keys.empty();
}

std::size_t size_now(const GroupChange& change) {
    return change.before.size() + change.foreign_before.size();
}

bool becomes_empty(const GroupChange& change) {
    return change.held_all.empty() && size_now(change) > 0 && change.target.empty() &&
           change.foreign_target.empty() && change.held_members.empty();
}

// Taken over from outside of what we manage: not among the current records of ours that the bases
// are counted of.
template <class Change>
bool is_stranger(const Change& change, record::Kind kind) {
    return change.action == Action::adopt && !record::is_managed(change.current->external_id, kind);
}

template <class Id>
std::vector<Id> minus(const std::vector<Id>& all, const std::vector<Id>& taken) {
    std::vector<Id> rest;
    std::set_difference(
        all.begin(), all.end(), taken.begin(), taken.end(), std::back_inserter(rest));
    return rest;
}

// Removals of `change` that nothing holds yet; none of a change that is held as a whole.
std::vector<record::ExternalId> free_removals(const GroupChange& change) {
    if (!change.held_all.empty()) {
        return {};
    }
    return minus(minus(change.before, change.target), change.held_members);
}

std::vector<record::ResourceId> free_foreign_removals(const GroupChange& change) {
    if (!change.held_all.empty()) {
        return {};
    }
    return minus(minus(change.foreign_before, change.foreign_target), change.held_foreign);
}

void hold_members(GroupChange& change,
                  std::string_view limit,
                  const std::vector<record::ExternalId>& members,
                  HeldChanges& held) {
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
    for (const auto& member : members) {
        held.changes.push_back({limit, held_member(change.current->id, member)});
    }
}

void hold_foreign(GroupChange& change, std::string_view limit, HeldChanges& held) {
    const auto foreign = free_foreign_removals(change);
    if (foreign.empty()) {
        return;
    }
    change.held = change.held.empty() ? limit : change.held;
    change.held_foreign = foreign;
    for (const auto& id : foreign) {
        held.changes.push_back({limit, held_foreign(change.current->id, id)});
    }
}

// Of the free removals, those of users who stay active: losing memberships is part of leaving, and
// of a takeover.
std::vector<record::ExternalId> removals_of_the_active(const GroupChange& change,
                                                       const UserStandings& standings) {
    auto removals = free_removals(change);
    std::erase_if(removals, [&](const record::ExternalId& id) {
        const auto* standing = standings.find(id);
        return standing != nullptr &&
               ((!standing->joins && !standing->stays) || standing->is_taken_over);
    });
    return removals;
}

void hold_of_held_users(std::vector<GroupChange>& changes,
                        const UserStandings& standings,
                        HeldChanges& held) {
    for (auto& change : changes) {
        auto removals = free_removals(change);
        std::erase_if(removals, [&](const record::ExternalId& id) {
            const auto* standing = standings.find(id);
            return standing == nullptr || !standing->held;
        });
        hold_members(change, kMaxDeactivations, removals, held);
    }
}

}  // namespace

void hold_users(std::vector<UserChange>& changes,
                const record::Directory& current,
                const Limits& limits,
                UserStandings& standings,
                HeldChanges& held) {
    const auto active = count(current.users, [](const record::User& user) { return user.active; }) +
                        current.unchanged.active;
    if (exceeds(kMaxDeactivations,
                count(changes, is_deactivation),
                active,
                limits.deactivations,
                held)) {
        for (auto& change : changes) {
            if (is_deactivation(change)) {
                change.held = kMaxDeactivations;
                held.changes.push_back({kMaxDeactivations, held_deactivation(change.current->id)});
                if (auto* standing = standings.find(change.current->external_id)) {
                    standing->stays = standing->held = true;
                }
            }
        }
    }
    const auto has_keys = [](const record::User& user) {
        return user.active && user.ssh_keys && !user.ssh_keys->empty();
    };
    const auto adopts_keys = [&](const UserChange& change) {
        return is_stranger(change, record::Kind::user) && has_keys(*change.current);
    };
    const auto with_keys = count(current.users, has_keys) + current.unchanged.active_with_keys +
                           count(changes, adopts_keys);
    if (exceeds(kMaxKeylessUsers,
                count(changes, loses_last_key),
                with_keys,
                limits.keyless_users,
                held)) {
        for (auto& change : changes) {
            if (loses_last_key(change)) {
                change.keys_held = kMaxKeylessUsers;
                held.changes.push_back({kMaxKeylessUsers, held_last_key(change.current->id)});
            }
        }
    }
}

void hold_groups(std::vector<GroupChange>& changes,
                 const record::Directory& current,
                 const Limits& limits,
                 const UserStandings& standings,
                 HeldChanges& held) {
    hold_of_held_users(changes, standings, held);

    const auto has_members = [](const record::Group& group) {
        return (group.members && !group.members->empty()) || !group.foreign_members.empty();
    };
    const auto adopts_members = [&](const GroupChange& change) {
        return is_stranger(change, record::Kind::group) && size_now(change) > 0;
    };
    const auto with_members = count(current.groups, has_members) +
                              current.unchanged.groups_with_members +
                              count(changes, adopts_members);
    if (exceeds(kMaxEmptiedGroups,
                count(changes, becomes_empty),
                with_members,
                limits.emptied_groups,
                held)) {
        for (auto& change : changes) {
            if (becomes_empty(change)) {
                hold_foreign(change, kMaxEmptiedGroups, held);
                hold_members(change, kMaxEmptiedGroups, free_removals(change), held);
            }
        }
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
            hold_foreign(change, kMaxMemberRemovals, held);
            hold_members(
                change, kMaxMemberRemovals, removals_of_the_active(change, standings), held);
        }
    }
}

void refuse_empty(const record::Directory& desired, bool allow_empty) {
    if (desired.users.empty() && desired.unchanged.users == 0 && !allow_empty) {
        throw Error(ExitStatus::refused,
                    "the desired side has no user at all, so everybody would lose access; check "
                    "what activate-export sees, or "
                    "say --allow-empty if nobody shall have access any more");
    }
}

}  // namespace plan
