// Programs run next to each other, each with its own environment, time limit and bounded output. No
// shell, no threads.
#pragma once

#include "os/epoll.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace os::subprocess {

struct Command {
    std::vector<std::string> argv{};         ///< argv[0] is looked up on our PATH
    std::vector<std::string> environment{};  ///< NAME=value; nothing else is inherited
    std::chrono::milliseconds time_limit{20'000};
    std::size_t most_output = std::size_t{1} << 20U;  ///< bytes of standard output
};

/// How a program ended. `out` counts only when ok().
struct ProgramResult {
    bool ran = false;  ///< it exited by itself, in time and within its output
    int status = 0;    ///< its exit status, when it ran
    std::string out{};
    std::string why{};  ///< for people: "exit status 3: no such user", "no end after 20 s"

    [[nodiscard]] bool ok() const { return ran && status == 0; }
};

/// Where the program is on PATH, or itself when it names a place; nullopt when it is nowhere.
[[nodiscard]] std::optional<std::string> find_program(const std::string& program);

/// At most `jobs` programs at once. Programs still running when the pool goes are killed and
/// reaped, with what they started. When we are killed (SIGKILL), the kernel kills them; what they
/// started is then on its own.
class Pool {
  public:
    using Done = std::function<void(ProgramResult)>;

    explicit Pool(std::size_t jobs);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Starts the program, after waiting for a free place. `done` is called from a later run() or
    /// drain(), or from this one when the program cannot be started. Waiting ends by
    /// signals::Interrupted where signals::unwind() was called.
    void run(Command command, Done done);
    /// Waits for all of them.
    void drain();

  private:
    struct Child;

    [[nodiscard]] int start(const Command& command, Done& done);
    void wait_for_one();
    void finish(std::size_t index);

    std::size_t jobs_;
    std::uint64_t started_ = 0;
    Epoll watched_{};  // goes after the children, whose descriptors it watches
    std::vector<std::unique_ptr<Child>> children_{};
};

}  // namespace os::subprocess
