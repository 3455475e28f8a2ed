#include "cli/known_secrets.hpp"

#include "base/logging.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace cli {

namespace {

constexpr std::array<std::string_view, 4> kCredentials{
    "ACTIVATE_API_KEY", "ACTIVATE_SCIM_BEARER_TOKEN", "CW_SCIM_BEARER_TOKEN", "PW_API_KEY"};

// The part of [scheme://]user:password@host before the host. libcurl prints a proxy that it cannot
// use.
void mask_proxy(std::string_view proxy) {
    const auto end = proxy.rfind('@');
    if (end == std::string_view::npos) {
        return;
    }
    const auto scheme = proxy.find("//");
    const auto begin = scheme < end ? scheme + 2 : 0;
    const auto user = proxy.substr(begin, end - begin);
    logging::mask(std::string(user));
    if (const auto colon = user.find(':'); colon != std::string_view::npos) {
        logging::mask(std::string(user.substr(colon + 1)));
    }
}

}  // namespace

void mask_secrets(const std::vector<std::string>& entries) {
    for (const std::string_view entry : entries) {
        const auto sign = std::min(entry.find('='), entry.size());
        const auto name = entry.substr(0, sign);
        const auto value = text::trim(entry.substr(std::min(sign + 1, entry.size())));
        if (std::find(kCredentials.begin(), kCredentials.end(), name) != kCredentials.end()) {
            logging::mask(std::string(value));
        } else if (text::fold(name).ends_with("_proxy")) {
            mask_proxy(value);
        }
    }
}

}  // namespace cli
