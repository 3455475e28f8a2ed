// What to send again, and how long to wait before. Pure: the clock and the dice are arguments.
#pragma once

#include "http/transport.hpp"

#include <chrono>
#include <ctime>
#include <optional>
#include <string_view>

namespace http {

struct RetryPolicy {
    int attempts = 8;                     ///< tries of one request, the first included
    std::chrono::milliseconds base{500};  ///< the first wait is at most this, doubling from there
    std::chrono::milliseconds longest_wait{30'000};
    std::chrono::milliseconds longest_retry_after{
        300'000};                               ///< a server that asks for more is not waited for
    std::chrono::milliseconds budget{600'000};  ///< of one run: after this nothing is sent again
};

/// Whether a second try is in order. 429, 503 and a connection that was never made: always, the
/// server did nothing. 500, 502, 504, time-outs and broken connections: only what is `harmless` to
/// repeat (GET, PATCH with absolute values).
[[nodiscard]] bool is_retryable(const Result& result, bool harmless);

/// `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3) relative to `now`; nullopt when
/// absent or nonsense.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const Result& result,
                                                                   std::time_t now);

/// The wait before try number `attempt` + 1: full jitter, `dice` in [0, 1).
[[nodiscard]] std::chrono::milliseconds backoff(const RetryPolicy& policy,
                                                int attempt,
                                                double dice);

}  // namespace http
