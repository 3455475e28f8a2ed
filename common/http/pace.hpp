// The pace of requests to a server whose limits are unknown. There are two means, because there are
// two kinds of limit: a window of requests in flight, for a server that does so much at a time, and
// a rate, for one that does so much a second. Pure: the clock is an argument.
#pragma once

#include "http/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace http {

/// What an answer says about the load.
enum class Heard {
    served,    ///< the server did its work, with any result
    busy,      ///< 503, or no answer in time: too many at a time
    too_fast,  ///< 429, or 503 with Retry-After: too many a second
    nothing,   ///< a broken connection, say
};

class Pace {
  public:
    using Time = Clock::time_point;
    static constexpr double kNoLimit = std::numeric_limits<double>::infinity();

    /// At most so many in flight, and so many a second.
    Pace(std::size_t most_under_way, double most_a_second, Time now);

    [[nodiscard]] bool has_room() const;
    /// The earliest moment for the next request, once there is room.
    [[nodiscard]] Time next_start() const { return slot_; }

    /// A request goes out; its number is for ended().
    std::uint64_t started(Time now);
    /// `silence` is how long the server asks to wait; of `too_fast` only.
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
    double knee_ = kNoLimit;  // up to here the window doubles a round trip
    double refused_window_ = kNoLimit;
    std::uint64_t last_full_ = 0;    // the last request sent while the window was full
    std::uint64_t last_narrow_ = 0;  // the last request sent before the window was halved

    double rate_;
    double refused_rate_ = kNoLimit;  // what was too much the last time
    std::uint64_t last_slow_ = 0;     // the last request sent before the rate was cut
    Time counted_since_;              // when it was cut, or the beginning
    double served_ = 0;               // since then
    Time slot_;  // when the rate, or a silence that was asked for, has room for the next
};

}  // namespace http
