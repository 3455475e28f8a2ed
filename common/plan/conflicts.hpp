// Who may have a name or a key: two records must not become one on the far side. Pure.
//
// Who is there already keeps a name, the newcomer is refused; of several newcomers none gets it,
// since nothing says which is meant.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"
#include "record/validation.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace plan {

/// The record on the current side that stands for each desired one: ours with the same external id,
/// or one to be adopted.
template <class Record>
using Counterparts = std::unordered_map<std::string_view, const Record*>;

/// Refusals by external id of the desired record.
using Refusals = std::unordered_map<std::string_view, record::Refusal>;

/// What becomes of a changed userName, by external id: empty when it is sent, else the end of a
/// sentence that says "is not sent".
inline constexpr const char* kNeedsRename = " without --rename-users";
using Renames = std::unordered_map<std::string_view, std::string>;

/// Judges what names the desired records claim: a userName or POSIX name of another, a userName
/// held by a record that is not theirs. An active record keeps its POSIX name until it is inactive:
/// whoever leaves in this run makes room for the next one. Only records of `admitted` take part;
/// records with an external id of `ambiguous` are nobody's to adopt. Adds to `counterparts` what
/// the policy lets them adopt.
void resolve_name_conflicts(const std::vector<const record::User*>& admitted,
                            const record::Directory& current,
                            const Policy& policy,
                            const std::set<std::string_view>& ambiguous,
                            Counterparts<record::User>& counterparts,
                            Renames& renames,
                            Refusals& refusals);
void resolve_name_conflicts(const std::vector<const record::Group*>& admitted,
                            const record::Directory& current,
                            const Policy& policy,
                            const std::set<std::string_view>& ambiguous,
                            Counterparts<record::Group>& counterparts,
                            Refusals& refusals);

/// One key, one person: removes from `keys` (by external id) what two active people would hold: two
/// of `keys`, or one of them and an active record that holds it now. Whoever of `keys` holds it in
/// SCIM already, alone, keeps it; else nobody gets it. Says so in `warnings`. Returns the shared
/// ones, as ssh_key_identity has them.
std::set<std::string> resolve_shared_keys(
    std::map<std::string_view, std::vector<std::string>>& keys,
    const record::Directory& current,
    const Counterparts<record::User>& counterparts,
    std::vector<std::string>& warnings);

}  // namespace plan
