#include "claims.hpp"

#include "ssh_key.hpp"
#include "text.hpp"

#include <algorithm>
#include <iterator>

namespace identity {

namespace {

std::string where(const User& user) { return "record " + user.id.value + " (" + (user.external_id.value.empty() ? "no externalId" : user.external_id.value) + ")"; }
std::string where(const Group& group) { return "record " + group.id.value + " (" + (group.external_id.value.empty() ? "no externalId" : group.external_id.value) + ")"; }

const std::string& name_of(const User& user) { return user.user_name; }
const std::string& name_of(const Group& group) { return group.display_name; }

const std::vector<User>& managed(const Directory& directory, const User*) { return directory.users; }
const std::vector<Group>& managed(const Directory& directory, const Group*) { return directory.groups; }
const std::vector<User>& unmanaged(const Directory& directory, const User*) { return directory.unmanaged_users; }
const std::vector<Group>& unmanaged(const Directory& directory, const Group*) { return directory.unmanaged_groups; }

// Claimants of one name by that name.
template <class Record, class Key>
std::map<std::string, std::vector<const Record*>> claims(const std::vector<const Record*>& records, Key key) {
    std::map<std::string, std::vector<const Record*>> all;
    for (const auto* record : records) {
        all[key(*record)].push_back(record);
    }
    return all;
}

// Refuses newcomers where a name is claimed twice, or is somebody else's already.
template <class Record>
void refuse_newcomers(const std::map<std::string, std::vector<const Record*>>& claims,
                      const std::set<std::string>& taken,
                      const Counterparts<Record>& counterparts,
                      const std::string& reason,
                      const std::string& what,
                      Refusals& refusals) {
    for (const auto& [name, claimants] : claims) {
        if (claimants.size() < 2 && !taken.contains(name)) {
            continue;
        }
        std::string others;
        for (const auto* claimant : claimants) {
            others += (others.empty() ? "" : ", ") + claimant->external_id.value;
        }
        for (const auto* claimant : claimants) {
            if (!counterparts.contains(claimant->external_id.value)) {
                refusals.try_emplace(claimant->external_id.value,
                                     Refusal{reason, what + " \"" + name + "\" would be that of two: " + others +
                                                         (taken.contains(name) ? " and a record that is not ours" : "") + "; who is there already stays"});
            }
        }
    }
}

// Records of the current side by folded name: a create of that name would meet them.
template <class Record>
std::map<std::string, std::vector<const Record*>> holders(const Directory& current) {
    std::map<std::string, std::vector<const Record*>> all;
    const Record* kind = nullptr;
    for (const auto* list : {&managed(current, kind), &unmanaged(current, kind)}) {
        for (const auto& record : *list) {
            all[text::fold(name_of(record))].push_back(&record);
        }
    }
    for (auto& [name, records] : all) {
        std::sort(records.begin(), records.end(), [](const Record* a, const Record* b) { return a->id < b->id; });
    }
    return all;
}

// A newcomer whose name is held by another record: adopted when the operator named it, refused otherwise.
template <class Record, class Named>
void settle_taken(const std::vector<const Record*>& admitted,
                  const Directory& current,
                  Kind kind,
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
        if (holder == held.end() || counterparts.contains(record->external_id.value) || refusals.contains(record->external_id.value)) {
            continue;
        }
        const auto& others = holder->second;
        const auto& other = *others.front();
        const std::string name = name_of(other);
        const auto is_foreign = [&](const Record* r) { return !r->external_id.value.empty() && !is_managed(r->external_id, kind); };
        if (const auto foreign = std::find_if(others.begin(), others.end(), is_foreign); foreign != others.end()) {
            refusals.try_emplace(record->external_id.value,
                                 Refusal{"foreign-external-id",
                                         name + " is " + where(**foreign) + ", which another system provisions; it is never adopted"});
        } else if (others.size() == 1 && !spoken_for.contains(&other) && !ambiguous.contains(other.external_id.value) && is_named(name)) {
            counterparts.emplace(record->external_id.value, &other);
        } else {
            refusals.try_emplace(record->external_id.value,
                                 Refusal{kind == Kind::user ? "user-name-taken" : "group-name-taken",
                                         name + " is " + where(other) + (others.size() > 1                ? " and others of that name"
                                                   : spoken_for.contains(&other) ? ", whose name in ACTIVATE is another by now; --rename-users sends that"
                                                                                 : std::string("; ") + how + " takes it over")});
        }
    }
}

}  // namespace

void judge_claims(const std::vector<const User*>& admitted,
                  const Directory& current,
                  const Policy& policy,
                  const std::set<std::string_view>& ambiguous,
                  Counterparts<User>& counterparts,
                  Refusals& refusals) {
    const auto fold = [](const User& user) { return text::fold(user.user_name); };
    refuse_newcomers(claims(admitted, fold), {}, counterparts, "user-name-collision", "the userName", refusals);
    const auto is_named = [&](const std::string& name) { return policy.adopt_users.contains(text::fold(name)); };
    settle_taken(admitted, current, Kind::user, "--adopt with a file that names it", is_named, ambiguous, counterparts, refusals);

    std::set<const User*> adopted;
    for (const auto& [id, record] : counterparts) {
        adopted.insert(record);
    }
    std::set<std::string> taken;
    for (const auto& user : current.unmanaged_users) {
        if (user.active && !adopted.contains(&user)) {
            taken.insert(posix_name(user.user_name));
        }
    }
    std::vector<const User*> left;
    std::copy_if(admitted.begin(), admitted.end(), std::back_inserter(left), [&](const User* user) {
        return !refusals.contains(user->external_id.value);
    });
    refuse_newcomers(claims(left, [](const User& user) { return posix_name(user.user_name); }), taken, counterparts, "posix-collision", "the POSIX name", refusals);
}

void judge_claims(const std::vector<const Group*>& admitted,
                  const Directory& current,
                  const Policy& policy,
                  const std::set<std::string_view>& ambiguous,
                  Counterparts<Group>& counterparts,
                  Refusals& refusals) {
    const auto fold = [](const Group& group) { return text::fold(group.display_name); };
    refuse_newcomers(claims(admitted, fold), {}, counterparts, "group-name-collision", "the name", refusals);
    const auto is_named = [&](const std::string& name) { return policy.adopt_groups.contains(name); };
    settle_taken(admitted, current, Kind::group, "--adopt-group with that name", is_named, ambiguous, counterparts, refusals);
}

void settle_shared_keys(std::map<std::string_view, std::vector<std::string>>& keys,
                        const Counterparts<User>& counterparts,
                        std::vector<std::string>& warnings) {
    std::map<std::string, std::vector<std::string_view>> owners;
    for (const auto& [id, list] : keys) {
        for (const auto& key : list) {
            owners[ssh_key_identity(key)].push_back(id);
        }
    }
    const auto holds_now = [&](std::string_view id, const std::string& identity) {
        const auto found = counterparts.find(id);
        const auto* user = found == counterparts.end() ? nullptr : found->second;
        return user != nullptr && user->ssh_keys && std::any_of(user->ssh_keys->begin(), user->ssh_keys->end(), [&](const std::string& key) { return ssh_key_identity(key) == identity; });
    };
    for (const auto& owner : owners) {
        const auto& identity = owner.first;  // clang 14 cannot capture a structured binding
        const auto& people = owner.second;
        if (people.size() < 2) {
            continue;
        }
        const auto holders = std::count_if(people.begin(), people.end(), [&](std::string_view id) { return holds_now(id, identity); });
        std::string names;
        for (const auto id : people) {
            names += (names.empty() ? "" : ", ") + std::string(id);
            if (holders != 1 || !holds_now(id, identity)) {
                std::erase_if(keys[id], [&](const std::string& key) { return ssh_key_identity(key) == identity; });
            }
        }
        warnings.push_back("SSH key " + ssh_key_fingerprint(identity) + " is that of " + names +
                           (holders == 1 ? "; only who holds it already keeps it" : "; none of them gets it"));
    }
}

}  // namespace identity
