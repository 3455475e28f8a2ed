// The dates of HTTP headers (RFC 9110 §5.6.7). Pure.
#pragma once

#include <ctime>
#include <optional>
#include <string>

namespace http {

/// Seconds since 1970 of an HTTP date in any of its three forms (IMF-fixdate, RFC 850, asctime);
/// nullopt when `text` is not a date with a time of day.
[[nodiscard]] std::optional<std::time_t> parse_http_date(const std::string& text);

}  // namespace http
