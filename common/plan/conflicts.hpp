// Conflicts over names: two records must not become one in SCIM or on a cluster. Pure.
//
// A record that has a name keeps it, and a new record with that name is refused. If several new
// records have the same name, none of them is created. It is unknown which one is correct.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace plan {

/// The record on the current side for each desired one, by externalId: the managed one with the
/// same externalId, or one to be adopted.
template <class Record>
using Counterparts = std::unordered_map<std::string_view, const Record*>;

/// Refused records by the externalId of the desired one.
using Refusals = std::unordered_map<std::string_view, Withheld>;

/// The input and the result of the conflicts over names of one kind of record.
template <class Record>
struct NameClaims {
    /// Desired records that may be sent; only these take part.
    std::vector<const Record*> admitted{};
    /// ExternalIds that several records of SCIM have: these are never adopted or taken over.
    std::set<std::string_view> ambiguous{};
    /// Whether the owner of a managed record has left, so that a new record with the same name may
    /// take it over.
    std::function<bool(const Record&)> has_left{};

    Counterparts<Record> counterparts{};  ///< adopted records are added
    Refusals refusals{};                  ///< refused records are added
    /// Managed records whose owner has left, by the externalId of the new record with their name.
    std::map<std::string_view, const Record*> takeovers{};

    [[nodiscard]] const Record* counterpart_of(const Record& desired) const {
        const auto found = counterparts.find(desired.external_id.value);
        return found == counterparts.end() ? nullptr : found->second;
    }
};

/// The decision about a changed userName.
struct Rename {
    std::string why_not{};  ///< the end of a sentence, after "is not sent"; empty: it is sent
    /// Another record or user has the old or the new name: the change waits until that is resolved.
    bool is_contested = false;
    std::vector<Obstacle> obstacles{};
};

inline constexpr const char* kNeedsRename = " without --rename-users";
using Renames = std::unordered_map<std::string_view, Rename>;  ///< by externalId

/// Resolves conflicts of userNames and POSIX names. An active record keeps its POSIX name until it
/// is inactive: the name of a user who leaves in this run is free in the next run.
void resolve_name_conflicts(const record::Directory& current,
                            const Policy& policy,
                            NameClaims<record::User>& claims,
                            Renames& renames);
/// Resolves conflicts of the names of groups, new and changed.
void resolve_name_conflicts(const record::Directory& current,
                            const Policy& policy,
                            NameClaims<record::Group>& claims);

}  // namespace plan
