#include "http/base_url.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>

namespace http {

namespace {

struct UrlDeleter {
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
struct TextDeleter {
    void operator()(char* text) const noexcept { curl_free(text); }
};

std::string part_of(CURLU* url, CURLUPart part, unsigned int flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) {
        return {};
    }
    return std::unique_ptr<char, TextDeleter>(text).get();
}

bool is_loopback(const std::string& host) {
    in_addr address{};
    if (inet_pton(AF_INET, host.c_str(), &address) == 1) {
        return (ntohl(address.s_addr) >> 24U) == 127;
    }
    in6_addr address6{};
    if (host.starts_with('[') && host.ends_with(']')) {
        return inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address6) == 1 &&
               IN6_IS_ADDR_LOOPBACK(&address6);
    }
    return text::fold(host) == "localhost";
}

// Quotation marks of word processors: U+2018 to U+201F.
bool is_curled(std::string_view url) {
    const auto at = url.find("\xE2\x80");
    return at != std::string_view::npos && at + 2 < url.size() && url[at + 2] >= '\x98' &&
           url[at + 2] <= '\x9F';
}

std::string without_trailing_slashes(std::string url) {
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

}  // namespace

std::string checked_base_url(const std::string& given,
                             const std::function<void(const std::string& sentence)>& complain) {
    const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
    const auto refuse = [&](const std::string& why) { complain("is not usable: " + why); };
    const std::string url(text::trim(given));
    if (url.find_first_of("\"'`<>\\ \t\r\n") != std::string::npos || is_curled(url)) {
        refuse("it holds a quote, a white space, \\, < or >; remove what is not part of the URL");
    }
    if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
        refuse("it is not a URL; a URL begins with https://");
    }
    const auto scheme = part_of(parsed.get(), CURLUPART_SCHEME);
    const auto host = part_of(parsed.get(), CURLUPART_HOST);
    if (!part_of(parsed.get(), CURLUPART_USER).empty() ||
        !part_of(parsed.get(), CURLUPART_PASSWORD).empty()) {
        refuse("it holds a user or password; the credential has a variable of its own");
    }
    if (!part_of(parsed.get(), CURLUPART_QUERY).empty() ||
        !part_of(parsed.get(), CURLUPART_FRAGMENT).empty()) {
        refuse("it holds a query or a fragment; give the base URL only");
    }
    if (scheme != "https" && !(scheme == "http" && is_loopback(host))) {
        refuse(scheme + "://" + host +
               " would send the credential in clear text; write https:// (http:// is for loopback "
               "only)");
    }
    return without_trailing_slashes(url);
}

std::string_view origin_of(std::string_view url) {
    constexpr std::string_view kBeforeAuthority = "://";
    const auto scheme = url.find(kBeforeAuthority);
    return scheme == std::string_view::npos
               ? url
               : url.substr(0, url.find_first_of("/?#", scheme + kBeforeAuthority.size()));
}

bool is_loopback_url(const std::string& url) {
    const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
    return curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK &&
           is_loopback(part_of(parsed.get(), CURLUPART_HOST));
}

std::string canonical_base_url(const std::string& base_url) {
    const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
    if (curl_url_set(parsed.get(), CURLUPART_URL, base_url.c_str(), 0) != CURLUE_OK) {
        return base_url;
    }
    const auto port = part_of(parsed.get(), CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
    return without_trailing_slashes(text::fold(part_of(parsed.get(), CURLUPART_SCHEME)) + "://" +
                                    text::fold(part_of(parsed.get(), CURLUPART_HOST)) +
                                    (port.empty() ? "" : ":" + port) +
                                    part_of(parsed.get(), CURLUPART_PATH));
}

}  // namespace http
