#include "plan/conflicts.hpp"

#include "base/text.hpp"
#include "plan/posix_names.hpp"
#include "plan/text_index.hpp"
#include "record/merge.hpp"
#include "record/validation.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

namespace plan {

namespace {

using record::name_of;

template <class Record>
std::string where(const Record& record) {
    return "record " + record.id.value + " (" +
           (record.external_id.value.empty() ? "unmanaged: no externalId"
                                             : record.external_id.value) +
           ")";
}

/// The parts that differ between users and groups.
template <class Record>
struct Words;

template <>
struct Words<record::User> {
    static constexpr auto kKind = record::Kind::user;
    static constexpr auto kNoun = "user";
    static constexpr auto kTaken = "user-name-taken";
    static std::string wanted_itself(const Policy& policy) {
        return std::string("; the userName of its user in ACTIVATE is another one now") +
               (policy.rename_users ? ""
                                    : ": set SYNC_RENAME_USERS=true (--rename-users) to send that");
    }
    static constexpr auto kKept =
        "; its user stays (protected, or not confirmed as absent): another line names that user";
    static std::string how_to_adopt(const std::string& name) {
        return "; to manage that record, add " + name +
               " to the file that SYNC_ADOPT_FILE (--adopt) names";
    }
    static auto managed() { return &record::Directory::users; }
    static auto unmanaged() { return &record::Directory::unmanaged_users; }
    static bool is_adopted(const Policy& policy, const std::string& name) {
        return policy.adopt_users.contains(text::fold(name));
    }
};

template <>
struct Words<record::Group> {
    static constexpr auto kKind = record::Kind::group;
    static constexpr auto kNoun = "group";
    static constexpr auto kTaken = "group-name-taken";
    static std::string wanted_itself(const Policy& /*policy*/) {
        return "; its name in ACTIVATE is another one now";
    }
    static constexpr auto kKept = "; its group may still be in ACTIVATE";
    static std::string how_to_adopt(const std::string& name) {
        return "; to manage that record, add \"" + name + "\" to SYNC_ADOPT_GROUPS (--adopt-group)";
    }
    static auto managed() { return &record::Directory::groups; }
    static auto unmanaged() { return &record::Directory::unmanaged_groups; }
    static bool is_adopted(const Policy& policy, const std::string& name) {
        return policy.adopt_groups.contains(name);
    }
};

template <class Record>
using ByName = TextIndex<const Record*>;
template <class Record>
using Holders = std::span<const Record* const>;

template <class Record>
std::string fold(const Record& record) {
    return text::fold(name_of(record));
}

template <class Record>
ByName<Record> wanted_names(const std::vector<const Record*>& admitted) {
    ByName<Record> all;
    for (const auto* record : admitted) {
        all.add(fold(*record), record);
    }
    all.finish();
    return all;
}

// Records of the current side by name: a create with that name would conflict with them. The order
// of the input has no influence. Two records may have one id because of a fault of the service or
// of an edit.
template <class Record>
ByName<Record> held_names(const record::Directory& current) {
    ByName<Record> all;
    for (const auto list : {Words<Record>::managed(), Words<Record>::unmanaged()}) {
        for (const auto& record : current.*list) {
            all.add(fold(record), &record);
        }
    }
    all.finish([](const Record* a, const Record* b) {
        return std::tie(a->id, a->external_id) < std::tie(b->id, b->external_id);
    });
    return all;
}

template <class Record>
void refuse(NameClaims<Record>& claims, const Record& record, Withheld withheld) {
    claims.refusals.try_emplace(record.external_id.value, std::move(withheld));
}

// If several new records have one name, none of them gets it. Inactive ones are not among the
// admitted.
template <class Record>
void refuse_collisions(const ByName<Record>& wanted,
                       const std::string& reason,
                       const std::string& what,
                       NameClaims<Record>& claims) {
    wanted.for_each_text([&](Holders<Record> claimants) {
        if (claimants.size() < 2) {
            return;
        }
        const auto name = fold(*claimants.front());
        text::Some others;
        for (const auto* claimant : claimants) {
            others.add(claimant->external_id.value);
        }
        for (const auto* claimant : claimants) {
            if (claims.counterpart_of(*claimant) == nullptr) {
                refuse(claims,
                       *claimant,
                       {.reason = reason,
                        .detail = what + " \"" + name + "\" is claimed by more than one " +
                                  Words<Record>::kNoun + ": " + others.joined() +
                                  "; who is there already stays",
                        .exit_status = ExitStatus::unresolved});
            }
        }
    });
}

// An unmanaged record can be adopted, if no other record has its name.
template <class Record>
std::string how_to_resolve(Holders<Record> holders, bool is_wanted_itself, const Policy& policy) {
    using W = Words<Record>;
    const auto& holder = *holders.front();
    if (holders.size() > 1) {
        return ", and others have that name, too: rename or delete all but one in CoreWeave";
    }
    if (holder.external_id.value.empty()) {
        return W::how_to_adopt(name_of(holder));
    }
    return is_wanted_itself ? W::wanted_itself(policy) : W::kKept;
}

// The holder has the external id of another system, that of another deployment, or that of this
// user or group without the namespace.
template <class Record>
std::string why_foreign(const Record& newcomer, const Record& holder) {
    constexpr auto kKind = Words<Record>::kKind;
    if (const auto other = record::namespace_in(kKind, holder.external_id.value); !other.empty()) {
        return ", which the deployment with the namespace " + std::string(other) +
               " manages; if that is this one, set SYNC_NAMESPACE=" + std::string(other) +
               " again; otherwise it is never adopted";
    }
    const auto key = newcomer.external_id.value.substr(record::prefix_of(kKind).size());
    return holder.external_id.value != record::prefix_of(kKind, "") + key
               ? ", which another system provisions; it is never adopted"
               : ", the same " + std::string(record::resource_name(kKind)) +
                     " without a namespace; if the migration to " + record::own_namespace() +
                     " was not completed, run it again: scim-diff --migrate-namespace=" +
                     record::own_namespace() + " in scim-diff(1)";
}

// Whether the user or group of the record is still wanted. Records that were adopted have no entry
// of their own.
template <class Record>
bool is_wanted(const Record& holder, const NameClaims<Record>& claims) {
    const auto found = claims.counterparts.find(holder.external_id.value);
    return found != claims.counterparts.end() && found->second == &holder &&
           !claims.has_left(holder);
}

// A new record whose name another record has: it adopts that record if the operator listed the
// name, takes it over if its owner has left, and is refused otherwise.
template <class Record>
void judge_newcomer(const Record& newcomer,
                    Holders<Record> holders,
                    const Policy& policy,
                    NameClaims<Record>& claims) {
    using W = Words<Record>;
    const auto& holder = *holders.front();
    const auto is_foreign = [](const Record* r) {
        return !r->external_id.value.empty() && !record::is_managed(r->external_id, W::kKind);
    };
    if (const auto foreign = std::find_if(holders.begin(), holders.end(), is_foreign);
        foreign != holders.end()) {
        refuse(claims,
               newcomer,
               {.reason = "foreign-external-id",
                .detail =
                    name_of(holder) + " is " + where(**foreign) + why_foreign(newcomer, **foreign),
                .exit_status = ExitStatus::unresolved});
        return;
    }
    const bool is_wanted_itself = is_wanted(holder, claims);
    const bool is_free = holders.size() == 1 && !is_wanted_itself &&
                         !claims.ambiguous.contains(holder.external_id.value);
    if (is_free && holder.external_id.value.empty() &&
        (W::is_adopted(policy, name_of(holder)) || W::is_adopted(policy, name_of(newcomer)))) {
        claims.counterparts.emplace(newcomer.external_id.value, &holder);
    } else if (is_free && record::is_managed(holder.external_id, W::kKind) &&
               claims.has_left(holder)) {
        claims.takeovers.emplace(newcomer.external_id.value, &holder);
    } else {
        Withheld taken{.reason = W::kTaken,
                       .detail = name_of(holder) + " is " + where(holder) +
                                 how_to_resolve<Record>(holders, is_wanted_itself, policy),
                       .exit_status = ExitStatus::unresolved};
        for (const auto* other : holders) {
            taken.obstacles.push_back({.id = other->id});
        }
        refuse(claims, newcomer, std::move(taken));
    }
}

template <class Record>
void judge_newcomers(const ByName<Record>& held, const Policy& policy, NameClaims<Record>& claims) {
    for (const auto* newcomer : claims.admitted) {
        if (claims.counterpart_of(*newcomer) != nullptr ||
            claims.refusals.contains(newcomer->external_id.value)) {
            continue;
        }
        if (const auto holders = held.find(fold(*newcomer)); !holders.empty()) {
            judge_newcomer(*newcomer, holders, policy, claims);
        }
    }
}

// The decision about a changed userName of one user who has a record.
Rename judge_rename(const record::User& user,
                    const record::User& own,
                    const ByName<record::User>& wanted,
                    const ByName<record::User>& held,
                    const Policy& policy,
                    const PosixNames& posix) {
    Rename rename;
    const auto holders = held.find(fold(user));
    const bool is_wanted_twice = wanted.find(fold(user)).size() > 1;
    const bool is_taken = !holders.empty() || is_wanted_twice;
    const bool posix_taken =
        record::posix_name(user.user_name) != record::posix_name(own.user_name) &&
        posix.is_contested(user);
    rename.why_not = !holders.empty() ? ": " + where(*holders.front()) + " has that name"
                     : is_taken       ? ": another user is to get that name"
                     : posix_taken    ? ": another record has that POSIX name, or is to get it"
                     : policy.rename_users || policy.restore ? ""
                                                             : kNeedsRename;
    rename.is_contested =
        !rename.why_not.empty() && (is_taken || posix_taken || !wanted.find(fold(own)).empty());
    if (policy.rename_users && !is_wanted_twice) {
        for (const auto* holder : holders) {
            rename.obstacles.push_back({.id = holder->id, .survives_deactivation = true});
        }
    }
    return rename;
}

// An inactive record with a reserved name is not reactivated under that name.
void refuse_reserved_records(const Policy& policy,
                             const Renames& renames,
                             NameClaims<record::User>& claims) {
    for (const auto* user : claims.admitted) {
        const auto rename = renames.find(user->external_id.value);
        if (rename == renames.end() || rename->second.why_not.empty()) {
            continue;
        }
        const auto& own = *claims.counterpart_of(*user);
        if (user->active && !own.active && record::has_reserved_name(policy.names, own.user_name)) {
            refuse(claims,
                   *user,
                   {.reason = std::string(record::kReservedUserName),
                    .detail = "userName \"" + own.user_name +
                              "\" of the inactive record is a name of the system, and the new one "
                              "is not sent" +
                              rename->second.why_not +
                              "; set SYNC_RENAME_USERS=true (--rename-users), or delete the record "
                              "in CoreWeave"});
        }
    }
}

// The conflict of a group's new name with another group, unless that group is absent in ACTIVATE
// and keeps no members.
void judge_group_rename(const record::Group& group,
                        const ByName<record::Group>& held,
                        NameClaims<record::Group>& claims) {
    const auto holders = held.find(fold(group));
    if (holders.empty()) {
        return;
    }
    Withheld taken{.reason = "group-name-taken", .exit_status = ExitStatus::unresolved};
    for (const auto* holder : holders) {
        if (!claims.has_left(*holder)) {
            taken.obstacles.push_back({.id = holder->id});
            taken.detail = "the new name \"" + group.display_name + "\" is that of " +
                           where(*holder) +
                           (record::is_managed(holder->external_id, record::Kind::group)
                                ? "; rename one of the two in ACTIVATE, or give one of them a "
                                  "third name for one run"
                                : "; rename that record in CoreWeave, or the group in ACTIVATE");
        }
    }
    if (!taken.obstacles.empty()) {
        refuse(claims, group, std::move(taken));
    }
}

}  // namespace

void resolve_name_conflicts(const record::Directory& current,
                            const Policy& policy,
                            NameClaims<record::User>& claims,
                            Renames& renames) {
    const auto wanted = wanted_names(claims.admitted);
    const auto held = held_names<record::User>(current);
    refuse_collisions(wanted, "user-name-collision", "the userName", claims);
    judge_newcomers(held, policy, claims);

    const PosixNames posix(current, claims);
    for (const auto* user : claims.admitted) {
        const auto* own = claims.counterpart_of(*user);
        if (own != nullptr && user->user_name != own->user_name && fold(*user) != fold(*own)) {
            renames.emplace(user->external_id.value,
                            judge_rename(*user, *own, wanted, held, policy, posix));
        }
    }
    posix.refuse_newcomers(renames, claims);
    refuse_reserved_records(policy, renames, claims);
}

void resolve_name_conflicts(const record::Directory& current,
                            const Policy& policy,
                            NameClaims<record::Group>& claims) {
    const auto held = held_names<record::Group>(current);
    refuse_collisions(wanted_names(claims.admitted), "group-name-collision", "the name", claims);
    judge_newcomers(held, policy, claims);
    for (const auto* group : claims.admitted) {
        const auto* own = claims.counterpart_of(*group);
        if (own != nullptr && !policy.restore && fold(*group) != fold(*own)) {
            judge_group_rename(*group, held, claims);
        }
    }
}

}  // namespace plan
