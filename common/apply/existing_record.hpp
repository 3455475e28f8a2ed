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
        several,   ///< several records with our externalId
        stranger,  ///< another record, managed or not, has the name
        unclear,   ///< the list is only a part of all records, so it proves nothing
    };
    Who who = Who::nobody;
    nlohmann::json record{};  ///< with our externalId, or with the name
    record::ResourceId id{};
};

/// Throws Error if a managed record has no id. `list` is the answer to a filter on externalId or on
/// the name (userName, displayName). The service may have ignored the filter.
[[nodiscard]] ExistingRecord find_existing_record(const scim::ListResponse& list,
                                                  record::Kind kind,
                                                  const record::ExternalId& external_id,
                                                  const std::string& name);

/// `userName` or `displayName`: the attribute that identifies a record to people and that a service
/// may require to be unique.
[[nodiscard]] std::string name_attribute(record::Kind kind);

/// True if an existing managed user must not become the user of `create`, the body of a POST. The
/// plan did not see this record. It may belong to a user who left after the plan was made and must
/// not get access again, so an inactive record is not activated.
[[nodiscard]] bool is_inactive_beside(const nlohmann::json& create, const nlohmann::json& record);
/// The same holds for a key that was withdrawn since then: true if the record's keys differ from
/// those in `create`. With `unfinished`, the record may be the result of our POST whose answer was
/// lost. Such a record may lack keys of `create`, but may not have others.
[[nodiscard]] bool has_other_keys(const nlohmann::json& create,
                                  const nlohmann::json& record,
                                  bool unfinished);

/// The bodies of the PATCHes that bring a managed record to the state of `create`, the body of a
/// POST; empty if it has this state already.
///
/// A group only gains members. Its other members were not known to the plan, so no limit has
/// counted them; the next plan sees them. A user's keys become those that ACTIVATE lists. Throws
/// Error if the record's members are not a list of members.
[[nodiscard]] std::vector<std::string> updates_of_found(const nlohmann::json& create,
                                                        const nlohmann::json& record);

}  // namespace apply
