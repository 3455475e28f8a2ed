// Classifies a failure of libcurl, and decides whether the request reached the service. Pure.
#pragma once

#include "http/transport.hpp"

namespace http {

/// `code` is a CURLcode. `connected`: the connection with the service was made.
[[nodiscard]] Failure::Reason reason_of(int code, bool connected);

/// The answer of a proxy to CONNECT, 300 or more: the service has not received the request.
[[nodiscard]] Failure refused_by_proxy(int status);

}  // namespace http
