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

    /// Reads at most `most` bytes from `offset`, which is at most the end of the bytes read so far.
    /// 0 at the end; -1 with errno, which is ESTALE if gzip data changed.
    [[nodiscard]] virtual std::ptrdiff_t read(char* to, std::size_t most, std::uint64_t offset) = 0;
    /// Whether the file changed since it was opened: a second read must return the same bytes.
    [[nodiscard]] virtual bool has_changed() const { return false; }
};

/// A stream that can seek, or is read once only.
[[nodiscard]] std::unique_ptr<RereadableInput> rereadable_input_of(std::istream& in);
/// Gzip data is recognised by its first bytes and decompressed. With `keep`, gzip data and an input
/// that cannot seek are copied while they are read, to a temporary file without a name (TMPDIR).
/// Both throw Error{io_error}; their inputs throw GzipError while they are read.
[[nodiscard]] std::unique_ptr<RereadableInput> rereadable_file(const std::string& name, bool keep);
[[nodiscard]] std::unique_ptr<RereadableInput> rereadable_standard_input(bool keep);

/// The directory of temporary files: TMPDIR, or /tmp. Throws Error{io_error} if that is not a
/// directory.
[[nodiscard]] std::string temporary_folder();

}  // namespace stream
