#include "plan/conflicts.hpp"

#include "base/text.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <tuple>

namespace plan {

namespace {

std::string where(const record::User& user) {
    return "record " + user.id.value + " (" +
           (user.external_id.value.empty() ? "no externalId" : user.external_id.value) + ")";
}
std::string where(const record::Group& group) {
    return "record " + group.id.value + " (" +
           (group.external_id.value.empty() ? "no externalId" : group.external_id.value) + ")";
}

const std::string& name_of(const record::User& user) {
    return user.user_name;
}
const std::string& name_of(const record::Group& group) {
    return group.display_name;
}

const std::vector<record::User>& managed(const record::Directory& directory, const record::User*) {
    return directory.users;
}
const std::vector<record::Group>& managed(const record::Directory& directory,
                                          const record::Group*) {
    return directory.groups;
}
const std::vector<record::User>& unmanaged(const record::Directory& directory,
                                           const record::User*) {
    return directory.unmanaged_users;
}
const std::vector<record::Group>& unmanaged(const record::Directory& directory,
                                            const record::Group*) {
    return directory.unmanaged_groups;
}

// The order of the input must not show in who is named; two records may have one id where a
// service, or an edit, has made them so.
template <class Record>
bool comes_before(const Record* a, const Record* b) {
    return std::tie(a->id, a->external_id) < std::tie(b->id, b->external_id);
}

// Claimants of one name by that name.
template <class Record, class Key>
std::map<std::string, std::vector<const Record*>> claims(const std::vector<const Record*>& records,
                                                         Key key) {
    std::map<std::string, std::vector<const Record*>> all;
    for (const auto* record : records) {
        all[key(*record)].push_back(record);
    }
    return all;
}

// Refuses newcomers where a name is claimed twice, or is somebody else's already: `taken` says
// whose.
template <class Record, class IsThere>
void refuse_newcomers(const std::map<std::string, std::vector<const Record*>>& claims,
                      const std::map<std::string, std::string>& taken,
                      const IsThere& is_there,
                      const std::string& reason,
                      const std::string& what,
                      Refusals& refusals) {
    for (const auto& [name, claimants] : claims) {
        const auto holder = taken.find(name);
        if (claimants.size() < 2 && holder == taken.end()) {
            continue;
        }
        text::Some others;
        for (const auto* claimant : claimants) {
            others.add(claimant->external_id.value);
        }
        const auto detail = what + " \"" + name + "\" would be that of two: " + others.joined() +
                            (holder == taken.end() ? "" : " and " + holder->second) +
                            "; who is there already stays";
        for (const auto* claimant : claimants) {
            if (!is_there(*claimant)) {
                refusals.try_emplace(claimant->external_id.value, record::Refusal{reason, detail});
            }
        }
    }
}

// Records of the current side by folded name: a create of that name would meet them.
template <class Record>
std::map<std::string, std::vector<const Record*>> holders(const record::Directory& current) {
    std::map<std::string, std::vector<const Record*>> all;
    const Record* kind = nullptr;
    for (const auto* list : {&managed(current, kind), &unmanaged(current, kind)}) {
        for (const auto& record : *list) {
            all[text::fold(name_of(record))].push_back(&record);
        }
    }
    for (auto& [name, records] : all) {
        std::sort(records.begin(), records.end(), comes_before<Record>);
    }
    return all;
}

// A newcomer whose name is held by another record: adopted when the operator named it, refused
// otherwise.
template <class Record, class Named>
void settle_taken(const std::vector<const Record*>& admitted,
                  const record::Directory& current,
                  record::Kind kind,
                  const char* how,
                  Named is_named,
                  const std::set<std::string_view>& ambiguous,
                  Counterparts<Record>& counterparts,
                  Refusals& refusals) {
    const auto held = holders<Record>(current);
    std::set<const Record*> spoken_for;
    for (const auto& [id, record] : counterparts) {
        spoken_for.insert(record);
    }
    for (const auto* record : admitted) {
        const auto holder = held.find(text::fold(name_of(*record)));
        if (holder == held.end() || counterparts.contains(record->external_id.value) ||
            refusals.contains(record->external_id.value)) {
            continue;
        }
        const auto& others = holder->second;
        const auto& other = *others.front();
        const std::string name = name_of(other);
        const auto is_foreign = [&](const Record* r) {
            return !r->external_id.value.empty() && !record::is_managed(r->external_id, kind);
        };
        if (const auto foreign = std::find_if(others.begin(), others.end(), is_foreign);
            foreign != others.end()) {
            refusals.try_emplace(
                record->external_id.value,
                record::Refusal{"foreign-external-id",
                                name + " is " + where(**foreign) +
                                    ", which another system provisions; it is never adopted"});
        } else if (others.size() == 1 && !spoken_for.contains(&other) &&
                   !ambiguous.contains(other.external_id.value) && is_named(name)) {
            counterparts.emplace(record->external_id.value, &other);
        } else {
            refusals.try_emplace(
                record->external_id.value,
                record::Refusal{kind == record::Kind::user ? "user-name-taken" : "group-name-taken",
                                name + " is " + where(other) +
                                    (others.size() > 1 ? " and others of that name"
                                     : spoken_for.contains(&other)
                                         ? ", whose name in ACTIVATE is another by now; "
                                           "--rename-users sends that"
                                         : std::string("; ") + how + " takes it over")});
        }
    }
}

// What the POSIX name of each active desired record will be, and who has one already.
class PosixNames {
  public:
    PosixNames(const std::vector<const record::User*>& admitted,
               const record::Directory& current,
               const Counterparts<record::User>& counterparts,
               const Refusals& refusals)
        : counterparts_(counterparts) {
        for (const auto* user : admitted) {
            if (user->active && !refusals.contains(user->external_id.value)) {
                claimants_.push_back(user);
                ++wanted_[record::posix_name(user->user_name)];
            }
        }
        for (const auto* list : {&current.users, &current.unmanaged_users}) {
            for (const auto& user : *list) {
                if (user.active) {
                    held_[record::posix_name(user.user_name)].push_back(&user);
                }
            }
        }
        for (auto& [name, holders] : held_) {
            std::sort(holders.begin(), holders.end(), comes_before<record::User>);
        }
    }

    // A rename would take a name that another active record has, or that another wants.
    [[nodiscard]] bool is_contested(const record::User& user) const {
        const auto name = record::posix_name(user.user_name);
        const auto* own = counterpart_of(user);
        const auto wanted = wanted_.find(name);
        const auto holders = held_.find(name);
        return (wanted != wanted_.end() && wanted->second > 1) ||
               (holders != held_.end() &&
                std::any_of(holders->second.begin(),
                            holders->second.end(),
                            [&](const record::User* holder) { return holder != own; }));
    }

    void refuse(const Renames& renames, Refusals& refusals) const {
        const auto name_after = [&](const record::User& user) {
            const auto* own = counterpart_of(user);
            const auto rename = renames.find(user.external_id.value);
            return record::posix_name(own == nullptr ||
                                              (rename != renames.end() && rename->second.empty())
                                          ? user.user_name
                                          : own->user_name);
        };
        std::set<const record::User*> staying;
        for (const auto* user : claimants_) {
            if (const auto* own = counterpart_of(*user);
                own != nullptr && name_after(*user) == record::posix_name(own->user_name)) {
                staying.insert(own);
            }
        }
        std::map<std::string, std::string> taken;
        for (const auto& [name, holders] : held_) {
            for (const auto* holder : holders) {
                if (!staying.contains(holder)) {  // also who leaves in this run: two people never
                                                  // share a home, not for a minute
                    taken.emplace(
                        name,
                        holder->external_id.value.empty() ||
                                !record::is_managed(holder->external_id, record::Kind::user)
                            ? "a record that is not ours"
                            : where(*holder) + ", which is still active");
                }
            }
        }
        const auto is_there = [&](const record::User& user) {
            const auto* own = counterpart_of(user);
            return own != nullptr && own->active;
        };
        refuse_newcomers(claims(claimants_, name_after),
                         taken,
                         is_there,
                         "posix-collision",
                         "the POSIX name",
                         refusals);
    }

  private:
    [[nodiscard]] const record::User* counterpart_of(const record::User& user) const {
        const auto found = counterparts_.find(user.external_id.value);
        return found == counterparts_.end() ? nullptr : found->second;
    }

    const Counterparts<record::User>& counterparts_;
    std::vector<const record::User*> claimants_{};
    std::map<std::string, std::size_t> wanted_{};  // how many want a name
    std::map<std::string, std::vector<const record::User*>>
        held_{};  // active records of the current side by it
};

}  // namespace

void resolve_name_conflicts(const std::vector<const record::User*>& admitted,
                            const record::Directory& current,
                            const Policy& policy,
                            const std::set<std::string_view>& ambiguous,
                            Counterparts<record::User>& counterparts,
                            Renames& renames,
                            Refusals& refusals) {
    const auto fold = [](const record::User& user) { return text::fold(user.user_name); };
    const auto wanted = claims(admitted, fold);
    const auto has_record = [&](const record::User& user) {
        return counterparts.contains(user.external_id.value);
    };
    refuse_newcomers(wanted, {}, has_record, "user-name-collision", "the userName", refusals);
    const auto is_named = [&](const std::string& name) {
        return policy.adopt_users.contains(text::fold(name));
    };
    settle_taken(admitted,
                 current,
                 record::Kind::user,
                 "--adopt with a file that names it",
                 is_named,
                 ambiguous,
                 counterparts,
                 refusals);

    const PosixNames names(admitted, current, counterparts, refusals);
    const auto present = holders<record::User>(current);
    for (const auto* user : admitted) {
        const auto own = counterparts.find(user->external_id.value);
        if (own == counterparts.end() || fold(*user) == fold(*own->second)) {
            continue;
        }
        // userName is unique without regard to case (RFC 7643 §4.1.1): a second holder would be
        // refused in every run.
        const bool claimed = present.contains(fold(*user)) || wanted.at(fold(*user)).size() > 1;
        const bool posix_claimed =
            record::posix_name(user->user_name) != record::posix_name(own->second->user_name) &&
            names.is_contested(*user);
        renames.emplace(user->external_id.value,
                        claimed         ? ": another record has that name, or is to get it"
                        : posix_claimed ? ": another record has that POSIX name, or is to get it"
                        : policy.rename_users || policy.restore ? ""
                                                                : kNeedsRename);
    }
    names.refuse(renames, refusals);
}

void resolve_name_conflicts(const std::vector<const record::Group*>& admitted,
                            const record::Directory& current,
                            const Policy& policy,
                            const std::set<std::string_view>& ambiguous,
                            Counterparts<record::Group>& counterparts,
                            Refusals& refusals) {
    const auto fold = [](const record::Group& group) { return text::fold(group.display_name); };
    const auto has_record = [&](const record::Group& group) {
        return counterparts.contains(group.external_id.value);
    };
    refuse_newcomers(
        claims(admitted, fold), {}, has_record, "group-name-collision", "the name", refusals);
    const auto is_named = [&](const std::string& name) {
        return policy.adopt_groups.contains(name);
    };
    settle_taken(admitted,
                 current,
                 record::Kind::group,
                 "--adopt-group with that name",
                 is_named,
                 ambiguous,
                 counterparts,
                 refusals);
}

namespace {

// Who is active and holds a key now. A key may move from one person to another, but only when the
// first has lost it: a rail, a protection or a failed request may leave it there.
std::map<std::string, std::vector<const record::User*>> key_holders(
    const record::Directory& current) {
    std::map<std::string, std::vector<const record::User*>> holders;
    for (const auto* list : {&current.users, &current.unmanaged_users}) {
        for (const auto& user : *list) {
            for (const auto& key :
                 user.active&& user.ssh_keys ? *user.ssh_keys : std::vector<std::string>{}) {
                auto& users = holders[record::ssh_key_identity(key)];
                if (users.empty() ||
                    users.back() != &user) {  // one key with two comments is still of one person
                    users.push_back(&user);
                }
            }
        }
    }
    for (auto& [identity, users] : holders) {
        std::sort(users.begin(), users.end(), comes_before<record::User>);
    }
    return holders;
}

}  // namespace

std::set<std::string> resolve_shared_keys(
    std::map<std::string_view, std::vector<std::string>>& keys,
    const record::Directory& current,
    const Counterparts<record::User>& counterparts,
    std::vector<std::string>& warnings) {
    std::map<std::string, std::vector<std::string_view>> owners;
    for (const auto& [id, list] : keys) {
        for (const auto& key : list) {
            auto& people = owners[record::ssh_key_identity(key)];
            if (people.empty() || people.back() != id) {
                people.push_back(id);
            }
        }
    }
    const auto all_holders = key_holders(current);
    std::set<std::string> shared;
    std::map<std::string_view, std::set<std::string_view>> lost;  // keys, by whom
    for (const auto& [identity, people] : owners) {
        static const std::vector<const record::User*> kNobody;
        const auto found = all_holders.find(identity);
        const auto& holders = found == all_holders.end() ? kNobody : found->second;
        if (people.size() == 1 && holders.empty()) {
            continue;  // nearly everybody, with a new key
        }
        std::set<const record::User*> others(
            holders.begin(), holders.end());  // who hold it now and are none of `people`
        std::set<std::string_view> holding;   // of `people`
        for (const auto id : people) {
            const auto own = counterparts.find(id);
            if (own != counterparts.end() && others.erase(own->second) > 0) {
                holding.insert(id);
            }
        }
        if (people.size() + others.size() < 2) {
            continue;
        }
        shared.insert(identity);
        if (people.size() == 1 && holding.size() == 1) {
            continue;  // theirs as before; of the others' keys nothing is said here
        }
        text::Some names;
        for (const auto id : people) {
            names.add(std::string(id));
            if (holding.size() != 1 || !holding.contains(id)) {
                lost[id].insert(identity);
            }
        }
        const auto other =
            std::find_if(holders.begin(), holders.end(), [&](const record::User* user) {
                return others.contains(user);
            });
        warnings.push_back("SSH key " + record::ssh_key_fingerprint(identity) + " is that of " +
                           names.joined() +
                           (other == holders.end() ? "" : " and now of " + where(**other)) +
                           (holding.size() == 1 ? "; only who holds it already keeps it"
                                                : "; none of them gets it"));
    }
    for (const auto& entry : lost) {
        std::erase_if(keys[entry.first], [&](const std::string& key) {
            return entry.second.contains(record::ssh_key_identity(key));
        });
    }
    return shared;
}

}  // namespace plan
