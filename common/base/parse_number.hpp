// Numbers in text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

inline namespace base {

/// The number that `text` is, in the given base (2 to 36); nullopt when any part of the text is not
/// of the number (white space, "+", a unit), when it is empty, and when `Number` cannot hold it.
/// "-" is taken where `Number` is signed.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, int base = 10) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number, base);
    return fault == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

}  // namespace base
