#include "http/call_times.hpp"

#include <algorithm>

namespace http {

void CallTimes::call_in(std::chrono::milliseconds wait, Clock::time_point now) {
    asked_for_ = wait.count() < 0 ? std::nullopt : std::optional(now + wait);
}

std::chrono::milliseconds CallTimes::until_next(std::chrono::milliseconds longest,
                                                Clock::time_point now) const {
    const auto next = std::min(asked_for_.value_or(all_), all_);
    return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(next - now),
                      std::chrono::milliseconds(0),
                      longest);
}

bool CallTimes::is_call_due(Clock::time_point now) {
    if (!asked_for_ || *asked_for_ > now) {
        return false;
    }
    asked_for_.reset();
    return true;
}

bool CallTimes::is_call_of_all_due(Clock::time_point now) {
    constexpr std::chrono::milliseconds kInterval{100};
    if (all_ > now) {
        return false;
    }
    all_ = now + kInterval;
    return true;
}

}  // namespace http
