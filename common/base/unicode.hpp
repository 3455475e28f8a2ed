// Which characters may not travel: the few facts about Unicode that names are checked with. Pure.
#pragma once

#include <optional>
#include <string_view>

inline namespace base {
namespace unicode {

/// The next code point of `text` at `at`, which moves past it; nullopt (and `at` past one byte)
/// when the bytes are not UTF-8 (RFC 3629: overlong forms, surrogates and values above U+10FFFF are
/// not).
[[nodiscard]] std::optional<char32_t> next(std::string_view text, std::size_t& at);

/// C0, DEL, C1: they end lines, ring bells and move cursors.
[[nodiscard]] bool is_control(char32_t c);
/// U+2028 and U+2029 end lines for some readers.
[[nodiscard]] bool is_line_separator(char32_t c);
/// Characters that turn the direction of the text after them (UAX 9): a name may read as another.
[[nodiscard]] bool is_bidi_control(char32_t c);

[[nodiscard]] bool is_valid(std::string_view text);
/// UTF-8, and none of the above: one line that says what it seems to say.
[[nodiscard]] bool is_plain(std::string_view text);

}  // namespace unicode
}  // namespace base
