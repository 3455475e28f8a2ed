#include "http/http_date.hpp"

#include <curl/curl.h>

namespace http {

std::optional<std::time_t> parse_http_date(const std::string& text) {
    // curl_getdate also accepts incomplete dates, such as "06 Nov 1994" or "12".
    if (text.find(':') == std::string::npos) {
        return std::nullopt;
    }
    const auto seconds = curl_getdate(text.c_str(), nullptr);
    return seconds < 0 ? std::nullopt : std::optional(seconds);
}

}  // namespace http
