// A complete side, read from its stream. The lines go as soon as they are records; what is held is
// the records.
#pragma once

#include "record/directory.hpp"
#include "stream/jsonl.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace record {

/// What may keep a line of a stream instead of a record of it; implemented by the pre-filter for
/// unchanged records.
class LineFilter {
  public:
    LineFilter() = default;
    LineFilter(const LineFilter&) = delete;
    LineFilter& operator=(const LineFilter&) = delete;
    virtual ~LineFilter() = default;

    /// A stream of that side begins in `lines`, which must stay where it is, and readable again,
    /// until the end.
    virtual void begin(stream::Reader& lines, bool current) = 0;
    /// A stream of found records of the current side begins. Its lines are not offered.
    virtual void begin_found() = 0;
    /// Keeps a line of that stream, and says of what type it is; empty when it must be parsed. See
    /// stream::StreamReader::Take.
    [[nodiscard]] virtual std::string_view offer(std::string_view line) = 0;
    /// What had to be parsed.
    virtual void see(const User& user) = 0;
    virtual void see(const Group& group) = 0;
};

/// What ACTIVATE answered when asked again about one absent person, by external id: gone, inactive,
/// out-of-scope, present or unknown.
using Confirmations = std::map<std::string, std::string, std::less<>>;

/// Both sides, as found in any number of inputs in any order: each stream says which side it is.
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

/// Reads every stream of one input into `sides`. With a filter, only what it does not keep. Throws
/// Error{bad_input} with the place: for an input without a stream, for one that is cut off or does
/// not add up, for a second stream of one side or kind, for a record of an unknown type.
void read_directories(stream::Reader& lines, Sides& sides, LineFilter* filter = nullptr);

/// Both sides of `inputs`, for --confirm. Throws Error{bad_input}, also if one of them is missing.
[[nodiscard]] Sides read_both_exports(const std::vector<std::string>& inputs);

}  // namespace record
