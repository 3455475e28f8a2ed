// A line of JSON in another spelling: the same values in other bytes.
#pragma once

#include "dice.hpp"

#include <string>

namespace laws {

/// The object with its fields and the texts of its lists in another order, with white space, and
/// with characters as `\u` escapes.
[[nodiscard]] std::string respelled(Dice& dice, const std::string& line);

/// The same for the records of a stream, some of them or all.
[[nodiscard]] std::string respelled_stream(Dice& dice, const std::string& text);

}  // namespace laws
