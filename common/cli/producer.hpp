// The origin of a stream for its header: the program, its version, and the time.
#pragma once

#include <string>
#include <string_view>

namespace cli {

/// The current time as RFC 3339 in UTC, or SOURCE_DATE_EPOCH if that is set, so that a replay has
/// the same bytes. Throws Error{bad_config} if that is not an integer of seconds.
[[nodiscard]] std::string timestamp();

/// The name of the program and its version, as in `producer` and User-Agent.
[[nodiscard]] std::string product(std::string_view tool, char separator);

}  // namespace cli
