// Environment variables whose name is nearly one of this program: a setting that would have no
// effect. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// The variable that `name` was meant to be: that of a known mistake, or one that is at most two
/// characters away, case and "_" not counted. Only names with our prefixes are judged. nullopt: the
/// name is correct or another program's. variables.bash and misspelt.bash of the script have the
/// tables; the build takes them from there.
[[nodiscard]] std::optional<std::string> intended_variable(std::string_view name);

/// Throws Error{bad_config} with the correct name for the first misspelt one. `entries` are those
/// of the environment, NAME=value; an empty value is the same as none. `ignored` is the list of
/// SYNC_IGNORE_VARIABLES.
void refuse_misspelt(const std::vector<std::string>& entries, std::string_view ignored);

}  // namespace cli
