// The last step of a change line: its `check`, made at the same time as the next lines.
#pragma once

#include "base/json_text.hpp"

#include <cstddef>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <utility>

namespace plan {

class CheckedLines {
  public:
    using Each = std::function<void(std::string_view)>;

    /// Passes each line with its check to `each`, as text, in the order in which they were added.
    /// With more than one of `threads`, `each` is called by another thread, one call at a time.
    CheckedLines(std::size_t threads, Each each) : threads_(threads), each_(std::move(each)) {}

    /// Throws what `each` threw for an earlier line.
    void add(const JsonObject& line);
    /// Returns when all lines were passed on. Throws what `each` threw.
    void finish();

  private:
    void pass_on();
    void pass();
    void pass(std::string_view line);

    std::size_t threads_;
    Each each_;
    // The other thread allocates no memory for most lines: two threads that share a heap would wait
    // for each other.
    std::string lines_{};  // each with its newline
    std::string passing_{};
    std::string checked_{};
    JsonSorter sorter_{};
    std::future<void> earlier_{};  // pass(), so it must end before the members above do
};

}  // namespace plan
