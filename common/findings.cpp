#include "findings.hpp"

#include "logging.hpp"

#include <ostream>

void Findings::fail(ExitStatus status, const std::string& sentence) {
    first_failure_ = first_failure_ == ExitStatus::ok ? status : first_failure_;
    line("fail  ", sentence);
}

ExitStatus Findings::end() {
    if (!out_.flush()) {
        throw Error(ExitStatus::io_error, "cannot write to standard output");
    }
    return first_failure_;
}

// At once: somebody is watching, and the next question may take long.
void Findings::line(const char* word, const std::string& sentence) {
    out_ << word << logging::presentable(sentence) << '\n' << std::flush;
}
