// Records that `scim-export --confirm` found, joined with the export of the current side. Pure.
#pragma once

#include "record/read_exports.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace record {

/// Throws Error{bad_input} if a stream of confirmations does not belong to these exports: another
/// organization, scope or service, or older than one of them. A field that a header lacks is not
/// compared.
///
/// If users of the desired side are malformed, a user who is absent may be one of them. If groups
/// of a scope are, a user who is absent may be their member. Without confirmations an empty set of
/// them is then added, so that no absence is confirmed.
void check_confirmations(Sides& sides);

/// Adds the unmanaged users and groups that were found to the current side, without those whose id
/// it has.
void add_found_unmanaged(Sides& sides);
/// The same for managed users. Returns a sentence for each: `list` left that user out.
[[nodiscard]] std::vector<std::string> add_found_users(
    Sides& sides, const std::string& list = "the list of SCIM");
[[nodiscard]] std::vector<std::string> add_found_groups(
    Sides& sides, const std::string& list = "the list of SCIM");
/// All of these. Members of listed groups who were found get their externalId.
[[nodiscard]] std::vector<std::string> add_found(Sides& sides,
                                                 const std::string& list = "the list of SCIM");
/// A sentence about a list that lacks `found` managed records, at least one. A lookup asks about
/// desired records only. So the list may also lack users who have left, and the exit status is at
/// least `partial`.
[[nodiscard]] std::string describe_short_list(std::size_t found);

}  // namespace record
