// Runs programs at the same time, each with its own environment, time limit and bounded output. No
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
    std::vector<std::string> environment{};  ///< NAME=value; no other variable is inherited
    std::chrono::milliseconds time_limit{20'000};
    std::size_t most_output = std::size_t{1} << 20U;  ///< bytes of standard output
};

/// How a program ended. `out` is valid only if ok().
struct ProgramResult {
    bool ran = false;  ///< it exited by itself, in time and within its output limit
    int status = 0;    ///< its exit status, if it ran
    std::string out{};
    std::string why{};  ///< for people: "exit status 3: no such user", "no end after 20 s"

    [[nodiscard]] bool ok() const { return ran && status == 0; }
};

/// The path of the program on PATH, or the argument itself if it is a path; nullopt if there is no
/// such program.
[[nodiscard]] std::optional<std::string> find_program(const std::string& program);

/// At most `jobs` programs at once. The destructor kills and reaps programs that still run, with
/// the programs that they started. If this process is killed (SIGKILL), the kernel kills its
/// programs, but not the programs that these started.
class Pool {
  public:
    using Done = std::function<void(ProgramResult)>;

    explicit Pool(std::size_t jobs);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Starts the program, after a wait for a free place. `done` is called from a later run() or
    /// drain(), or from this call if the program cannot be started. After signals::unwind(), a
    /// signal ends the wait with signals::Interrupted.
    void run(Command command, Done done);
    /// Waits for all programs.
    void drain();

  private:
    struct Child;

    [[nodiscard]] int start(const Command& command, Done& done);
    void wait_for_one();
    void finish(std::size_t index);

    std::size_t jobs_;
    std::uint64_t started_ = 0;
    Epoll watched_{};  // is destroyed after the children, whose descriptors it watches
    std::vector<std::unique_ptr<Child>> children_{};
};

}  // namespace os::subprocess
