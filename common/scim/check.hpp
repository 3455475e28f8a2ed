// scim-export --check: tries the calls that an export and a run make on a SCIM service. Read-only,
// and without the names of users.
#pragma once

#include "base/id_table.hpp"
#include "cli/check_report.hpp"
#include "scim/client.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scim {

/// Checks that the service can be reached, accepts the token and has a ServiceProviderConfig. False
/// if further checks are pointless.
[[nodiscard]] bool check_access(ScimClient& service, cli::CheckReport& findings);

/// Checks access, paging, filters, members, ETags, and which records are managed.
void check_current_side(ScimClient& service, cli::CheckReport& findings);

/// Whether the server pays attention to the requested start of a page.
enum class IndexPaging { works, ignored, unclear };

/// `first` begins at the first row. `from_second` is the answer to a request for one row, the
/// second.
[[nodiscard]] IndexPaging judge_index(const std::vector<std::string>& first,
                                      const std::vector<std::string>& from_second);

/// The counts of one complete list.
struct ResourceCounts {
    std::size_t managed = 0;
    std::size_t unmanaged = 0;
    std::size_t inactive = 0;         ///< of the managed users
    std::size_t repeated = 0;         ///< managed, with an external id that an earlier record has
    std::size_t unreadable = 0;       ///< an export would end at this record
    std::size_t versions = 0;         ///< resources with an ETag
    std::size_t with_members = 0;     ///< groups listed with members
    std::size_t empty = 0;            ///< groups listed with an empty list of members
    std::size_t may_be_cut = 0;       ///< of with_members: see may_be_cut()
    std::size_t without_members = 0;  ///< groups listed without it
};

/// Counts one resource. `external_ids` holds those of the resources before it.
void count(record::Kind kind,
           const nlohmann::json& resource,
           IdTable& external_ids,
           ResourceCounts& tally);

}  // namespace scim
