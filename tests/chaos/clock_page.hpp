// The page of memory by which a test controls the clocks, and the end, of the processes of a run.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace chaos {

/// Shared by the test, which writes it, and the processes that loaded clock.cpp. CHAOS_CLOCK is the
/// path of its file.
struct ClockPage {
    std::atomic<std::int64_t> jump_ns{0};  ///< the offset of the clock of the day, in all of them
    /// In the four tools: the factor by which waits are shorter and steady clocks faster. Not to be
    /// changed while one runs.
    std::atomic<std::int32_t> speed{1};
    std::array<char, 16> victim{};             ///< a tool of this name kills itself ...
    std::atomic<std::int32_t> writes_left{0};  ///< ... in this write to its standard output
};

}  // namespace chaos
