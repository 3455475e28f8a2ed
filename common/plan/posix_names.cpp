#include "plan/posix_names.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <unordered_set>

namespace plan {

namespace {

std::string describe(const record::User& holder) {
    if (!record::is_managed(holder.external_id, record::Kind::user)) {
        return "an unmanaged record";
    }
    return "record " + holder.id.value + " (" + holder.external_id.value +
           "), which is still active";
}

}  // namespace

PosixNames::PosixNames(const record::Directory& current, const NameClaims<record::User>& claims)
    : claims_(claims) {
    for (const auto* user : claims.admitted) {
        if (user->active && !claims.refusals.contains(user->external_id.value)) {
            claimants_.push_back(user);
            wanted_.add(record::posix_name(user->user_name), user);
        }
    }
    wanted_.finish();
    for (const auto* list : {&current.users, &current.unmanaged_users}) {
        for (const auto& user : *list) {
            if (user.active) {
                held_.add(record::posix_name(user.user_name), &user);
            }
        }
    }
    held_.finish([](const record::User* a, const record::User* b) {
        return std::tie(a->id, a->external_id) < std::tie(b->id, b->external_id);
    });
}

bool PosixNames::is_contested(const record::User& user) const {
    const auto name = record::posix_name(user.user_name);
    const auto* own = claims_.counterpart_of(user);
    const auto holders = held_.find(name);
    return wanted_.find(name).size() > 1 ||
           std::any_of(holders.begin(), holders.end(), [&](const record::User* holder) {
               return holder != own;
           });
}

std::string PosixNames::name_after(const record::User& user, const Renames& renames) const {
    const auto* own = claims_.counterpart_of(user);
    if (own == nullptr || own->user_name == user.user_name) {
        return record::posix_name(user.user_name);
    }
    const auto rename = renames.find(user.external_id.value);
    const bool is_new = rename != renames.end() && rename->second.why_not.empty();
    return record::posix_name(is_new ? user.user_name : own->user_name);
}

// The holders of a name without the records of its claimants, and without those that a claimant
// takes over.
std::vector<const record::User*> PosixNames::others(Users claimants, Users holders) const {
    if (claimants.size() == 1 && holders.size() == 1 &&
        holders.front() == claims_.counterpart_of(*claimants.front())) {
        return {};  // nearly every name
    }
    std::unordered_set<const record::User*> own;
    for (const auto* claimant : claimants) {
        own.insert(claims_.counterpart_of(*claimant));
        if (const auto taken = claims_.takeovers.find(claimant->external_id.value);
            taken != claims_.takeovers.end()) {
            own.insert(taken->second);
        }
    }
    std::vector<const record::User*> others;
    std::copy_if(holders.begin(), holders.end(), std::back_inserter(others), [&](auto* holder) {
        return !own.contains(holder);
    });
    return others;
}

void PosixNames::refuse_newcomers(const Renames& renames, NameClaims<record::User>& claims) const {
    ByName wanted(hash_);
    for (const auto* user : claimants_) {
        wanted.add(name_after(*user, renames), user);
    }
    wanted.finish();
    wanted.for_each_text(held_, [&](Users claimants, Users all) {
        const auto holders = others(claimants, all);
        if (claimants.size() < 2 && holders.empty()) {
            return;
        }
        const auto name = name_after(*claimants.front(), renames);
        text::Some names;
        for (const auto* claimant : claimants) {
            names.add(claimant->external_id.value);
        }
        Withheld collision{.reason = "posix-collision",
                           .detail = "the POSIX name \"" + name +
                                     "\" is claimed by more than one user: " + names.joined() +
                                     (holders.empty() ? "" : " and " + describe(*holders.front())) +
                                     "; who is there already stays",
                           .exit_status = ExitStatus::unresolved};
        if (claimants.size() == 1) {
            for (const auto* holder : holders) {
                collision.obstacles.push_back({.id = holder->id});
            }
        }
        for (const auto* claimant : claimants) {
            const auto* own = claims.counterpart_of(*claimant);
            if (own == nullptr || !own->active) {
                claims.takeovers.erase(claimant->external_id.value);
                claims.refusals.try_emplace(claimant->external_id.value, collision);
            }
        }
    });
}

}  // namespace plan
