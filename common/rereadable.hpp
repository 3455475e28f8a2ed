// An input that is read twice: once to judge all of it, once to act on it.
#pragma once

#include "jsonl.hpp"

#include <fstream>
#include <memory>
#include <optional>
#include <string>

namespace jsonl {

/// A file is read from its one open descriptor both times, so that nobody can put another in its place in between. A pipe is copied
/// to a temporary file without a name (TMPDIR) first.
class Rereadable {
 public:
    /// `name` "-" is standard input. Throws Error{io_error}.
    explicit Rereadable(std::string name);

    /// A reader from the beginning. The one before is no longer of use.
    [[nodiscard]] Reader& begin();

 private:
    std::string shown_;
    std::fstream file_;
    std::optional<Reader> reader_{};
};

}  // namespace jsonl
