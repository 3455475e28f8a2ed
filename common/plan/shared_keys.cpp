#include "plan/shared_keys.hpp"

#include "base/text.hpp"
#include "plan/text_index.hpp"
#include "plan/withheld.hpp"
#include "record/ssh_key.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

namespace plan {

namespace {

std::string where(const record::User& user) {
    return "record " + user.id.value + " (" +
           (user.external_id.value.empty() ? "no externalId" : user.external_id.value) + ")";
}

bool comes_before(const record::User* a, const record::User* b) {
    return std::tie(a->id, a->external_id) < std::tie(b->id, b->external_id);
}

using Holders = std::vector<const record::User*>;

// The active users with each key. A key may be given from one user to another only after the first
// has lost it: a limit, a protection or a failed request may keep it there.
TextIndex<const record::User*> key_holders(const record::Directory& current,
                                           const KeyedHash& hash) {
    TextIndex<const record::User*> holders(hash);
    for (const auto* list : {&current.users, &current.unmanaged_users}) {
        for (const auto& user : *list) {
            if (user.active && user.ssh_keys) {
                for (const auto& key : *user.ssh_keys) {
                    holders.add(record::ssh_key_identity(key), &user);
                }
            }
        }
    }
    holders.finish(comes_before);
    return holders;
}

// One key with two comments still belongs to one user.
Holders each_once(std::span<const record::User* const> holders) {
    Holders users(holders.begin(), holders.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    return users;
}

// If no other user lists the key and all who hold it lose it in this plan, it is sent in the next
// run.
void withhold(std::string_view identity,
              bool is_listed_twice,
              const std::set<const record::User*>& holders,
              Withheld& withheld) {
    Withheld one{
        .reason = is_listed_twice ? "key-shared" : "key-moves",
        .detail =
            "SSH key " + record::ssh_key_fingerprint(identity) +
            (is_listed_twice
                 ? " is listed by another user as well; remove it from one of them "
                   "in ACTIVATE"
                 : " is still held by " +
                       where(**std::min_element(holders.begin(), holders.end(), comes_before)) +
                       "; this user gets it after that record has lost it: if no "
                       "run removes it there, remove it in CoreWeave"),
        .exit_status = ExitStatus::unresolved};
    if (!is_listed_twice) {
        for (const auto* holder : holders) {
            one.obstacles.push_back({.id = holder->id, .key = std::string(identity)});
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
    std::string_view identity{};
    std::vector<std::string_view> people{};  // external ids, in their order
    Holders holders{};
    std::set<std::string_view> holding{};    // those of `people` with the key now
    std::set<const record::User*> others{};  // records with the key now that are not of `people`
};

/// A key of a user in the desired side.
struct Owned {
    std::string_view id{};
    std::string_view key{};
};

TextIndex<Owned> key_owners(const KeysOfUsers& keys, const KeyedHash& hash) {
    TextIndex<Owned> owners(hash);
    for (const auto& [id, list] : keys) {
        for (const auto key : list) {
            owners.add(record::ssh_key_identity(key), {.id = id, .key = key});
        }
    }
    owners.finish([](const Owned& a, const Owned& b) { return a.id < b.id; });
    return owners;
}

SharedKey shared_key(std::span<const Owned> owners,
                     Holders holders,
                     const Counterparts<record::User>& counterparts) {
    SharedKey key{.identity = record::ssh_key_identity(owners.front().key),
                  .holders = std::move(holders)};
    for (const auto& owner : owners) {
        if (key.people.empty() || key.people.back() != owner.id) {
            key.people.push_back(owner.id);
        }
    }
    key.others = {key.holders.begin(), key.holders.end()};
    for (const auto id : key.people) {
        const auto own = counterparts.find(id);
        if (own != counterparts.end() && key.others.erase(own->second) > 0) {
            key.holding.insert(id);
        }
    }
    return key;
}

// The keys that two users have or would have, sorted by identity.
std::vector<SharedKey> shared_keys(const KeysOfUsers& keys,
                                   const record::Directory& current,
                                   const Counterparts<record::User>& counterparts) {
    const KeyedHash hash;
    std::vector<SharedKey> shared;
    const auto take = [&](std::span<const Owned> owners,
                          std::span<const record::User* const> holders) {
        if (owners.size() == 1 && holders.size() < 2) {
            const auto own = counterparts.find(owners.front().id);
            if (holders.empty() || (own != counterparts.end() && own->second == holders.front())) {
                return;  // nearly every key
            }
        }
        auto key = shared_key(owners, each_once(holders), counterparts);
        if (key.people.size() + key.others.size() >= 2) {
            shared.push_back(std::move(key));
        }
    };
    key_owners(keys, hash).for_each_text(key_holders(current, hash), take);
    std::sort(shared.begin(), shared.end(), [](const SharedKey& a, const SharedKey& b) {
        return a.identity < b.identity;
    });
    return shared;
}

std::string describe(const SharedKey& key) {
    text::Some names;
    for (const auto id : key.people) {
        names.add(std::string(id));
    }
    const auto other = std::find_if(key.holders.begin(), key.holders.end(), [&](const auto* user) {
        return key.others.contains(user);
    });
    const bool is_elsewhere = other != key.holders.end();
    return "SSH key " + record::ssh_key_fingerprint(key.identity) + " is that of " +
           names.joined() + (is_elsewhere ? " and now of " + where(**other) : "") +
           (key.people.size() == 1    ? "; the user gets it after that record has lost it"
            : key.holding.size() == 1 ? "; only the user who already has it keeps it"
            : key.holding.size() > 1  ? "; users who have it in SCIM keep it"
            : is_elsewhere            ? "; no other user gets it"
                                      : "; none of them gets it");
}

}  // namespace

SharedKeys resolve_shared_keys(KeysOfUsers& keys,
                               const record::Directory& current,
                               const Counterparts<record::User>& counterparts,
                               std::vector<std::string>& warnings) {
    SharedKeys shared;
    std::map<std::string_view, std::set<std::string_view>> lost;  // keys, by whom
    const auto all = shared_keys(keys, current, counterparts);
    for (const auto& key : all) {
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
        warnings.push_back(describe(key));
    }
    for (const auto& [id, identities] : lost) {
        std::erase_if(keys[id], [&gone = identities](std::string_view key) {
            return gone.contains(record::ssh_key_identity(key));
        });
    }
    return shared;
}

}  // namespace plan
