#include "fuzz_target.hpp"

#include "base/logging.hpp"
#include "base/unicode.hpp"
#include "support/expect.hpp"

#include <sstream>
#include <string>

namespace fuzz {

namespace {

// Text from outside must not look like another line of the log, nor move the cursor of a terminal.
void require_plain_log(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        require(line.starts_with("test: "), "a message in the log is one line");
        require(unicode::is_plain(line), "a line of the log holds no control character");
    }
}

}  // namespace

std::vector<Target>& targets() {
    static std::vector<Target> all;
    return all;
}

void run(const Target& target, std::string_view input) {
    std::string said;
    {
        const CapturedLog log(logging::Level::debug);
        target.judge(input);
        said = log.text();
    }
    require_plain_log(said);
}

}  // namespace fuzz
