// The times of calls to libcurl: at the time that it requested, and at regular times. Pure.
//
// Before 8.4, libcurl does not ask to be called when one address of a host did not answer and it
// turns to the next address (curl issue 11920). For this reason, all transfers are looked at every
// 100 ms, too.
#pragma once

#include "http/transport.hpp"

#include <chrono>
#include <optional>

namespace http {

class CallTimes {
  public:
    /// libcurl requested a call after `wait`; a negative wait cancels the request.
    void call_in(std::chrono::milliseconds wait, Clock::time_point now);

    /// How long to wait for the next call, from 0 to `longest`.
    [[nodiscard]] std::chrono::milliseconds until_next(std::chrono::milliseconds longest,
                                                       Clock::time_point now) const;

    /// True if the time that libcurl requested has come. That time is then forgotten: libcurl
    /// requests a new one.
    [[nodiscard]] bool is_call_due(Clock::time_point now);
    /// True if all transfers are to be looked at; the next time is then 100 ms from `now`.
    [[nodiscard]] bool is_call_of_all_due(Clock::time_point now);

  private:
    std::optional<Clock::time_point> asked_for_{};
    Clock::time_point all_{};
};

}  // namespace http
