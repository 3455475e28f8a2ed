// Expectations of most tests: the Error that ends a call, and the messages on standard error.
#pragma once

#include "base/error.hpp"
#include "base/exit_status.hpp"
#include "base/logging.hpp"

#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

struct Caught {
    ExitStatus status = ExitStatus::ok;
    std::string sentence{};

    [[nodiscard]] bool says(std::string_view words) const {
        return sentence.find(words) != std::string::npos;
    }
};

/// The Error that `action` ends with; status ok if there is none.
template <class Action>
Caught caught(Action&& action) {
    try {
        action();
    } catch (const Error& error) {
        return {error.status(), error.what()};
    }
    return {ExitStatus::ok, "nothing was thrown"};
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Captures standard error during its lifetime.
class CapturedLog {
  public:
    explicit CapturedLog(logging::Level level = logging::Level::warning,
                         logging::Format format = logging::Format::text)
        : before_(std::cerr.rdbuf(taken_.rdbuf())) {
        logging::configure({"test", level, format, {}});
    }
    CapturedLog(const CapturedLog&) = delete;
    CapturedLog& operator=(const CapturedLog&) = delete;
    ~CapturedLog() { std::cerr.rdbuf(before_); }

    [[nodiscard]] std::string text() const { return taken_.str(); }

  private:
    std::ostringstream taken_{};
    std::streambuf* before_;
};
