// A stream as lines, and back: edits as a person makes them in an editor.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace laws {

using Lines = std::vector<std::string>;
using Records = std::vector<nlohmann::ordered_json>;

/// Without their newlines.
[[nodiscard]] Lines lines_of(std::string_view text);
[[nodiscard]] std::string text_of(const Lines& lines);

/// The records of a text, header and seal among them.
[[nodiscard]] Records records_of(std::string_view text);

/// A complete export: a header of that side, users, groups, the seal.
[[nodiscard]] std::string directory_text(std::string_view side,
                                         const Records& users,
                                         const Records& groups);

/// The output of activate-export --confirm.
[[nodiscard]] std::string confirmations_text(const Records& confirmations);

/// The plan with `changes` alone between its header and its seal, counted again as scripts/reseal
/// does.
[[nodiscard]] std::string resealed(const std::string& plan, const Lines& changes);

}  // namespace laws
