#include "plan/approval_and_restore.hpp"

#include "base/sort_unique.hpp"
#include "plan/held_changes.hpp"
#include "plan/restore_leavers.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

namespace plan {

namespace {

template <class Record>
std::set<record::ResourceId> ids_of(const std::vector<Record>& records) {
    std::set<record::ResourceId> ids;
    for (const auto& record : records) {
        ids.insert(record.id);
    }
    return ids;
}

// Moves records that were unmanaged in the capture from the managed to the unmanaged ones; returns
// their ids by external id.
template <class Record>
std::map<record::ExternalId, record::ResourceId> disown(const std::set<record::ResourceId>& ids,
                                                        std::vector<Record>& ours,
                                                        std::vector<Record>& not_ours,
                                                        std::vector<std::string>& said) {
    std::map<record::ExternalId, record::ResourceId> disowned;
    const auto kept = std::stable_partition(
        ours.begin(), ours.end(), [&](const Record& record) { return !ids.contains(record.id); });
    for (auto record = kept; record != ours.end(); ++record) {
        disowned.emplace(record->external_id, record->id);
        said.push_back(record->external_id.value + " (" + record->id.value +
                       ") was adopted since the capture; it is left unchanged");
    }
    std::move(kept, ours.end(), std::back_inserter(not_ours));
    ours.erase(kept, ours.end());
    return disowned;
}

// An unmanaged user is a foreign member.
void make_foreign(const std::map<record::ExternalId, record::ResourceId>& disowned,
                  std::vector<record::Group>& groups) {
    for (auto& group : groups) {
        if (!group.members) {
            continue;
        }
        std::erase_if(*group.members, [&](const record::ExternalId& member) {
            const auto found = disowned.find(member);
            if (found != disowned.end()) {
                group.foreign_members.push_back(found->second);
            }
            return found != disowned.end();
        });
        sort_unique(group.foreign_members);
    }
}

// If a managed user has taken over the record of another since the capture, the record continues
// under its new external id. Returns new ids by old.
template <class Record>
std::map<record::ExternalId, record::ExternalId> follow_adoptions(const std::vector<Record>& now,
                                                                  std::vector<Record>& captured,
                                                                  const std::string& what,
                                                                  std::vector<std::string>& said) {
    std::unordered_map<std::string_view, const record::ExternalId*> ids_now;
    ids_now.reserve(now.size());
    for (const auto& record : now) {
        ids_now.emplace(record.id.value, &record.external_id);
    }
    std::map<record::ExternalId, record::ExternalId> followed;
    for (auto& record : captured) {
        const auto found = ids_now.find(record.id.value);
        if (found != ids_now.end() && *found->second != record.external_id) {
            said.push_back(record.external_id.value + " (" + record.id.value +
                           ") was taken over since the capture; it is " + what + " " +
                           found->second->value);
            followed.emplace(record.external_id, *found->second);
            record.external_id = *found->second;
        }
    }
    return followed;
}

// The record now belongs to another user, who must not get the keys and groups of the former one:
// it is left unchanged.
void keep_taken_over(const std::map<record::ExternalId, record::ExternalId>& followed,
                     const record::Directory& now,
                     record::Directory& captured) {
    if (followed.empty()) {
        return;
    }
    std::set<record::ExternalId> taken;
    for (const auto& [former, present] : followed) {
        taken.insert(present);
    }
    std::map<record::ResourceId, const record::User*> records;
    for (const auto& user : now.users) {
        records.emplace(user.id, &user);
    }
    for (auto& user : captured.users) {
        if (const auto found = records.find(user.id);
            taken.contains(user.external_id) && found != records.end()) {
            user = *found->second;
        }
    }
    std::map<record::ExternalId, const record::Group*> groups;
    for (const auto& group : now.groups) {
        groups.emplace(group.external_id, &group);
    }
    for (auto& group : captured.groups) {
        if (!group.members) {
            continue;
        }
        std::erase_if(*group.members, [&](const auto& member) { return taken.contains(member); });
        const auto found = groups.find(group.external_id);
        if (found != groups.end() && found->second->members) {
            std::copy_if(found->second->members->begin(),
                         found->second->members->end(),
                         std::back_inserter(*group.members),
                         [&](const auto& member) { return taken.contains(member); });
        }
        sort_unique(*group.members);
    }
}

void rename_members(const std::map<record::ExternalId, record::ExternalId>& followed,
                    std::vector<record::Group>& groups) {
    for (auto& group : groups) {
        if (!group.members) {
            continue;
        }
        for (auto& member : *group.members) {
            const auto found = followed.find(member);
            member = found == followed.end() ? member : found->second;
        }
        sort_unique(*group.members);
    }
}

// The exceeded limits, then the limits without a number that hold changes.
std::vector<ExceededLimit> all_limits(const HeldChanges& held) {
    auto limits = held.exceeded;
    for (const auto name : {kMissingGroup, kShortList}) {
        const auto wanted =
            std::count_if(held.changes.begin(), held.changes.end(), [&](const HeldChange& change) {
                return change.limit == name;
            });
        if (wanted > 0) {
            limits.push_back({.limit = name, .wanted = static_cast<std::size_t>(wanted)});
        }
    }
    return limits;
}

// If a user who has left is not a user of the capture, the record was unmanaged and a foreign
// member there. No line of the plan is about that user.
void warn_of_members_who_left(const record::Directory& captured, Restore& restore) {
    std::set<record::ExternalId> users;
    for (const auto& user : captured.users) {
        users.insert(user.external_id);
    }
    for (const auto& [id, withheld] : restore.not_given_back) {
        if (!users.contains(id)) {
            restore.warnings.push_back(id.value + ": " + withheld.reason + ": " + withheld.detail);
        }
    }
}

// A user of the capture whose externalId is now that of another record: SCIM would have two records
// with it.
void withhold_from_adopted(const std::map<record::ExternalId, record::ResourceId>& adopted,
                           const record::Directory& captured,
                           Restore& restore) {
    for (const auto& user : captured.users) {
        const auto found = adopted.find(user.external_id);
        if (found != adopted.end() && user.active) {
            restore.not_given_back.emplace(
                user.external_id,
                Withheld{.reason = "duplicate-external-id",
                         .detail = "record " + found->second.value +
                                   " in SCIM has got this externalId since the capture; to restore "
                                   "the other record, first remove the externalId of that one",
                         .exit_status = ExitStatus::unresolved});
        }
    }
}

// Another text may be a secret in the wrong variable.
std::string shown_digest(const std::string& text) {
    constexpr std::size_t kDigits = 32;
    const bool is_digest =
        text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_digest ? text
                     : "of " + std::to_string(text.size()) +
                           " bytes (not shown, because it is not a digest)";
}

}  // namespace

Plan plan_with_approval(PlannedUsers users,
                        const record::Directory& desired,
                        const record::Directory& current,
                        Policy policy,
                        const std::vector<std::string>& approved) {
    auto plan = complete_plan(std::move(users), desired, current, policy);
    const auto digests = held_digests(plan.held);
    std::vector<std::string> unknown;
    std::set<std::string> lifted;
    for (const auto& digest : approved) {
        const auto found = std::find_if(digests.begin(), digests.end(), [&](const auto& entry) {
            return entry.second == digest;
        });
        if (found == digests.end()) {
            unknown.push_back(digest);
        } else {
            lifted.insert(found->first);
        }
    }
    if (!lifted.empty()) {
        const auto is_lifted = [&](std::string_view name) {
            return lifted.contains("") || lifted.contains(std::string(name));
        };
        for (const auto& row : kLimits) {
            if (is_lifted(row.name)) {
                policy.limits.*row.member = {};
            }
        }
        policy.holds_missing_groups = policy.holds_missing_groups && !is_lifted(kMissingGroup);
        policy.holds_short_lists = policy.holds_short_lists && !is_lifted(kShortList);
        plan = make_plan(desired, current, policy);
        for (const auto& name : lifted) {
            plan.approved.push_back(digests.at(name));
        }
    }
    for (const auto& digest : unknown) {
        plan.account.warnings.push_back(
            "the approval " + shown_digest(digest) +
            (digests.empty()
                 ? " approves nothing: nothing is held; remove it from SYNC_APPROVE (--approve)"
                 : " is of another set of changes than the one held now, " + digests.at("") +
                       "; it approves nothing"));
    }
    return plan;
}

std::string describe_held(const Plan& plan) {
    const auto digests = held_digests(plan.held);
    const auto count = plan.held.changes.size();
    std::string text =
        std::to_string(count) + (count == 1 ? " change is" : " changes are") + " held (";
    for (const auto& limit : all_limits(plan.held)) {
        text += (text.ends_with('(') ? "" : "; ") + std::string(limit.limit) + ": " +
                std::to_string(limit.wanted) + " wanted";
        if (limit.base > 0) {
            text += ", " + std::to_string(limit.allowed) + " of " + std::to_string(limit.base) +
                    " allowed";
        }
        if (const auto digest = digests.find(std::string(limit.limit));
            digests.size() > 2 && digest != digests.end()) {
            text += ", digest " + digest->second;
        }
    }
    return text +
           "); look at them with jq 'select(.held)', and approve exactly these with --approve " +
           digests.at("") + " (SYNC_APPROVE) if they are intended";
}

Restore restore_to(record::Directory captured, record::Sides& sides) {
    Restore restore;
    auto& said = restore.warnings;
    auto& now = *sides.current;
    auto strangers = ids_of(captured.unmanaged_users);
    for (const auto& group : captured.groups) {
        strangers.insert(group.foreign_members.begin(), group.foreign_members.end());
    }
    for (const auto& user : captured.users) {
        strangers.erase(user.id);  // a user with two records is a foreign member, and was managed
    }
    const auto adopted = disown(strangers, now.users, now.unmanaged_users, said);
    make_foreign(adopted, now.groups);
    (void)disown(ids_of(captured.unmanaged_groups), now.groups, now.unmanaged_groups, said);
    const auto followed = follow_adoptions(now.users, captured.users, "left to", said);
    rename_members(followed, captured.groups);
    (void)follow_adoptions(now.groups, captured.groups, "restored as", said);
    keep_taken_over(followed, now, captured);
    captured.unmanaged_users.clear();
    captured.unmanaged_groups.clear();
    if (sides.desired) {
        restore.not_given_back =
            withhold_from_leavers(*sides.desired, sides.confirmations, now, captured);
        warn_of_members_who_left(captured, restore);
    }
    withhold_from_adopted(adopted, captured, restore);
    sides.confirmations.reset();
    sides.desired = std::move(captured);
    std::sort(said.begin(), said.end());  // so that the order of the records has no influence
    return restore;
}

}  // namespace plan
