// Numbers in text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

inline namespace base {

/// The number in `text`, in the given base (2 to 36). Nullopt if the text is empty, has any other
/// character (white space, "+", a unit), or does not fit into `Number`. "-" is accepted if `Number`
/// is signed.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, int base = 10) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number, base);
    return fault == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

}  // namespace base
