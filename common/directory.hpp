// A whole side, read from its stream. The lines go as soon as they are records; what is held is the records.
#pragma once

#include "jsonl.hpp"
#include "plan.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace identity {

class Sieve;

/// What ACTIVATE answered when asked again about one absent person, by external id: gone, inactive, out-of-scope, present or unknown.
using Confirmations = std::map<std::string, std::string, std::less<>>;

/// Both sides, as found in any number of inputs in any order: each stream says which side it is.
struct Sides {
    std::optional<Directory> desired{};
    std::optional<Directory> current{};
    std::optional<Confirmations> confirmations{};  ///< of `activate-export --confirm`
    jsonl::Header desired_header{};
    jsonl::Header current_header{};
};

/// Reads every stream of one input into `sides`. With a sieve, only what it leaves: the rest is to be released from it. Throws
/// Error{bad_input} with the place: for an input without a stream, for one that is cut off or does not add
/// up, for a second stream of one side or kind, for a record of an unknown type.
void read_directories(jsonl::Reader& lines, Sides& sides, Sieve* sieve = nullptr);

}  // namespace identity
