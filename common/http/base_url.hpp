// The addresses of services, as an operator writes them.
#pragma once

#include <functional>
#include <string>

namespace http {

/// The URL without trailing slashes. Calls `complain`, which throws, with a sentence about it
/// unless it is https, or http to a loopback host, without user, query and fragment: a credential
/// must not travel in clear text.
[[nodiscard]] std::string checked_base_url(
    const std::string& url, const std::function<void(const std::string& sentence)>& complain);

/// The one spelling of a base URL, by which streams say of which service they are: scheme and host
/// in small letters, without a default port, without trailing slashes. `base_url` is a
/// checked_base_url.
[[nodiscard]] std::string canonical_base_url(const std::string& base_url);

}  // namespace http
