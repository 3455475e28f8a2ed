// The addresses of services, as an operator writes them.
#pragma once

#include <functional>
#include <string>

namespace http {

/// The URL without white space around it and without trailing slashes. Calls `complain`, which
/// throws, with a sentence about it unless it is https, or http to a loopback host, without user,
/// query and fragment: a credential must not travel in clear text.
[[nodiscard]] std::string checked_base_url(
    const std::string& given, const std::function<void(const std::string& sentence)>& complain);

/// The one spelling of a base URL, by which streams say of which service they are: scheme and host
/// in small letters, without a default port, without trailing slashes. `base_url` is a
/// checked_base_url.
[[nodiscard]] std::string canonical_base_url(const std::string& base_url);

/// Whether the host of `url` is this machine: localhost, 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_loopback_url(const std::string& url);

}  // namespace http
