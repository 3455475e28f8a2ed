// Conflicts over SSH keys: a key must not belong to two active users. Pure.
#pragma once

#include "plan/conflicts.hpp"
#include "record/directory.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace plan {

/// The keys that may be sent for each user, by externalId.
using KeysOfUsers = std::unordered_map<std::string_view, record::KeyViews>;

/// The keys that are not sent.
struct SharedKeys {
    std::set<std::string_view> identities{};  ///< keys of two users, as from ssh_key_identity
    std::map<std::string_view, Withheld> withheld{};  ///< by externalId
};

/// Removes from `keys` (by externalId) each key that two active users would have: two of `keys`, or
/// one of them and an active record that has it now. Users of `keys` who have it in SCIM already
/// keep it; no user gains it. Unless exactly one has it, each of them is listed as withheld. A
/// sentence about each goes to `warnings`.
[[nodiscard]] SharedKeys resolve_shared_keys(KeysOfUsers& keys,
                                             const record::Directory& current,
                                             const Counterparts<record::User>& counterparts,
                                             std::vector<std::string>& warnings);

}  // namespace plan
