#include "scim_config.hpp"

#include "curl_transport.hpp"
#include "error.hpp"
#include "http.hpp"
#include "logging.hpp"

#include <algorithm>

namespace scim {

namespace {

constexpr const char* kCoreWeave = "https://api.coreweave.com/scim/";

std::string base_url(const cli::Options& options) {
    const auto& url = options.value("base-url");
    const auto& org = options.value("org-userid");
    if (!url.empty() && !org.empty()) {
        throw Error(ExitStatus::bad_config,
                    "CW_SCIM_BASE_URL and CW_SCIM_ORG_USERID are both given; keep one, the URL as the console prints it");
    }
    return http::checked_base_url(url.empty() ? kCoreWeave + http::percent_encode(org) : url, "CW_SCIM_BASE_URL");
}

}  // namespace

Config config_from(const cli::Options& options) {
    const auto token = cli::secret(options, "token-file", "CW_SCIM_BEARER_TOKEN");
    std::string missing;
    if (options.value("base-url").empty() && options.value("org-userid").empty()) {
        missing += " CW_SCIM_BASE_URL (the \"SCIM Base URL\" of the console's SCIM Configuration page) or CW_SCIM_ORG_USERID;";
    }
    if (!token) {
        missing += " CW_SCIM_BEARER_TOKEN or CW_SCIM_BEARER_TOKEN_FILE (a token made on the same page);";
    }
    if (!missing.empty()) {
        throw Error(ExitStatus::bad_config, "missing configuration:" + missing + " set them in the environment or in .env (see env.example)");
    }
    if (!std::all_of(token->begin(), token->end(), [](char c) { return c > ' ' && c < '\x7F'; })) {
        throw Error(ExitStatus::bad_config,
                    "CW_SCIM_BEARER_TOKEN holds a blank, a control character or one that is not ASCII; copy it again");
    }
    return {base_url(options),
            {{"Authorization", "Bearer " + *token}},
            static_cast<std::size_t>(options.number("page-size", 1, 10'000))};
}

}  // namespace scim
