// The JSON body of a successful answer.
#pragma once

#include "http/transport.hpp"

#include <nlohmann/json_fwd.hpp>

namespace apply {

/// Throws Error{unavailable} that says what is wrong with the answer: no success, or a body that is
/// not JSON.
[[nodiscard]] nlohmann::json body_of(const http::Result& result);

}  // namespace apply
