// The processes of one run of the entrypoint: starts them in a session of their own, signals them,
// waits for them, and counts them after the run.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace chaos {

/// Makes this process the parent of orphans, so that none is missed. To be called once.
void adopt_orphans();

class Pipeline {
  public:
    using Texts = std::vector<std::string>;

    /// Starts `command`; its standard error goes to the file `log`. Throws std::runtime_error.
    Pipeline(const Texts& command, const Texts& environment, const std::string& log);

    /// The exit status, or 128 and the number of the signal that ended it; nullopt if it still runs
    /// after `longest`.
    [[nodiscard]] std::optional<int> wait(std::chrono::seconds longest);
    [[nodiscard]] bool was_killed() const { return killed_; }
    /// True if no process of the session is left within `longest`.
    [[nodiscard]] bool ends_wholly(std::chrono::seconds longest) const;
    /// The remaining processes, as NAME(PID).
    [[nodiscard]] std::string processes_left() const;

    /// Callable from any thread.
    void signal_run(int signal) const;
    /// To one of its processes; `number` selects it.
    void signal_any(int signal, std::size_t number) const;
    void kill_all() const;

    [[nodiscard]] const std::string& log() const { return log_; }

  private:
    std::string log_;
    pid_t pid_ = -1;
    bool killed_ = false;
};

}  // namespace chaos
