#include "plan/hold.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "plan/exceeds.hpp"
#include "plan/held_changes.hpp"
#include "plan/missing_groups.hpp"
#include "plan/user_changes.hpp"
#include "record/ssh_key.hpp"

#include <string>

namespace plan {

bool exceeds(std::string_view limit_name,
             std::size_t wanted,
             std::size_t base,
             const Limit& limit,
             HeldChanges& held) {
    const auto allowed = limit.allowed(base);
    if (wanted <= allowed) {
        return false;
    }
    held.exceeded.push_back(
        {.limit = limit_name, .wanted = wanted, .allowed = allowed, .base = base});
    return true;
}

namespace {

bool is_active(const record::User& user) {
    return user.active;
}

bool is_deactivation(const UserChange& change) {
    return change.action == Action::deactivate && change.held.empty();
}

// A takeover does not count for any other limit.
bool is_takeover(const UserChange& change) {
    return change.action == Action::adopt &&
           record::is_managed(change.current->external_id, record::Kind::user);
}

bool loses_last_key(const UserChange& change) {
    return change.keys && !is_takeover(change) && change.current->active &&
           !is_deactivation(change) && change.current->ssh_keys &&
           !change.current->ssh_keys->empty() && change.target_keys.empty();
}

// Keys that a user who stays active loses and that no limit holds yet.
record::KeyViews removed_keys(const UserChange& change) {
    if (!change.keys || is_takeover(change) || is_deactivation(change) || !change.held.empty() ||
        !change.keys_held.empty() || !change.current->active || !change.current->ssh_keys) {
        return {};
    }
    return record::ssh_keys_without(record::views_of(change.current->ssh_keys), change.target_keys);
}

void hold(UserChange& change, std::string_view limit, UserStandings& standings) {
    change.held = limit;
    auto& standing = standings.at(change.current->external_id);
    standing.stays = true;
    standing.held = limit;
}

// Users who are absent in ACTIVATE's scope because one of its groups is missing.
void hold_users_of_missing_groups(std::vector<UserChange>& changes,
                                  const MissingGroups& missing,
                                  UserStandings& standings) {
    for (auto& change : changes) {
        // For a user who is gone, or inactive, the missing group is not the cause of the loss of
        // access.
        const bool is_out_of_scope = change.confirmed.empty() || change.confirmed == "out-of-scope";
        if (is_deactivation(change) && change.desired == nullptr && is_out_of_scope &&
            missing.may_have(*change.current)) {
            hold(change, kMissingGroup, standings);
        }
    }
}

void hold_deactivations(std::vector<UserChange>& changes,
                        const record::Directory& current,
                        const Limit& limit,
                        UserStandings& standings,
                        HeldChanges& held) {
    const auto active = count(current.users, is_active) + current.unchanged.active;
    if (!exceeds(kMaxDeactivations, count(changes, is_deactivation), active, limit, held)) {
        return;
    }
    for (auto& change : changes) {
        if (is_deactivation(change)) {
            hold(change, kMaxDeactivations, standings);
        }
    }
}

void hold_reactivations(std::vector<UserChange>& changes,
                        const record::Directory& desired,
                        const record::Directory& current,
                        const Limit& limit,
                        UserStandings& standings,
                        HeldChanges& held) {
    // If the records are equal, both are active.
    const auto active =
        count(desired.users, is_active) + current.unchanged.active + desired.new_users;
    if (!exceeds(kMaxReactivations, count(changes, is_reactivation), active, limit, held)) {
        return;
    }
    for (auto& change : changes) {
        if (is_reactivation(change)) {
            change.held = kMaxReactivations;
            auto& standing = standings.at(change.desired->external_id);
            standing.joins = false;
            standing.stays = true;
            standing.left_out = "the reactivation is held";
        }
    }
}

void hold_last_keys(std::vector<UserChange>& changes,
                    const record::Directory& current,
                    const Limit& limit,
                    HeldChanges& held) {
    const auto has_keys = [](const record::User& user) {
        return user.active && user.ssh_keys && !user.ssh_keys->empty();
    };
    const auto adopts_keys = [&](const UserChange& change) {
        return is_stranger(change, record::Kind::user) && has_keys(*change.current);
    };
    const auto with_keys = count(current.users, has_keys) + current.unchanged.active_with_keys +
                           count(changes, adopts_keys);
    if (!exceeds(kMaxKeylessUsers, count(changes, loses_last_key), with_keys, limit, held)) {
        return;
    }
    for (auto& change : changes) {
        if (loses_last_key(change)) {
            change.keys_held = kMaxKeylessUsers;
        }
    }
}

std::size_t keys_of_active(const record::User& user) {
    return user.active && user.ssh_keys ? user.ssh_keys->size() : 0;
}

void hold_key_removals(std::vector<UserChange>& changes,
                       const record::Directory& current,
                       const Limit& limit,
                       HeldChanges& held) {
    std::size_t all = current.unchanged.keys_of_active;
    for (const auto& user : current.users) {
        all += keys_of_active(user);
    }
    std::size_t removed = 0;
    for (const auto& change : changes) {
        all += is_stranger(change, record::Kind::user) ? keys_of_active(*change.current) : 0;
        removed += removed_keys(change).size();
    }
    if (!exceeds(kMaxKeyRemovals, removed, all, limit, held)) {
        return;
    }
    for (auto& change : changes) {
        if (!removed_keys(change).empty()) {
            change.keys_held = kMaxKeyRemovals;
        }
    }
}

}  // namespace

std::vector<HeldChange> held_parts(const UserChange& change) {
    std::vector<HeldChange> parts;
    if (change.held == kMaxTakeovers) {
        parts.push_back(
            {.limit = change.held,
             .words = held_takeover(change.current->external_id, change.desired->external_id)});
    } else if (change.held == kMaxReactivations) {
        parts.push_back({.limit = change.held, .words = held_reactivation(change.current->id)});
    } else if (!change.held.empty()) {
        parts.push_back({.limit = change.held, .words = held_deactivation(change.current->id)});
    }
    if (change.keys_held == kMaxKeyRemovals) {
        for (const auto key : record::ssh_keys_without(record::views_of(change.current->ssh_keys),
                                                       change.target_keys)) {
            parts.push_back(
                {.limit = change.keys_held, .words = held_key(change.current->id, key)});
        }
    } else if (!change.keys_held.empty()) {
        parts.push_back({.limit = change.keys_held, .words = held_last_key(change.current->id)});
    }
    return parts;
}

void hold_users(std::vector<UserChange>& changes,
                const record::Directory& desired,
                const record::Directory& current,
                const Policy& policy,
                const MissingGroups& missing,
                UserStandings& standings,
                HeldChanges& held) {
    const auto& limits = policy.limits;
    if (policy.holds_missing_groups) {
        hold_users_of_missing_groups(changes, missing, standings);
    }
    hold_deactivations(changes, current, limits.deactivations, standings, held);
    hold_reactivations(changes, desired, current, limits.reactivations, standings, held);
    hold_last_keys(changes, current, limits.keyless_users, held);
    hold_key_removals(changes, current, limits.key_removals, held);
    for (const auto& change : changes) {
        if (change.held != kMaxTakeovers) {  // these were held before
            const auto parts = held_parts(change);
            held.changes.insert(held.changes.end(), parts.begin(), parts.end());
        }
    }
}

void refuse_empty(const record::Directory& desired, bool allow_empty) {
    const auto users = desired.users.size() + desired.unchanged.users + desired.new_users;
    if (users != 0 || allow_empty) {
        return;
    }
    text::Some malformed;
    if (desired.malformed > 0) {
        malformed.add(text::counted(desired.malformed, "user", "users"));
    }
    if (desired.malformed_groups > 0) {
        malformed.add(text::counted(desired.malformed_groups, "group", "groups"));
    }
    if (malformed.count() > 0) {
        throw Error(ExitStatus::refused,
                    "the desired side contains no users, because ACTIVATE has malformed records (" +
                        malformed.joined() +
                        "); follow the messages of activate-export about them, and run again");
    }
    throw Error(ExitStatus::refused,
                "the desired side contains no users, so everyone would lose access; check the "
                "output of activate-export, or pass --allow-empty if that is intended");
}

}  // namespace plan
