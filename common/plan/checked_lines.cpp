#include "plan/checked_lines.hpp"

#include "plan/line_check.hpp"

#include <system_error>
#include <utility>

namespace plan {

void CheckedLines::add(const JsonObject& line) {
    constexpr std::size_t kBlock = std::size_t{256} << 10U;  // takes longer than starting a thread
    const auto& text = line.value().text();
    if (text.size() > kBlock) {  // a large group: no copy of it
        finish();
        pass(text);
        return;
    }
    lines_.append(text) += '\n';
    if (lines_.size() >= kBlock) {
        pass_on();
    }
}

void CheckedLines::finish() {
    if (!lines_.empty()) {
        pass_on();
    }
    if (earlier_.valid()) {
        earlier_.get();
    }
}

void CheckedLines::pass_on() {
    if (earlier_.valid()) {
        earlier_.get();
    }
    passing_.clear();
    passing_.swap(lines_);
    if (threads_ > 1) {
        try {
            earlier_ = std::async(std::launch::async, [this] { pass(); });
            return;
        } catch (const std::system_error&) {
            // A limit on processes (RLIMIT_NPROC, pids.max): this thread does the work.
        }
    }
    pass();
}

void CheckedLines::pass() {
    for (std::string_view rest = passing_; !rest.empty();) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        pass(line);
    }
}

void CheckedLines::pass(std::string_view line) {
    checked_ = line.substr(0, line.size() - 1);
    checked_.append(R"(,"check":")").append(check_of_sorted(sorter_.of(line))).append("\"}");
    each_(checked_);
}

}  // namespace plan
