// Retries: the requests to repeat, and the pauses before them. Pure: the clock and the dice are
// arguments.
#pragma once

#include "http/transport.hpp"

#include <chrono>
#include <ctime>
#include <optional>
#include <string_view>

namespace http {

struct RetryPolicy {
    int attempts = 8;                     ///< tries of one request, the first included
    int attempts_of_damaged = 3;          ///< tries of a GET whose answers are damaged
    std::chrono::milliseconds base{500};  ///< the first wait is at most this, doubling from there
    std::chrono::milliseconds longest_wait{30'000};
    std::chrono::milliseconds longest_retry_after{
        300'000};                               ///< a server that asks for more is not waited for
    std::chrono::milliseconds budget{600'000};  ///< of one run: after this nothing is sent again
};

/// Whether a second try is in order. A request that never reached the service (no connection):
/// always. 408, 429, 500, 502 to 504, 509, 520 to 530, time-outs and broken connections: only what
/// is `harmless` to repeat (GET, PATCH with absolute values), since the service may have carried it
/// out, with any status.
[[nodiscard]] bool is_retryable(const Result& result, bool harmless);

/// A GET that accepts JSON alone and was answered 200 without a body, with a web page, or with JSON
/// that stops before its end: a fault of something in between, which often passes.
[[nodiscard]] bool is_damaged(const Request& request, const Result& result);

/// `Retry-After` in seconds, also with a fraction, or as an HTTP date (RFC 9110 §10.2.3). A date is
/// relative to the answer's own `Date`, else to `now`. Nullopt when absent or nonsense.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const Result& result,
                                                                   std::time_t now);

/// The wait before try number `attempt` + 1: full jitter, `dice` in [0, 1).
[[nodiscard]] std::chrono::milliseconds backoff(const RetryPolicy& policy,
                                                int attempt,
                                                double dice);

}  // namespace http
