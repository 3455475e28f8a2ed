// The access that a plan takes away, read from the server and not from the plan.
#pragma once

#include "model_server.hpp"

#include <string>
#include <vector>

namespace laws {

/// Users who are no longer active, removed keys and removed members (of any user): one text each.
[[nodiscard]] std::vector<std::string> losses(const ModelServer& before, const ModelServer& after);

/// The losses if `plan` were sent to `server`.
[[nodiscard]] std::vector<std::string> losses_of(ModelServer server, const std::string& plan);

}  // namespace laws
