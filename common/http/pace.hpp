// The pace of requests to a server whose limits are unknown. A server may limit the number of
// requests at once: for this, the pace has a window of requests in flight. It may limit the
// requests per second: for this, it has a rate. Pure: the clock is an argument.
#pragma once

#include "http/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace http {

/// The load that an answer indicates.
enum class Heard {
    served,    ///< the server did its work, with any result
    busy,      ///< 503, or no answer in time: too many at once
    too_fast,  ///< 429, or 503 with Retry-After: too many per second
    nothing,   ///< for example, a broken connection
};

class Pace {
  public:
    using Time = Clock::time_point;
    static constexpr double kNoLimit = std::numeric_limits<double>::infinity();

    /// The maximum of requests in flight, and of requests per second.
    Pace(std::size_t most_under_way, double most_a_second, Time now);

    [[nodiscard]] bool has_room() const;
    /// The earliest moment for the next request, once the window has room.
    [[nodiscard]] Time next_start() const { return slot_; }

    /// Counts a request that is sent; returns its number, for ended().
    std::uint64_t started(Time now);
    /// `silence` is the pause that the server asked for; used with `too_fast` only.
    void ended(std::uint64_t request, Heard heard, Clock::duration silence, Time now);

  private:
    void widen();
    void narrow();
    void slow_down(Time now);

    double most_under_way_;
    double most_a_second_;

    std::uint64_t sent_ = 0;  // the number of the last request
    std::size_t under_way_ = 0;
    double window_;
    double knee_ = kNoLimit;  // below this, the window doubles in each round trip
    double refused_window_ = kNoLimit;
    std::uint64_t last_full_ = 0;    // the last request sent while the window was full
    std::uint64_t last_narrow_ = 0;  // the last request sent before the window was halved

    double rate_;
    double refused_rate_ = kNoLimit;  // the rate that was refused last time
    std::uint64_t last_slow_ = 0;     // the last request sent before the rate was cut
    Time counted_since_;              // when the rate was cut, or the beginning
    double served_ = 0;               // since then
    Time slot_;  // the earliest time of the next request by the rate, or by a pause that was asked
                 // for
};

}  // namespace http
