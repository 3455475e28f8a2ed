// The JSON body of a successful answer.
#pragma once

#include "http/transport.hpp"

#include <nlohmann/json_fwd.hpp>

namespace apply {

/// Throws Error{unavailable}, with the fault of the answer, if it is not a success or its body is
/// not JSON.
[[nodiscard]] nlohmann::json body_of(const http::Result& result);

}  // namespace apply
