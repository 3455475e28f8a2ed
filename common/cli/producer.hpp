// The origin of a stream, as its header names it: the program, its version, and the time.
#pragma once

#include <string>
#include <string_view>

namespace cli {

/// Now as RFC 3339 in UTC, or SOURCE_DATE_EPOCH when that is set, so that a replay is byte for byte
/// the same. Throws Error{bad_config} when that is not an integer of seconds.
[[nodiscard]] std::string timestamp();

/// The name of the program and its version, as in `producer` and User-Agent.
[[nodiscard]] std::string product(std::string_view tool, char separator);

}  // namespace cli
