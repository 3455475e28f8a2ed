// Retries: the requests to repeat, and the pauses before them. Pure: the clock and the random
// number are arguments.
#pragma once

#include "http/transport.hpp"

#include <chrono>
#include <ctime>
#include <optional>
#include <string_view>

namespace http {

struct RetryPolicy {
    int attempts = 8;             ///< tries of one request, the first included
    int attempts_of_damaged = 3;  ///< tries of a GET whose answers are damaged
    std::chrono::milliseconds base{
        500};  ///< the first wait is at most this long, and the maximum doubles for each try
    std::chrono::milliseconds longest_wait{30'000};
    std::chrono::milliseconds longest_retry_after{
        300'000};  ///< a server that asks for more is not waited for
    std::chrono::milliseconds budget{
        600'000};  ///< of one run: after this wait, nothing is sent again
};

/// Whether a request may be tried again. A request that did not reach the service (no connection)
/// always may. Otherwise the service may have carried it out, with any status, so only a request
/// that is `harmless` to repeat may (GET, PATCH with absolute values). It may after 408, 429, 500,
/// 502 to 504, 509, 520 to 530, time-outs and broken connections.
[[nodiscard]] bool is_retryable(const Result& result, bool harmless);

/// A GET that accepts only JSON and was answered 200 without a body, with a web page, or with
/// incomplete JSON: a fault of a proxy, which is often temporary.
[[nodiscard]] bool is_damaged(const Request& request, const Result& result);

/// `Retry-After` in seconds, also with a fraction, or as an HTTP date (RFC 9110 §10.2.3). A date is
/// relative to the `Date` of the answer, otherwise to `now`. Nullopt if the header is missing or
/// invalid.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const Result& result,
                                                                   std::time_t now);

/// The wait before try number `attempt` + 1: full jitter, `dice` in [0, 1).
[[nodiscard]] std::chrono::milliseconds backoff(const RetryPolicy& policy,
                                                int attempt,
                                                double dice);

}  // namespace http
