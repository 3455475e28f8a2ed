// The approvals that a run has used and who gave them, for the seal of the results.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace apply {

/// One object for each digest: `digest`, `at` (RFC 3339), `host`, `user` (of this process) and
/// `by`, if the operator gave a name. An empty array if there is no digest.
[[nodiscard]] nlohmann::ordered_json record_of_approvals(const std::vector<std::string>& digests,
                                                         const std::string& at,
                                                         const std::string& by);

}  // namespace apply
