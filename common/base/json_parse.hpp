// JSON text to a value, within a bound on nesting. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string_view>

inline namespace base {

// simdjson reads what is right and not too long, in a fifth of the time; any text that it rejects,
// nlohmann's own parser reads again: it has the last word on what is JSON, and better words for
// what is not.

/// Nested deeper than was allowed.
struct JsonTooDeep {};

/// Throws TooDeep, and nlohmann's parse_error and out_of_range, which name the byte.
[[nodiscard]] nlohmann::json parse_json(std::string_view text, int most_depth);

/// The same for who needs no words: nullopt where parse() throws.
[[nodiscard]] std::optional<nlohmann::json> try_parse_json(std::string_view text, int most_depth);

}  // namespace base
