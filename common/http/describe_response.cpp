#include "http/describe_response.hpp"

#include "base/error.hpp"
#include "base/json_parse.hpp"
#include "base/logging.hpp"
#include "base/text.hpp"
#include "base/undecodable.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace http {

using nlohmann::json;

namespace {

constexpr int kDeepestBody = 32;
constexpr std::size_t kLongestDate = 40;
constexpr std::size_t kLongestNumber = 40;

std::string first_text(const json& object, std::initializer_list<const char*> names) {
    for (const auto* name : names) {
        if (auto value = text::of(object, name); !value.empty()) {
            return value;
        }
        const auto list = object.value(name, json());
        if (list.is_array() && !list.empty()) {  // some servers send `detail` as a list
            return list.dump();
        }
    }
    return {};
}

bool is_page(const Response& response) {
    return response.header("content-type").starts_with("text/html") ||
           response.body.starts_with("<");
}

bool claims_json(const Response& response) {
    return response.header("content-type").find("json") != std::string::npos;
}

std::string describe_error_body(const Response& response) {
    constexpr std::size_t kLongest = 300;
    const auto body = json_body(response);
    if (!body || !body->is_object()) {
        return is_page(response) ? ": a web page instead of JSON; is the URL right, and is a proxy "
                                   "or login page in between?"
                                 : "";
    }
    const auto kind = first_text(*body, {"scimType", "code"});
    // Masked before it is cut: a part of a secret is not recognised.
    const auto detail =
        logging::presentable(first_text(*body, {"detail", "message", "title"})).substr(0, kLongest);
    return (kind.empty() ? "" : " (" + kind + ")") + (detail.empty() ? "" : ": " + detail);
}

constexpr std::string_view word(Failure::Reason reason) {
    switch (reason) {
        case Failure::Reason::refused:
            return "no connection";
        case Failure::Reason::timeout:
            return "no answer in time";
        case Failure::Reason::interrupted:
            return "the connection broke";
        case Failure::Reason::unmatched:
            return "the result is unknown";
        case Failure::Reason::too_large:
            return "the answer is too large";
        case Failure::Reason::untrusted:
            return "the server's certificate is not trusted";
        case Failure::Reason::unusable:
            return "invalid request (bad URL or setting)";
        case Failure::Reason::blocked:
            return "no way to the service";
        case Failure::Reason::stopped:
            return "not sent";
    }
    return "failed";
}

constexpr std::string_view advice(Failure::Reason reason) {
    return reason == Failure::Reason::untrusted
               ? "; if an authority of your own has signed it, give its file with --ca-file, "
                 "SYNC_CA_FILE or SSL_CERT_FILE; otherwise check the base URL, the proxy and the "
                 "clock of this "
                 "machine, and ask the operator of the service to renew the certificate"
               : "";
}

bool may_pass(const Result& result) {
    if (const auto* failure = std::get_if<Failure>(&result)) {
        return failure->reason == Failure::Reason::refused ||
               failure->reason == Failure::Reason::stopped ||
               failure->reason == Failure::Reason::timeout ||
               failure->reason == Failure::Reason::interrupted ||
               failure->reason == Failure::Reason::unmatched;
    }
    const int status = status_of(result);
    return status == 408 || status == 429 || (status >= 500 && status != 501);
}

}  // namespace

std::optional<json> json_body(const Response& response) {
    if (response.body.empty()) {
        return std::nullopt;  // a 204 has no body, which is correct
    }
    auto value = try_parse_json(response.body, kDeepestBody);
    return value ? value : try_parse_json(replace_undecodable(response.body), kDeepestBody);
}

std::string describe(const Result& result) {
    if (const auto* failure = std::get_if<Failure>(&result)) {
        return std::string(word(failure->reason)) +
               (failure->detail.empty() ? "" : ": " + failure->detail) +
               std::string(advice(failure->reason));
    }
    const auto& response = std::get<Response>(result);
    const std::string status = "HTTP " + std::to_string(response.status);
    constexpr std::array<int, 5> kRedirects{301, 302, 303, 307, 308};
    if (std::find(kRedirects.begin(), kRedirects.end(), response.status) != kRedirects.end()) {
        return status + ": redirected, and redirects are not followed; give the final URL";
    }
    return status + describe_error_body(response);
}

std::string describe_body(const Response& response) {
    if (is_page(response)) {
        return "an HTML page (proxy or login page?)";
    }
    if (const auto encoding = response.header("content-encoding"); !encoding.empty()) {
        return "a body encoded as " + logging::presentable(encoding) + ", which was not asked for";
    }
    if (response.body.empty()) {
        return "an empty body";
    }
    const auto type = response.header("content-type");
    const auto size = std::to_string(response.body.size());
    if (!claims_json(response)) {
        return size + " bytes of " + (type.empty() ? "unnamed type" : type);
    }
    try {
        (void)parse_json(response.body, kDeepestBody);
    } catch (const json::parse_error& error) {
        return "JSON that goes wrong at byte " + std::to_string(error.byte) + " of " + size;
    } catch (const json::exception& error) {
        const std::string_view words = error.what();  // end with the number in quotes
        return "JSON with a number out of range: " +
               std::string(words.substr(std::min(words.find('\''), words.size()), kLongestNumber));
    } catch (const JsonTooDeep&) {
        return "JSON nested more than " + std::to_string(kDeepestBody) + " deep";
    }
    return size + " bytes of " + type;
}

std::string no_json(const Response& response, const std::string& hint) {
    const bool is_damaged = claims_json(response) && !is_page(response);
    return "not JSON but " + describe_body(response) + "; " +
           (is_damaged ? "the response is corrupted (by the service or a proxy): retry, and if it "
                         "persists, report this to the service operator"
                       : hint);
}

void throw_failure(const std::string& what, const Result& result, const std::string& hint) {
    const int status = status_of(result);
    if (status == 401 || status == 403) {
        throw Error(ExitStatus::denied, what + ": " + describe(result) + "; " + hint);
    }
    if (may_pass(result)) {
        const auto* response = std::get_if<Response>(&result);
        const auto wait =
            response == nullptr
                ? std::string()
                : logging::presentable(response->header("retry-after")).substr(0, kLongestDate);
        throw Error(ExitStatus::retry_later,
                    what + ": " + describe(result) + "; run again later" +
                        (wait.empty() ? "" : ", as it says: Retry-After: " + wait));
    }
    throw Error(ExitStatus::unavailable, what + ": " + describe(result));
}

}  // namespace http
