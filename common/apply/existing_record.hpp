// Interprets the search for an existing record after a POST conflicted or its response was lost.
// Pure.
#pragma once

#include "record/record.hpp"
#include "scim/messages.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace apply {

struct ExistingRecord {
    enum class Who {
        nobody,
        ours,      ///< one record with our externalId
        several,   ///< more than one of them
        stranger,  ///< an unmanaged record has the name
        unclear,   ///< the list is only a part of all, so it proves nothing
    };
    Who who = Who::nobody;
    nlohmann::json record{};  ///< of `ours`
    record::ResourceId id{};
};

/// Throws Error when a managed record has no id. `list` is the answer to a filter on externalId or
/// on the name (userName, displayName), which the service may have ignored.
[[nodiscard]] ExistingRecord find_existing_record(const scim::ListResponse& list,
                                                  record::Kind kind,
                                                  const record::ExternalId& external_id,
                                                  const std::string& name);

/// `userName` or `displayName`: what a record is known by, and what a service may want to be
/// unique.
[[nodiscard]] std::string name_attribute(record::Kind kind);

/// A managed user is in the way of `create`, the body of a POST: the plan saw no record. A user who
/// left since it was made must not be let in again, so a record that is inactive stays so.
[[nodiscard]] bool is_inactive_beside(const nlohmann::json& create, const nlohmann::json& record);
/// Nor may a key that was withdrawn since come back: true when the record has other keys than
/// `create` lists. `unfinished`: it may be the result of our POST whose answer was lost,
/// and then it may lack keys, but have no others.
[[nodiscard]] bool has_other_keys(const nlohmann::json& create,
                                  const nlohmann::json& record,
                                  bool unfinished);

/// The bodies of the PATCHes that make a managed record say what `create`, the body of a POST,
/// would have said; none when it does already.
///
/// A group only gains members: who else is in it was not known to the plan, so no limit has counted
/// them, and the next plan sees them. A user's keys become what ACTIVATE lists. Throws Error when
/// the record's members are no list of members.
[[nodiscard]] std::vector<std::string> updates_of_found(const nlohmann::json& create,
                                                        const nlohmann::json& record);

}  // namespace apply
