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

}  // namespace http
