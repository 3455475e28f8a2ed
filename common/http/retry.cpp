#include "http/retry.hpp"

#include "base/parse_number.hpp"

#include <algorithm>
#include <ctime>
#include <string>

namespace http {

bool is_retryable(const Result& result, bool harmless) {
    if (const auto* failure = std::get_if<Failure>(&result)) {
        switch (failure->reason) {
            case Failure::Reason::refused:
                return true;
            case Failure::Reason::timeout:
            case Failure::Reason::interrupted:
                return harmless;
            default:
                return false;
        }
    }
    switch (status_of(result)) {
        case 429:
        case 503:
            return true;
        case 408:
        case 500:
        case 502:
        case 504:
            return harmless;
        default:
            return false;
    }
}

std::optional<std::chrono::milliseconds> retry_after(const Result& result, std::time_t now) {
    const auto* response = std::get_if<Response>(&result);
    const auto text = response == nullptr ? std::string() : response->header("retry-after");
    if (text.empty()) {
        return std::nullopt;
    }
    auto seconds = parse_number<long>(text);
    if (!seconds) {
        std::tm date{};
        if (strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr) {
            return std::nullopt;
        }
        seconds = std::max(0L, static_cast<long>(timegm(&date) - now));
    }
    if (*seconds < 0) {
        return std::nullopt;
    }
    constexpr long kDay =
        86'400;  // keeps the milliseconds in range; the policy's own bound is far below
    return std::chrono::seconds(std::min(*seconds, kDay));
}

std::chrono::milliseconds backoff(const RetryPolicy& policy, int attempt, double dice) {
    const auto doubled = policy.base.count() << std::min(attempt, 20);
    const auto most =
        std::min<std::chrono::milliseconds::rep>(doubled, policy.longest_wait.count());
    return std::chrono::milliseconds(
        static_cast<std::chrono::milliseconds::rep>(static_cast<double>(most) * dice));
}

}  // namespace http
