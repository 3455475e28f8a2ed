// JSON text with parts that cannot be decoded: because of one such value, only its record is
// rejected. Pure.
#pragma once

#include <string>
#include <string_view>

inline namespace base {

/// `source`, JSON text, with U+FFFD in place of each byte that is not UTF-8, and of each \u escape
/// that is half of a surrogate pair (RFC 8259 §8.2). Names with U+FFFD are rejected one by one.
[[nodiscard]] std::string replace_undecodable(std::string_view source);

}  // namespace base
