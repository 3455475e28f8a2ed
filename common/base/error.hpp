// What ends a run: a sentence for the operator and the status it ends with.
#pragma once

#include "base/exit_status.hpp"

#include <stdexcept>
#include <string>

inline namespace base {

/// Thrown when the run cannot go on. The sentence says what, where, and what to do next; it never
/// holds a secret.
class Error : public std::runtime_error {
  public:
    Error(ExitStatus status, const std::string& sentence)
        : std::runtime_error(sentence), status_(status) {}

    [[nodiscard]] ExitStatus status() const noexcept { return status_; }

  private:
    ExitStatus status_;
};

}  // namespace base
