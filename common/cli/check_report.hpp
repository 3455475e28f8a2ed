// The findings of --check, one a line: `ok`, `warn` or `fail`, the subject, its state and the
// remedy.
#pragma once

#include "base/error.hpp"
#include "base/exit_status.hpp"

#include <iosfwd>
#include <string>

namespace cli {

/// Lines must not contain names of users, because they are pasted into tickets. Callers must
/// observe this as well.
class CheckReport {
  public:
    explicit CheckReport(std::ostream& out) : out_(out) {}

    void ok(const std::string& sentence) { line("ok    ", sentence); }
    void warn(const std::string& sentence) { line("warn  ", sentence); }
    void fail(ExitStatus status, const std::string& sentence);
    void fail(const Error& error) { fail(error.status(), error.what()); }

    /// ok if no check failed, otherwise the status of the first failure. Throws Error{io_error} if
    /// the output cannot be written.
    [[nodiscard]] ExitStatus end();

  private:
    void line(const char* word, const std::string& sentence);
    void require_written();

    std::ostream& out_;
    ExitStatus first_failure_ = ExitStatus::ok;
};

}  // namespace cli
