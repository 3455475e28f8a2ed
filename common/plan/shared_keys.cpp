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

}  // namespace

SharedKeys resolve_shared_keys(std::map<std::string_view, std::vector<std::string>>& keys,
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
    SharedKeys shared;
    std::map<std::string_view, std::set<std::string_view>> lost;  // keys, by whom
    for (const auto& [identity, people] : owners) {
        static const std::vector<const record::User*> kNobody;
        const auto found = all_holders.find(identity);
        const auto& holders = found == all_holders.end() ? kNobody : found->second;
        if (people.size() == 1 && holders.empty()) {
            continue;  // nearly every user, with a new key
        }
        std::set<const record::User*> others(
            holders.begin(),
            holders.end());  // records with the key now that do not belong to `people`
        std::set<std::string_view> holding;  // those of `people` with the key now
        for (const auto id : people) {
            const auto own = counterparts.find(id);
            if (own != counterparts.end() && others.erase(own->second) > 0) {
                holding.insert(id);
            }
        }
        if (people.size() + others.size() < 2) {
            continue;
        }
        shared.identities.insert(identity);
        if (people.size() == 1 && holding.size() == 1) {
            continue;  // kept as before; keys of other records are not reported here
        }
        text::Some names;
        for (const auto id : people) {
            names.add(std::string(id));
            if (!holding.contains(id)) {
                lost[id].insert(identity);
            }
            if (holding.size() != 1 || !holding.contains(id)) {
                withhold(identity, people.size() > 1, others, shared.withheld[id]);
            }
        }
        const auto other =
            std::find_if(holders.begin(), holders.end(), [&](const record::User* user) {
                return others.contains(user);
            });
        warnings.push_back("SSH key " + record::ssh_key_fingerprint(identity) + " is that of " +
                           names.joined() +
                           (other == holders.end() ? "" : " and now of " + where(**other)) +
                           (holding.empty()       ? "; none of them gets it"
                            : holding.size() == 1 ? "; only the user who already has it keeps it"
                                                  : "; users who have it in SCIM keep it"));
    }
    for (const auto& entry : lost) {
        std::erase_if(keys[entry.first], [&](const std::string& key) {
            return entry.second.contains(record::ssh_key_identity(key));
        });
    }
    return shared;
}

}  // namespace plan
