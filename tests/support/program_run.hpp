// Programs for the tests of os::subprocess: shell scripts, and a pipe that shows whether a script
// still runs.
#pragma once

#include "os/subprocess.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace program_run {

using os::subprocess::Command;
using os::subprocess::Pool;
using os::subprocess::ProgramResult;
using std::chrono::milliseconds;
using std::chrono::seconds;

using Texts = std::vector<std::string>;

inline const Texts kPath{"PATH=/usr/bin:/bin"};

inline Command shell(const std::string& script) {
    return {{"/bin/sh", "-c", script}, kPath};
}

inline ProgramResult ending_of(Command command) {
    std::optional<ProgramResult> ending;
    Pool pool(1);
    pool.run(std::move(command), [&](ProgramResult e) { ending = std::move(e); });
    pool.drain();
    REQUIRE(ending);
    return *ending;
}

/// A named pipe that is at its end as soon as no process has it open for writing.
class Lifeline {
  public:
    explicit Lifeline(std::string path) : path_(std::move(path)) {
        REQUIRE(mkfifo(path_.c_str(), 0600) == 0);
        fd_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        REQUIRE(fd_ >= 0);
    }
    Lifeline(const Lifeline&) = delete;
    Lifeline& operator=(const Lifeline&) = delete;
    ~Lifeline() { close(fd_); }

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Whether a process wrote a line to it within `longest`; takes the line.
    [[nodiscard]] bool is_held_within(seconds longest) const {
        pollfd watched{fd_, POLLIN, 0};
        char line[64];
        return poll(&watched, 1, static_cast<int>(milliseconds(longest).count())) == 1 &&
               read(fd_, line, sizeof line) > 0;
    }

    /// Whether it was opened and then closed by all processes within `longest`.
    [[nodiscard]] bool ends_within(seconds longest) const {
        pollfd watched{fd_, POLLIN, 0};
        const auto wait = static_cast<int>(milliseconds(longest).count());
        return poll(&watched, 1, wait) == 1 && (watched.revents & POLLHUP) != 0;
    }

  private:
    std::string path_;
    int fd_ = -1;
};

}  // namespace program_run
