#include "scim/options.hpp"

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"
#include "cli/secret.hpp"
#include "http/base_url.hpp"
#include "http/transport.hpp"

#include <algorithm>

namespace scim {

namespace {

constexpr const char* kCoreWeave = "https://api.coreweave.com/scim/";
constexpr std::size_t kActivatePageSize = 200;  // the largest that its service returns

void refuse_missing(const std::string& missing) {
    if (!missing.empty()) {
        throw Error(ExitStatus::bad_config,
                    "missing configuration:" + missing +
                        " set them in the environment, or in the .env of pw-activate-scim-sync "
                        "(see env.example)");
    }
}

std::vector<std::pair<std::string, std::string>> bearer(const std::string& token,
                                                        const std::string& variable) {
    if (!std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7F'; })) {
        throw Error(
            ExitStatus::bad_config,
            variable +
                " holds white space, a control character or one that is not ASCII; copy it again");
    }
    return {{"Authorization", "Bearer " + token}};
}

std::string base_url(const cli::Options& options) {
    const auto& url = options.value("base-url");
    const auto org = text::trim(options.value("org-userid"));
    if (org.find_first_of("/:\"' \t") != std::string::npos) {
        options.refuse("org-userid",
                       "is not an organization's user id: it holds a slash, a colon, a quote or "
                       "white space; give a URL in CW_SCIM_BASE_URL");
    }
    if (!url.empty() && !org.empty()) {
        throw Error(ExitStatus::bad_config,
                    "CW_SCIM_BASE_URL and CW_SCIM_ORG_USERID are both given; keep one, the URL as "
                    "the console prints it");
    }
    return http::checked_base_url(
        url.empty() ? kCoreWeave + encoding::percent_encode(org) : url,
        [&](const std::string& sentence) { options.refuse("base-url", sentence); });
}

}  // namespace

std::string configured_base_url(const cli::Options& options) {
    const bool is_given =
        !options.value("base-url").empty() || !options.value("org-userid").empty();
    return is_given ? base_url(options) : "";
}

ServiceSettings service_settings_from(const cli::Options& options) {
    const auto token = cli::secret(options, "token-file", "CW_SCIM_BEARER_TOKEN");
    std::string missing;
    if (options.value("base-url").empty() && options.value("org-userid").empty()) {
        missing +=
            " CW_SCIM_BASE_URL (the \"SCIM Base URL\" of the console's SCIM Configuration page) or "
            "CW_SCIM_ORG_USERID;";
    }
    if (!token) {
        missing +=
            " CW_SCIM_BEARER_TOKEN or CW_SCIM_BEARER_TOKEN_FILE (a token made on the same page);";
    }
    refuse_missing(missing);
    return {base_url(options),
            bearer(*token, "CW_SCIM_BEARER_TOKEN"),
            static_cast<std::size_t>(options.number("page-size", 1, 10'000))};
}

ServiceSettings activate_settings_from(const cli::Options& options) {
    const auto token = cli::secret(options, "activate-token-file", "ACTIVATE_SCIM_BEARER_TOKEN");
    const auto& url = options.value("activate-base-url");
    std::string missing;
    if (url.empty()) {
        missing +=
            " ACTIVATE_SCIM_BASE_URL (https://HOST/api/organizations/NAME/scim/v2, as the "
            "organization's SCIM settings show it);";
    }
    if (!token) {
        missing +=
            " ACTIVATE_SCIM_BEARER_TOKEN or ACTIVATE_SCIM_BEARER_TOKEN_FILE (a token made in the "
            "same place);";
    }
    refuse_missing(missing);
    const auto complain = [&](const std::string& sentence) {
        options.refuse("activate-base-url", sentence);
    };
    return {http::checked_base_url(url, complain),
            bearer(*token, "ACTIVATE_SCIM_BEARER_TOKEN"),
            kActivatePageSize};
}

}  // namespace scim
