// Random pieces of records: letters in mixed case, ids, a share of a list.
#pragma once

#include "dice.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace laws {

/// The text with some of its small letters made capital.
[[nodiscard]] std::string mixed_case(Dice& dice, std::string text);

/// 24 hexadecimal digits, as in an id of ACTIVATE.
[[nodiscard]] std::string hexadecimal(Dice& dice);

/// The id of a SCIM resource: mostly like those of servers, some with characters that a path must
/// percent-encode.
[[nodiscard]] std::string resource_id(Dice& dice);

/// Each element with a chance of `percent`, in the order of `all`.
[[nodiscard]] std::vector<std::string> some_of(Dice& dice,
                                               const std::vector<std::string>& all,
                                               std::size_t percent);

}  // namespace laws
