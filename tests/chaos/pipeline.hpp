// The processes of one run of the entrypoint: started in a session of their own, signalled, waited
// for, and counted when the run is over.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace chaos {

/// Processes whose parent ended become children of this one, so that none is missed. Once.
void adopt_orphans();

class Pipeline {
  public:
    using Texts = std::vector<std::string>;

    /// Starts `command`; its words go to the file `log`. Throws std::runtime_error.
    Pipeline(const Texts& command, const Texts& environment, const std::string& log);

    /// The exit status, or 128 and the number of the signal that ended it; nullopt: it still runs
    /// after `longest`.
    [[nodiscard]] std::optional<int> wait(std::chrono::seconds longest);
    [[nodiscard]] bool was_killed() const { return killed_; }
    /// True when no process of the session is left within `longest`.
    [[nodiscard]] bool ends_wholly(std::chrono::seconds longest) const;
    /// Those that are left, as NAME(PID).
    [[nodiscard]] std::string processes_left() const;

    /// Callable from any thread.
    void signal_run(int signal) const;
    /// To one of its processes; which one, `number` says.
    void signal_any(int signal, std::size_t number) const;
    void kill_all() const;

    [[nodiscard]] const std::string& log() const { return log_; }

  private:
    std::string log_;
    pid_t pid_ = -1;
    bool killed_ = false;
};

}  // namespace chaos
