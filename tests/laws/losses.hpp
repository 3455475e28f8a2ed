// The access that a plan takes away, read from the server and not from the plan.
#pragma once

#include "model_server.hpp"

#include <string>
#include <vector>

namespace laws {

/// Who is no longer active, which key and which member (of any user's) is gone: one text each.
[[nodiscard]] std::vector<std::string> losses(const ModelServer& before, const ModelServer& after);

/// Those that sending `plan` to `server` would bring.
[[nodiscard]] std::vector<std::string> losses_of(ModelServer server, const std::string& plan);

}  // namespace laws
