// One SSH key, one user: keys that two active users would hold. Pure.
#pragma once

#include "plan/conflicts.hpp"
#include "record/directory.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plan {

/// What of the keys is not sent.
struct SharedKeys {
    std::set<std::string> identities{};  ///< keys of two users, as ssh_key_identity has them
    std::map<std::string_view, Withheld> withheld{};  ///< by externalId
};

/// Removes from `keys` (by externalId) what two active users would hold: two of `keys`, or one of
/// them and an active record that holds it now. Users of `keys` who hold it in SCIM already keep
/// it; no user gains it. Unless exactly one holds it, each of them is named as withheld. A sentence
/// about each goes to `warnings`.
[[nodiscard]] SharedKeys resolve_shared_keys(
    std::map<std::string_view, std::vector<std::string>>& keys,
    const record::Directory& current,
    const Counterparts<record::User>& counterparts,
    std::vector<std::string>& warnings);

}  // namespace plan
