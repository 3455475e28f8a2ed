#include "activate/credential.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace activate {

using nlohmann::json;

namespace {

[[noreturn]] void not_a_key(const std::string& why) {
    throw Error(ExitStatus::bad_config,
                "ACTIVATE_API_KEY is not an ACTIVATE credential: " + why +
                    "; copy it again from ACTIVATE, Username > Account > Authentication > API Keys "
                    "(an API key begins with pwt_)");
}

std::optional<std::string> decoded_host(std::string_view encoded) {
    auto host = encoding::from_base64url(encoded);
    if (!host) {
        host = encoding::from_base64(encoded);
    }
    const bool clean =
        host && !host->empty() &&
        std::all_of(host->begin(), host->end(), [](char c) { return c > ' ' && c < '\x7F'; });
    return clean ? host : std::nullopt;
}

std::string with_scheme(const std::string& host) {
    return host.find("://") == std::string::npos ? "https://" + host : host;
}

// The claim `platform_host` of a JWT. Its signature is verified by the server alone.
std::optional<std::string> jwt_host(std::string_view payload) {
    const auto decoded = encoding::from_base64url(payload);
    const auto claims = decoded ? json::parse(*decoded, nullptr, false) : json();
    if (!claims.is_object()) {
        not_a_key("it has the three parts of a JWT, but the middle one is not JSON");
    }
    const auto host = claims.find("platform_host");
    return host != claims.end() && host->is_string()
               ? std::optional<std::string>(host->get<std::string>())
               : std::nullopt;
}

}  // namespace

Credential parse_credential(const std::string& text) {
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; })) {
        not_a_key("it holds white space, a control character or a character that is not ASCII");
    }
    for (const auto* prefix : {"pwt_", "pwut_"}) {
        if (!text.starts_with(prefix)) {
            continue;
        }
        const std::size_t begin = std::string_view(prefix).size();
        const auto dot = text.find('.');
        if (dot == std::string::npos || dot + 1 == text.size()) {
            not_a_key("there is no secret after a dot; it may be cut off");
        }
        const auto host = decoded_host(std::string_view(text).substr(begin, dot - begin));
        if (!host) {
            not_a_key("the part before the dot names no host; it may be damaged");
        }
        return {text, begin == 4, with_scheme(*host)};
    }
    if (std::count(text.begin(), text.end(), '.') == 2) {
        const auto first = text.find('.');
        const auto host =
            jwt_host(std::string_view(text).substr(first + 1, text.rfind('.') - first - 1));
        return {text, false, host ? std::optional<std::string>(with_scheme(*host)) : std::nullopt};
    }
    not_a_key("it begins with neither pwt_ nor pwut_, and is not a JWT");
}

}  // namespace activate
