// An input that can be read twice: once in order, and again from any offset that was read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>

namespace stream {

class RereadableInput {
  public:
    RereadableInput() = default;
    virtual ~RereadableInput() = default;
    RereadableInput(const RereadableInput&) = delete;
    RereadableInput& operator=(const RereadableInput&) = delete;

    /// At most `most` bytes that begin at `offset`, which is not after the last byte read so far. 0
    /// at the end; -1 with errno, which is ESTALE if the file changed since it was opened: a second
    /// read must return the same bytes.
    [[nodiscard]] virtual std::ptrdiff_t read(char* to, std::size_t most, std::uint64_t offset) = 0;
};

/// A stream that can seek, or is read once only.
[[nodiscard]] std::unique_ptr<RereadableInput> rereadable_input_of(std::istream& in);
/// `keep`: of what cannot seek a copy is made as it is read, in a temporary file without a name
/// (TMPDIR). Both throw Error{io_error}.
[[nodiscard]] std::unique_ptr<RereadableInput> rereadable_file(const std::string& name, bool keep);
[[nodiscard]] std::unique_ptr<RereadableInput> rereadable_standard_input(bool keep);

/// Where temporary files go: TMPDIR, or /tmp. Throws Error{io_error} when that is no folder.
[[nodiscard]] std::string temporary_folder();

}  // namespace stream
