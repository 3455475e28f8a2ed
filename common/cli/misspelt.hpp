// Environment variables with a misspelt name: settings that would have no effect. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// The variable that was probably meant by `name`: DRY_RUN for any name with one of our prefixes,
/// DRY and RUN; otherwise from the table of known mistakes, or at most two edits away. Only letters
/// and digits are compared, in either case. Only names with our prefixes are checked. Nullopt: the
/// name is correct or belongs to another program. variables.bash and misspelt.bash of the script
/// have the tables; the build reads them from there.
[[nodiscard]] std::optional<std::string> intended_variable(std::string_view name);

/// Throws Error{bad_config} with the correct name for the first misspelt variable. `entries` are
/// those of the environment, NAME=value; an empty value counts as unset. `ignored` is the list of
/// SYNC_IGNORE_VARIABLES.
void refuse_misspelt(const std::vector<std::string>& entries, std::string_view ignored);

}  // namespace cli
