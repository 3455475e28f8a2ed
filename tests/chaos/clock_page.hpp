// The page of memory through which a test drives the clocks, and the end, of the processes of a
// run.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace chaos {

/// Shared by the test, which writes it, and the processes that loaded clock.cpp. The file that
/// holds it is named in CHAOS_CLOCK.
struct ClockPage {
    std::atomic<std::int64_t> jump_ns{0};  ///< how far the clock of the day is off, in all of them
    /// In the four tools: so many times faster do waits end and steady clocks run. Not to be
    /// changed while one runs.
    std::atomic<std::int32_t> speed{1};
    std::array<char, 16> victim{};             ///< a tool of this name kills itself ...
    std::atomic<std::int32_t> writes_left{0};  ///< ... in this write to its standard output
};

}  // namespace chaos
