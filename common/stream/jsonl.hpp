// JSON Lines in the form of this project: a header, records, a seal (scim-streams(5)).
//
// Reader reads lines and knows their places; StreamReader knows that a stream begins with `stream`
// and is complete only at its seal. End-of-file is not completeness: no function here returns
// normally from a stream that was cut off.
#pragma once

#include "stream/rereadable_input.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stream {

inline constexpr int kFormat =
    1;  ///< the highest `format` this version reads, and the one it writes

/// Limits that are checked before a document is built. A group of 200,000 members is a plan line of
/// some 30 MB.
struct LineLimits {
    std::size_t line_bytes = std::size_t{64} << 20U;
    int depth = 32;
};

/// Reads one JSON object a line. Throws Error{bad_input} as `name:line: what`. Accepts \r\n;
/// rejects empty lines, lines that are not an object, and a last line without its newline (it may
/// be cut off).
class Reader {
  public:
    Reader(std::unique_ptr<RereadableInput> bytes, std::string name, LineLimits limits = {});
    /// `in` must outlive this object, and must be able to seek if lines are read again.
    Reader(std::istream& in, std::string name, LineLimits limits = {});

    /// The object in the next line, or nullopt at the end of the file.
    [[nodiscard]] std::optional<nlohmann::json> next();

    /// next() split in two, for callers that can handle a line without parsing it. line() returns
    /// the next line without its end, valid until another one is read; parse() returns the object
    /// in it.
    [[nodiscard]] std::optional<std::string_view> line();
    [[nodiscard]] nlohmann::json parse(std::string_view line) const;
    /// The same in the memory of `object`.
    void parse(std::string_view line, nlohmann::json& object) const;

    /// The start of the last line, in bytes from the start of the input.
    [[nodiscard]] std::uint64_t offset() const { return buffer_at_ + line_at_; }
    /// Reads the line that begins at `offset` again; line() is lost. Fast for neighbouring lines.
    /// Nullopt if the input ends before the line does. Does not always find that the file has
    /// changed: call require_unchanged() after the last line.
    [[nodiscard]] std::optional<std::string_view> again(std::uint64_t offset);
    /// Throws Error{io_error} if the file has changed since it was opened.
    void require_unchanged() const;
    /// Begins again at the start.
    void rewind();

    [[nodiscard]] const std::string& name() const { return name_; }
    /// `name:line` of the last line; the name alone before the first.
    [[nodiscard]] std::string place() const;
    /// Throws Error{bad_input} at the last line.
    [[noreturn]] void fail(const std::string& what) const;
    /// Throws Error{io_error}: a second read returned other bytes.
    [[noreturn]] void fail_changed() const;

  private:
    bool fill(std::size_t block);
    void seek(std::uint64_t offset);
    void release();
    [[nodiscard]] std::size_t read(char* to, std::size_t most, std::uint64_t offset);
    [[nodiscard]] std::optional<std::string_view> until_newline(std::size_t block);

    std::unique_ptr<RereadableInput> bytes_;
    std::string name_;
    LineLimits limits_;
    std::unique_ptr<char[]>
        buffer_{};  // a window on the input: grows to the longest line, up to the limit
    std::size_t capacity_ = 0;
    std::uint64_t buffer_at_ = 0;  // offset of its first byte
    std::size_t filled_ = 0;       // bytes of the input in it
    std::size_t line_at_ = 0;      // start of the last line in it
    std::size_t next_at_ = 0;      // start of the next line in it
    std::size_t line_ = 0;

    std::size_t again_block_ = 0;  // number of bytes that again() may read at once
};

/// The first record of a stream. Fields that do not belong to `kind` are empty.
struct Header {
    std::string kind{};                ///< directory, plan, results or confirmations
    std::string side{};                ///< desired or current (directory, confirmations)
    std::string source{};              ///< activate, scim
    std::vector<std::string> scope{};  ///< names of the requested groups; empty: all
    std::string org{};                 ///< ACTIVATE's organization
    std::string target{};              ///< base URL of the SCIM service: http::canonical_base_url
    std::string name_space{};          ///< of the external ids (SYNC_NAMESPACE); empty: none
    std::string user_name{};           ///< the source of userName: email or username (desired)
    std::string producer{};            ///< program and version
    std::string at{};                  ///< RFC 3339, UTC
    std::string exported_at{};         ///< of the older export, if that is before `at` (plan)
    std::string place{};               ///< where it was read: Reader::place()
};

[[nodiscard]] nlohmann::ordered_json to_json(const Header& header);

/// The streams in one input, one after the other: `{ activate-export; scim-export; }` writes two.
class StreamReader {
  public:
    explicit StreamReader(Reader& lines);
    ~StreamReader();
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    /// The header of the next stream; nullopt at the end of the input. Throws on any other line.
    [[nodiscard]] std::optional<Header> open();
    /// Handles a line without a document and returns the type of its record, or returns an empty
    /// text, and the line is parsed.
    using Take = std::function<std::string_view(std::string_view line)>;

    /// The next record that `take` does not handle, valid until the next call; null at the seal,
    /// after which seal() and count() are valid. Throws Error{bad_input} if the input ends first.
    [[nodiscard]] nlohmann::json* next(const Take& take = {});

    /// The `type` of the last record.
    [[nodiscard]] const std::string& type() const { return type_; }
    [[nodiscard]] const nlohmann::json& seal() const { return *seal_; }
    /// The number of records of `type` since open().
    [[nodiscard]] std::uint64_t count(std::string_view type) const;
    /// Throws unless the seal's number `field` is `counted`.
    void check_count(const std::string& field, std::uint64_t counted) const;

    [[noreturn]] void fail(const std::string& what) const { lines_.fail(what); }
    [[nodiscard]] std::string place() const { return lines_.place(); }

  private:
    Reader& lines_;
    std::string type_{};
    std::map<std::string, std::uint64_t, std::less<>> counts_{};
    std::unique_ptr<nlohmann::json> record_;
    std::unique_ptr<nlohmann::json> seal_{};
};

/// Writes a stream: one object a line, keys in the given order. Throws Error{io_error} if the
/// output cannot be written. A closed pipe ends the process quietly by SIGPIPE, with the default
/// action.
class Writer {
  public:
    explicit Writer(std::ostream& out) : out_(out) {}

    void header(const Header& header);
    void record(const nlohmann::ordered_json& record);
    /// A record that is text already, in one line and without a newline.
    void text(std::string_view record);
    /// Writes the seal `fields` as the last record, and flushes: after this call the kernel has all
    /// bytes.
    void seal(const nlohmann::ordered_json& fields);
    /// Passes the written lines to the kernel. scim-apply calls it before each wait.
    void flush();

  private:
    void line(const nlohmann::ordered_json& object);

    std::ostream& out_;
};

/// Opens "-" (standard input) or a file with one descriptor: the file cannot be replaced before it
/// is read again. With `keep` a pipe can be read again, too. Throws Error{io_error}.
[[nodiscard]] Reader open_input(const std::string& name, bool keep);

/// Opens each of `names` ("-", or no name at all: standard input) and passes its reader to `each`.
/// Throws Error{io_error}.
void for_each_input(const std::vector<std::string>& names,
                    const std::function<void(Reader&)>& each);

}  // namespace stream
