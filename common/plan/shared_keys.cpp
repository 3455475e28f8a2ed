#include "plan/shared_keys.hpp"

#include "base/text.hpp"
#include "plan/withheld.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <tuple>

namespace plan {

namespace {

std::string where(const record::User& user) {
    return "record " + user.id.value + " (" +
           (user.external_id.value.empty() ? "no externalId" : user.external_id.value) + ")";
}

bool comes_before(const record::User* a, const record::User* b) {
    return std::tie(a->id, a->external_id) < std::tie(b->id, b->external_id);
}

// The active users with each key. A key may be given from one user to another only after the first
// has lost it: a limit, a protection or a failed request may keep it there.
std::map<std::string, std::vector<const record::User*>> key_holders(
    const record::Directory& current) {
    std::map<std::string, std::vector<const record::User*>> holders;
    for (const auto* list : {&current.users, &current.unmanaged_users}) {
        for (const auto& user : *list) {
            for (const auto& key :
                 user.active&& user.ssh_keys ? *user.ssh_keys : std::vector<std::string>{}) {
                auto& users = holders[record::ssh_key_identity(key)];
                if (users.empty() ||
                    users.back() != &user) {  // one key with two comments still belongs to one user
                    users.push_back(&user);
                }
            }
        }
    }
    for (auto& [identity, users] : holders) {
        std::sort(users.begin(), users.end(), comes_before);
    }
    return holders;
}

// If no other user lists the key and all who hold it lose it in this plan, it is sent in the next
// run.
void withhold(const std::string& identity,
              bool is_listed_twice,
              const std::set<const record::User*>& holders,
              Withheld& withheld) {
    Withheld one{.reason = is_listed_twice ? "key-shared" : "key-moves",
                 .detail = "SSH key " + record::ssh_key_fingerprint(identity) +
                           (is_listed_twice
                                ? " is listed by another user as well; remove it from one of them "
                                  "in ACTIVATE"
                                : " is still held by another record in SCIM"),
                 .exit_status = ExitStatus::unresolved};
    if (!is_listed_twice) {
        for (const auto* holder : holders) {
            one.obstacles.push_back({.id = holder->id, .key = identity});
        }
    }
    if (withheld.reason.empty()) {
        withheld = std::move(one);
    } else {
        join(withheld, std::move(one));
    }
}

/// One key, its users in the desired side, and the records with the key now.
struct SharedKey {
    const std::string& identity;
    const std::vector<std::string_view>& people;  // external ids, in their order
    std::set<std::string_view> holding{};         // those of `people` with the key now
    std::set<const record::User*> others{};  // records with the key now that are not of `people`
};

using Owners = std::map<std::string, std::vector<std::string_view>>;
using Holders = std::vector<const record::User*>;

Owners owners_of(const std::map<std::string_view, std::vector<std::string>>& keys) {
    Owners owners;
    for (const auto& [id, list] : keys) {
        for (const auto& key : list) {
            auto& people = owners[record::ssh_key_identity(key)];
            if (people.empty() || people.back() != id) {
                people.push_back(id);
            }
        }
    }
    return owners;
}

SharedKey shared_key(const Owners::value_type& owners,
                     const Holders& holders,
                     const Counterparts<record::User>& counterparts) {
    SharedKey key{.identity = owners.first,
                  .people = owners.second,
                  .others = {holders.begin(), holders.end()}};
    for (const auto id : key.people) {
        const auto own = counterparts.find(id);
        if (own != counterparts.end() && key.others.erase(own->second) > 0) {
            key.holding.insert(id);
        }
    }
    return key;
}

std::string describe(const SharedKey& key, const Holders& holders) {
    text::Some names;
    for (const auto id : key.people) {
        names.add(std::string(id));
    }
    const auto other = std::find_if(holders.begin(), holders.end(), [&](const auto* user) {
        return key.others.contains(user);
    });
    return "SSH key " + record::ssh_key_fingerprint(key.identity) + " is that of " +
           names.joined() + (other == holders.end() ? "" : " and now of " + where(**other)) +
           (key.holding.empty()       ? "; none of them gets it"
            : key.holding.size() == 1 ? "; only the user who already has it keeps it"
                                      : "; users who have it in SCIM keep it");
}

}  // namespace

SharedKeys resolve_shared_keys(std::map<std::string_view, std::vector<std::string>>& keys,
                               const record::Directory& current,
                               const Counterparts<record::User>& counterparts,
                               std::vector<std::string>& warnings) {
    const auto owners = owners_of(keys);
    const auto all_holders = key_holders(current);
    SharedKeys shared;
    std::map<std::string_view, std::set<std::string_view>> lost;  // keys, by whom
    for (const auto& entry : owners) {
        static const Holders kNobody;
        const auto found = all_holders.find(entry.first);
        const auto& holders = found == all_holders.end() ? kNobody : found->second;
        if (entry.second.size() == 1 && holders.empty()) {
            continue;  // nearly every user, with a new key
        }
        const auto key = shared_key(entry, holders, counterparts);
        if (key.people.size() + key.others.size() < 2) {
            continue;
        }
        shared.identities.insert(key.identity);
        if (key.people.size() == 1 && key.holding.size() == 1) {
            continue;  // kept as before; keys of other records are not reported here
        }
        for (const auto id : key.people) {
            const bool holds = key.holding.contains(id);
            if (!holds) {
                lost[id].insert(key.identity);
            }
            if (!holds || key.holding.size() != 1) {
                withhold(key.identity, key.people.size() > 1, key.others, shared.withheld[id]);
            }
        }
        warnings.push_back(describe(key, holders));
    }
    for (const auto& [id, identities] : lost) {
        std::erase_if(keys[id], [&gone = identities](const std::string& key) {
            return gone.contains(record::ssh_key_identity(key));
        });
    }
    return shared;
}

}  // namespace plan
