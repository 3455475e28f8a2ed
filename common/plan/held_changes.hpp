// The texts of held changes: a text for each removal, and the digest of a set of them, to which an
// approval is bound. Pure.
//
// A text has the record in SCIM and the access that it loses, so scim-apply can compute it from the
// held lines of a plan. An approval of a digest is valid for exactly these removals of these
// records, with any other content of the plan.
#pragma once

#include "plan/limits.hpp"
#include "record/record.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace plan {

[[nodiscard]] std::string held_deactivation(const record::ResourceId& user);
[[nodiscard]] std::string held_last_key(const record::ResourceId& user);
[[nodiscard]] std::string held_reactivation(const record::ResourceId& user);
[[nodiscard]] std::string held_key(const record::ResourceId& user, std::string_view key);
[[nodiscard]] std::string held_rename(const record::ResourceId& group,
                                      const std::string& old_name,
                                      const std::string& new_name);
[[nodiscard]] std::string held_member(const record::ResourceId& group,
                                      const record::ExternalId& user);
[[nodiscard]] std::string held_foreign(const record::ResourceId& group,
                                       const record::ResourceId& id);

/// Computed from the two external ids alone, so that an approval stays valid after the old record
/// was deactivated.
[[nodiscard]] std::string held_takeover(const record::ExternalId& old_id,
                                        const record::ExternalId& new_id);

/// The same texts for a change line with `held`, as scim-plan(5) describes it: from its `path`,
/// `before` and `after`.
[[nodiscard]] std::vector<std::string> held_removals(const nlohmann::json& line);

/// The digests of the changes that each limit holds, and of all held changes under the empty name.
[[nodiscard]] std::map<std::string, std::string> held_digests(const HeldChanges& held);

/// 32 hexadecimal digits that identify this set, in any order. Empty if nothing is held.
[[nodiscard]] std::string held_digest(const std::vector<std::string>& removals);

}  // namespace plan
