#include "cli/check_report.hpp"

#include "base/logging.hpp"

#include <ostream>

namespace cli {

void CheckReport::fail(ExitStatus status, const std::string& sentence) {
    first_failure_ = first_failure_ == ExitStatus::ok ? status : first_failure_;
    line("fail  ", sentence);
}

ExitStatus CheckReport::end() {
    if (!out_.flush()) {
        throw Error(ExitStatus::io_error, "cannot write to standard output");
    }
    return first_failure_;
}

// At once: somebody is watching, and the next question may take long.
void CheckReport::line(const char* word, const std::string& sentence) {
    out_ << word << logging::presentable(sentence) << '\n' << std::flush;
}

}  // namespace cli
