#include "http/pace.hpp"

#include <algorithm>
#include <cmath>

namespace http {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr double kFirstWindow = 4;
constexpr double kSlowest = 0.1;  // per second: a lower rate is of no use
constexpr auto kTick =
    std::chrono::milliseconds(10);  // the time that a late wake-up may make up for

Clock::duration interval(double rate) {
    return std::chrono::ceil<Clock::duration>(Seconds(1 / rate));
}

}  // namespace

Pace::Pace(std::size_t most_under_way, double most_a_second, Time now)
    : most_under_way_(static_cast<double>(most_under_way)),
      most_a_second_(most_a_second),
      window_(std::min(kFirstWindow, most_under_way_)),
      rate_(most_a_second),
      counted_since_(now),
      slot_(now) {}

bool Pace::has_room() const {
    return under_way_ < static_cast<std::size_t>(window_);
}

std::uint64_t Pace::started(Time now) {
    ++sent_;
    ++under_way_;
    if (!has_room()) {
        last_full_ = sent_;
    }
    if (rate_ < kNoLimit) {
        if (now < slot_ + interval(rate_)) {  // otherwise the rate was not the limit, and nothing
                                              // shows that a higher rate is possible
            // All requests of a second raise the rate by 10 %. From 90 % of the rate that was
            // refused last, they raise it by 0.2 %, because each refusal costs the pause that the
            // server asks for. If the rate reaches the refused one, the server has raised its
            // limit.
            const bool close = rate_ > 0.9 * refused_rate_ && rate_ < refused_rate_;
            rate_ = std::min(rate_ + (close ? 0.002 : 0.1), most_a_second_);
        }
        slot_ = std::max(slot_, now - kTick) + interval(rate_);
    }
    return sent_;
}

void Pace::ended(std::uint64_t request, Heard heard, Clock::duration silence, Time now) {
    --under_way_;
    switch (heard) {
        case Heard::served:
            ++served_;
            if (last_full_ >= request) {  // the window was full while the request was in flight; an
                                          // unused window shows nothing
                widen();
            }
            break;
        case Heard::busy:
            if (request > last_narrow_) {  // once a round trip: requests that were sent into the
                                           // wider window do not count again
                narrow();
            }
            break;
        case Heard::too_fast:
            if (request > last_slow_) {
                slow_down(now);
            }
            slot_ = std::max(
                slot_, now + silence);  // the pause is for all requests: the server asked for it
            break;
        case Heard::nothing:
            break;
    }
}

void Pace::widen() {
    const bool close = window_ < refused_window_ &&
                       window_ >= refused_window_ - 1;  // the next step was refused last time
    window_ =
        std::min(window_ + (window_ < knee_ ? 1 : (close ? 0.1 : 1) / window_), most_under_way_);
}

void Pace::narrow() {
    refused_window_ = std::floor(window_);
    window_ = knee_ = std::max(window_ / 2, 1.0);
    last_narrow_ = sent_;
}

// The rate is above the limit of the server. The rate that was served since the last time, pauses
// included, is below it. Their mean approaches the limit in few steps from any distance.
void Pace::slow_down(Time now) {
    const Seconds passed =
        std::max<Clock::duration>(now - counted_since_, std::chrono::milliseconds(1));
    const double goodput = std::max(served_, 1.0) / passed.count();
    refused_rate_ = rate_;
    rate_ = std::clamp(
        rate_ == kNoLimit ? goodput : 0.97 * std::sqrt(rate_ * goodput), kSlowest, rate_);
    last_slow_ = sent_;
    counted_since_ = now;
    served_ = 0;
}

}  // namespace http
