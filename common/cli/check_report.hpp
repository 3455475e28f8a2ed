// The findings of --check, one a line: `ok`, `warn` or `fail`, the subject, its state and the
// remedy.
#pragma once

#include "base/error.hpp"
#include "base/exit_status.hpp"

#include <iosfwd>
#include <string>

namespace cli {

/// Lines name no user: they are pasted into tickets. What a caller puts into them must not, either.
class CheckReport {
  public:
    explicit CheckReport(std::ostream& out) : out_(out) {}

    void ok(const std::string& sentence) { line("ok    ", sentence); }
    void warn(const std::string& sentence) { line("warn  ", sentence); }
    void fail(ExitStatus status, const std::string& sentence);
    void fail(const Error& error) { fail(error.status(), error.what()); }

    /// ok when nothing failed, else the status of the first failure. Throws Error{io_error} when
    /// the output takes no longer.
    [[nodiscard]] ExitStatus end();

  private:
    void line(const char* word, const std::string& sentence);
    void require_written();

    std::ostream& out_;
    ExitStatus first_failure_ = ExitStatus::ok;
};

}  // namespace cli
