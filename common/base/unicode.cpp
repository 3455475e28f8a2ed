#include "base/unicode.hpp"

inline namespace base {
namespace unicode {

namespace {

// Written so that a compiler makes it look at many characters at once.
bool is_printable_ascii(std::string_view text) {
    unsigned char strange = 0;
    for (const char c : text) {
        strange =
            static_cast<unsigned char>(strange | static_cast<unsigned char>((c < ' ') | (c > '~')));
    }
    return strange == 0;
}

}  // namespace

std::optional<char32_t> next(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    const std::size_t start = at++;
    if (lead < 0x80) {
        return lead;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || start + length > text.size()) {
        return std::nullopt;
    }
    char32_t value = lead & (0x7FU >> length);
    for (std::size_t i = start + 1; i < start + length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) {
            return std::nullopt;
        }
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return std::nullopt;
    }
    at = start + length;
    return value;
}

bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

bool is_line_separator(char32_t c) {
    return c == 0x2028 || c == 0x2029;
}

bool is_bidi_control(char32_t c) {
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

bool is_valid(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (!next(text, at)) {
            return false;
        }
    }
    return true;
}

bool is_plain(std::string_view text) {
    if (is_printable_ascii(text)) {  // nearly all there is
        return true;
    }
    for (std::size_t at = 0; at < text.size();) {
        const auto c = next(text, at);
        if (!c || is_control(*c) || is_line_separator(*c) || is_bidi_control(*c)) {
            return false;
        }
    }
    return true;
}

}  // namespace unicode
}  // namespace base
