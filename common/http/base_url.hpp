// The addresses of services, as an operator writes them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace http {

/// The URL without white space around it and without trailing slashes. It must be https, or http to
/// a loopback host, without user, query and fragment, because a credential must not be sent in
/// clear text. Otherwise calls `complain`, which throws, with a sentence about the fault.
[[nodiscard]] std::string checked_base_url(
    const std::string& given, const std::function<void(const std::string& sentence)>& complain);

/// The canonical spelling of a base URL, by which streams identify their service: scheme and host
/// in small letters, without a default port, without trailing slashes. `base_url` must be a
/// checked_base_url.
[[nodiscard]] std::string canonical_base_url(const std::string& base_url);

/// The scheme and the authority of a URL (RFC 3986 §3): its text up to the path.
[[nodiscard]] std::string_view origin_of(std::string_view url);

/// Whether the host of `url` is this machine: localhost, 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_loopback_url(const std::string& url);

}  // namespace http
