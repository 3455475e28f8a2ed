// Reads a complete side from its stream. Lines are dropped as soon as they are records; only the
// records are kept.
#pragma once

#include "record/directory.hpp"
#include "stream/jsonl.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace record {

/// An object that may keep a line of a stream itself, instead of its record; implemented by the
/// filter for unchanged records.
class LineFilter {
  public:
    LineFilter() = default;
    LineFilter(const LineFilter&) = delete;
    LineFilter& operator=(const LineFilter&) = delete;
    virtual ~LineFilter() = default;

    /// A stream of that side begins in `lines`, which must not be moved, and must stay readable
    /// again until the end.
    virtual void begin(stream::Reader& lines, bool current) = 0;
    /// A stream of found records of the current side begins. Its lines are not offered.
    virtual void begin_found() = 0;
    /// Keeps a line of that stream and returns its type; empty if the line must be parsed. See
    /// stream::StreamReader::Take.
    [[nodiscard]] virtual std::string_view offer(std::string_view line) = 0;
    /// The records that had to be parsed.
    virtual void see(const User& user) = 0;
    virtual void see(const Group& group) = 0;
};

/// ACTIVATE's answer in the confirmation of one absent user, by external id: gone, inactive,
/// out-of-scope, present or unknown.
using Confirmations = std::map<std::string, std::string, std::less<>>;

/// Both sides, from any number of inputs in any order: each stream has its side in the header.
struct Sides {
    std::optional<Directory> desired{};
    std::optional<Directory> current{};
    std::optional<Confirmations> confirmations{};  ///< of `activate-export --confirm`
    std::optional<Directory> found{};              ///< of `scim-export --confirm`
    stream::Header desired_header{};
    stream::Header current_header{};
    stream::Header confirmations_header{};
    stream::Header found_header{};
};

/// Reads every stream of one input into `sides`. With a filter, only the lines that it does not
/// keep. Throws Error{bad_input} with the place: for an input without a stream, for a stream that
/// is cut off or has wrong counts; for a second stream of one side or kind, and for a record of an
/// unknown type.
void read_directories(stream::Reader& lines, Sides& sides, LineFilter* filter = nullptr);

/// Adds the streams of another input. Throws Error{bad_input} for a second stream of one side or
/// kind.
void add_streams(Sides& sides, Sides&& more);

/// Adds the user in a line that a filter kept to the directory of its side, and returns the user.
/// The line is at `offset`, and the input is at its end. `is_expected` is false for an external id
/// other than the one that the filter has read. Throws Error{bad_input} with the place.
const User& add_kept_user(stream::Reader& lines,
                          std::uint64_t offset,
                          bool current,
                          const std::function<bool(const ExternalId&)>& is_expected,
                          Directory& directory);

/// A sentence about the records that the exports lack; empty if they lack none.
[[nodiscard]] std::string describe_incomplete(const Incomplete& exports);

/// Both sides of `inputs`, for --confirm. Throws Error{bad_input}, also if one of them is missing.
[[nodiscard]] Sides read_both_exports(const std::vector<std::string>& inputs);

}  // namespace record
