// scim-export --check: what a SCIM service is like on the calls that an export and a run make,
// read-only and without naming any user.
#pragma once

#include "base/id_table.hpp"
#include "cli/check_report.hpp"
#include "scim/client.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scim {

/// Reachable, token accepted, ServiceProviderConfig. False when there is no point in going on.
[[nodiscard]] bool check_access(ScimClient& service, cli::CheckReport& findings);

/// All of it: access, paging, filters, members, ETags, whose records there are.
void check_current_side(ScimClient& service, cli::CheckReport& findings);

/// Whether the server minds where a page is asked to begin.
enum class IndexPaging { works, ignored, unclear };

/// `first` begins at the first row; `from_second` was asked for as one row, the second.
[[nodiscard]] IndexPaging judge_index(const std::vector<std::string>& first,
                                      const std::vector<std::string>& from_second);

/// What one complete list holds.
struct ResourceCounts {
    std::size_t managed = 0;
    std::size_t unmanaged = 0;
    std::size_t inactive = 0;         ///< of the managed users
    std::size_t repeated = 0;         ///< managed, with an external id that was there before
    std::size_t unreadable = 0;       ///< an export would end here
    std::size_t versions = 0;         ///< resources with an ETag
    std::size_t with_members = 0;     ///< groups listed with the attribute
    std::size_t without_members = 0;  ///< groups listed without it
};

/// Counts one resource in. `external_ids` holds those met before.
void count(record::Kind kind,
           const nlohmann::json& resource,
           IdTable& external_ids,
           ResourceCounts& tally);

}  // namespace scim
