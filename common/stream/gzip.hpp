// Gzip data (RFC 1952) that is decompressed as it is read.
#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string_view>

namespace stream {

/// Reads on in order, as read(2): the number of bytes, 0 at the end, or -1 with errno.
using ReadOn = std::function<std::ptrdiff_t(char* to, std::size_t most)>;

/// The gzip data is damaged, cut off, or followed by other bytes. The message is a part of a
/// sentence, without the name of the input.
class GzipError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Whether `beginning`, at least the first two bytes of an input, is that of gzip data. A line of
/// JSON never begins so.
[[nodiscard]] bool is_gzip(std::string_view beginning);

/// The bytes of `input`, decompressed if they are gzip data: any number of members, one after the
/// other. Memory is bounded by the block size, regardless of the input. Reading throws GzipError.
[[nodiscard]] ReadOn decompressed(ReadOn input);

}  // namespace stream
