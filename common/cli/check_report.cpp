#include "cli/check_report.hpp"

#include "base/logging.hpp"
#include "os/write_failure.hpp"

#include <cerrno>
#include <ostream>

namespace cli {

void CheckReport::fail(ExitStatus status, const std::string& sentence) {
    first_failure_ = first_failure_ == ExitStatus::ok ? status : first_failure_;
    line("fail  ", sentence);
}

ExitStatus CheckReport::end() {
    require_written();
    return first_failure_;
}

// Flushed at once: an operator is watching, and the next request may take long.
void CheckReport::line(const char* word, const std::string& sentence) {
    errno = 0;
    out_ << word << logging::presentable(sentence) << '\n' << std::flush;
    require_written();
}

void CheckReport::require_written() {
    if (!out_) {
        os::throw_write_failure(errno);
    }
}

}  // namespace cli
