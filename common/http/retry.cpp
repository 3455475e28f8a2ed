#include "http/retry.hpp"

#include "base/parse_number.hpp"
#include "http/http_date.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <string>
#include <string_view>

namespace http {

namespace {

// 509 and 520 to 530 are not in the RFCs: bandwidth limits, and Cloudflare's statuses for the
// service that it protects.
bool may_pass(int status) {
    switch (status) {
        case 408:
        case 429:
        case 500:
        case 502:
        case 503:
        case 504:
        case 509:
            return true;
        default:
            return status >= 520 && status <= 530;
    }
}

bool accepts_json_only(const Request& request) {
    const auto accept = std::find_if(request.headers.begin(),
                                     request.headers.end(),
                                     [](const auto& header) { return header.first == "Accept"; });
    return accept != request.headers.end() && accept->second.find("json") != std::string::npos &&
           accept->second.find("text/") == std::string::npos;
}

// Only the first and the last character are looked at: a list may have many megabytes.
bool may_be_json(std::string_view body) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = body.find_first_not_of(kSpace);
    if (first == std::string_view::npos || body[first] == '<') {
        return false;
    }
    const char last = body[body.find_last_not_of(kSpace)];
    return body[first] == '{' ? last == '}' : body[first] != '[' || last == ']';
}

// RFC 9110 has complete seconds; fractions were seen.
std::optional<double> seconds_in(const std::string& text) {
    const auto point = text.find('.');
    const auto whole = parse_number<long>(text.substr(0, point));
    if (!whole || *whole < 0) {
        return std::nullopt;
    }
    if (point == std::string::npos) {
        return static_cast<double>(*whole);
    }
    const auto digits = text.substr(point + 1, 9);
    const auto part = parse_number<long>(digits);
    if (!part || *part < 0 ||
        text.find_first_not_of("0123456789", point + 1) != std::string::npos) {
        return std::nullopt;
    }
    return static_cast<double>(*whole) +
           static_cast<double>(*part) / std::pow(10, static_cast<double>(digits.size()));
}

// Keeps the milliseconds in range; the maximum of the policy is far below.
std::chrono::milliseconds bounded(double seconds) {
    constexpr double kDay = 86'400;
    return std::chrono::milliseconds(
        static_cast<std::chrono::milliseconds::rep>(std::ceil(std::min(seconds, kDay) * 1000)));
}

}  // namespace

bool is_retryable(const Result& result, bool harmless) {
    if (const auto* failure = std::get_if<Failure>(&result)) {
        switch (failure->reason) {
            case Failure::Reason::refused:
                return true;
            case Failure::Reason::timeout:
            case Failure::Reason::interrupted:
            case Failure::Reason::unmatched:
                return harmless;
            default:
                return false;
        }
    }
    return harmless && may_pass(status_of(result));
}

bool is_damaged(const Request& request, const Result& result) {
    const auto* response = std::get_if<Response>(&result);
    return response != nullptr && response->status == 200 && request.method == "GET" &&
           accepts_json_only(request) && !may_be_json(response->body);
}

std::optional<std::chrono::milliseconds> retry_after(const Result& result, std::time_t now) {
    const auto* response = std::get_if<Response>(&result);
    const auto text = response == nullptr ? std::string() : response->header("retry-after");
    if (const auto seconds = seconds_in(text)) {
        return bounded(*seconds);
    }
    const auto date = parse_http_date(text);
    if (!date) {
        return std::nullopt;
    }
    // The clocks of both sides may differ by more than the wait.
    const auto sent_at = parse_http_date(response->header("date")).value_or(now);
    return bounded(std::max(0.0, std::difftime(*date, sent_at)));
}

std::chrono::milliseconds backoff(const RetryPolicy& policy, int attempt, double dice) {
    const auto doubled = policy.base.count() << std::min(attempt, 20);
    const auto most =
        std::min<std::chrono::milliseconds::rep>(doubled, policy.longest_wait.count());
    return std::chrono::milliseconds(
        static_cast<std::chrono::milliseconds::rep>(static_cast<double>(most) * dice));
}

}  // namespace http
