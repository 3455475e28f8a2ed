// Error: an operator-facing message and the exit status.
#pragma once

#include "base/exit_status.hpp"

#include <stdexcept>
#include <string>

inline namespace base {

/// Thrown when the run cannot continue. The message has the failure, its place and the remedy; it
/// never has a secret.
class Error : public std::runtime_error {
  public:
    Error(ExitStatus status, const std::string& sentence)
        : std::runtime_error(sentence), status_(status) {}

    [[nodiscard]] ExitStatus status() const noexcept { return status_; }

  private:
    ExitStatus status_;
};

}  // namespace base
