// The progress of a program that waits for a service: a line on the terminal each second, or a log
// line every 30 s.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

inline namespace base {
namespace progress {

using Time = std::chrono::steady_clock::time_point;

/// Where the lines go.
enum class Output {
    none,
    terminal,    ///< a line on standard error, which the next one replaces
    file,        ///< the same, as the content of a file: for a script that has the terminal
    log,         ///< a log line of level info
    always_log,  ///< a log line at any level
};

/// The work of one step, such as the reading of one list.
struct Work {
    std::string step{};     ///< "SCIM Users"; empty: not known
    std::size_t done = 0;   ///< records, or changes
    std::size_t total = 0;  ///< 0: not known
};

/// The answers that the program waits for.
struct Waiting {
    std::string service{};
    std::size_t in_flight = 0;           ///< requests
    std::size_t retries = 0;             ///< until now
    std::chrono::milliseconds pause{0};  ///< until the next request; 0: none
    bool asked_for = false;              ///< the service asked for this pause, with Retry-After
};

struct Line {
    Work work{};
    Waiting waiting{};
    std::size_t rate = 0;  ///< records or changes a second, since the line before
};

/// As a sentence: "SCIM Users: 1200 of 9500, 43/s, 2 retries; waiting for 16 responses of SCIM".
[[nodiscard]] std::string sentence_of(const Line& line);

/// Decides when a line is due, and knows the rate. Pure.
class Meter {
  public:
    Meter(std::chrono::seconds between, Time now) : between_(between), last_(now) {}

    [[nodiscard]] bool is_due(Time now) const { return now - last_ >= between_; }
    /// The line of `now`.
    [[nodiscard]] Line line(const Work& work, Waiting waiting, Time now);

  private:
    std::chrono::seconds between_;
    Time last_;
    Work last_work_{};
};

/// Called once by cli::run. `path` is that of Output::file. Process-wide, as the log is.
void configure(Output output, std::string path = {});
/// The step that runs, and how much of it is done.
void set(Work work);
/// One more of the step is done.
void advance();
/// To be called at least once a second by code that waits. `waiting` is called if a line is due.
void tick(Time now, const std::function<Waiting()>& waiting);

}  // namespace progress
}  // namespace base
