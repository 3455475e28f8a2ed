// Unicode with utf8proc: code points of UTF-8, characters that must not be sent, and the comparison
// of equivalent texts. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

inline namespace base {
namespace unicode {

/// Replaces text that could not be decoded.
inline constexpr char32_t kReplacement = 0xFFFD;

/// The code point of `text` at `at`, which is moved past it. Nullopt (and `at` moved by one byte)
/// if the bytes are not UTF-8 (RFC 3629: overlong forms, surrogates and values above U+10FFFF are
/// not).
[[nodiscard]] std::optional<char32_t> next(std::string_view text, std::size_t& at);

/// General category Cc: C0, DEL and C1. They end lines, ring bells and move cursors.
[[nodiscard]] bool is_control(char32_t c);
/// General categories Zl and Zp: U+2028 and U+2029 end lines in some programs.
[[nodiscard]] bool is_line_separator(char32_t c);
/// Characters that change the direction of the text after them (UAX 9): a name may look like
/// another one.
[[nodiscard]] bool is_bidi_control(char32_t c);

/// White space other than a space and a tab, and general categories Cf, Zl and Zp: a name with such
/// a character looks like another one.
[[nodiscard]] bool is_invisible(char32_t c);

[[nodiscard]] bool is_valid(std::string_view text);
/// UTF-8 without any of these characters.
[[nodiscard]] bool is_plain(std::string_view text);

/// The form in which two names are compared: NFC (UAX 15) with white space collapsed and none at
/// the ends, since services store names in that form. A text that is not UTF-8 is returned
/// unchanged.
[[nodiscard]] std::string comparable_name(std::string_view text);

/// The character of `text` at `at` for a message: `"$"`, `a space`, `"é" (U+00E9)`, `U+0007`.
[[nodiscard]] std::string describe_character(std::string_view text, std::size_t at);

}  // namespace unicode
}  // namespace base
