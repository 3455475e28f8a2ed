// Parses JSON text into a value, with a limit on nesting. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string_view>

inline namespace base {

// simdjson reads valid texts that are not too long, in a fifth of the time. If simdjson rejects a
// text, nlohmann's parser reads it: this parser decides what is JSON, and has better error
// messages.

/// The text is nested more deeply than allowed.
struct JsonTooDeep {};

/// Throws TooDeep, and nlohmann's parse_error and out_of_range, which have the byte offset.
[[nodiscard]] nlohmann::json parse_json(std::string_view text, int most_depth);

/// The same without an error message: nullopt if parse() throws.
[[nodiscard]] std::optional<nlohmann::json> try_parse_json(std::string_view text, int most_depth);

}  // namespace base
