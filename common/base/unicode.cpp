#include "base/unicode.hpp"

#include <utf8proc.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

inline namespace base {
namespace unicode {

namespace {

// Written so that the compiler vectorises the loop.
bool is_printable_ascii(std::string_view text) {
    unsigned char strange = 0;
    for (const char c : text) {
        strange =
            static_cast<unsigned char>(strange | static_cast<unsigned char>((c < ' ') | (c > '~')));
    }
    return strange == 0;
}

const utf8proc_uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

utf8proc_category_t category_of(char32_t c) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_white_space(char32_t c) {
    return c == '\t' || category_of(c) == UTF8PROC_CATEGORY_ZS;
}

std::string composed(std::string_view text) {
    utf8proc_uint8_t* result = nullptr;
    const auto size =
        utf8proc_map(bytes_of(text),
                     static_cast<utf8proc_ssize_t>(text.size()),
                     &result,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(result, &std::free);
    return size < 0
               ? std::string(text)
               : std::string(reinterpret_cast<const char*>(result), static_cast<std::size_t>(size));
}

std::string with_white_space_collapsed(std::string_view text) {
    std::string collapsed;
    bool pending = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto start = at;
        const auto c = next(text, at);
        if (c && is_white_space(*c)) {
            pending = !collapsed.empty();
            continue;
        }
        if (std::exchange(pending, false)) {
            collapsed += ' ';
        }
        collapsed += text.substr(start, at - start);
    }
    return collapsed;
}

}  // namespace

std::optional<char32_t> next(std::string_view text, std::size_t& at) {
    const auto rest = text.substr(at);
    utf8proc_int32_t c = 0;
    const auto length =
        utf8proc_iterate(bytes_of(rest), static_cast<utf8proc_ssize_t>(rest.size()), &c);
    at += length > 0 ? static_cast<std::size_t>(length) : 1;
    return length > 0 ? std::optional(static_cast<char32_t>(c)) : std::nullopt;
}

bool is_control(char32_t c) {
    return category_of(c) == UTF8PROC_CATEGORY_CC;
}

bool is_line_separator(char32_t c) {
    return category_of(c) == UTF8PROC_CATEGORY_ZL || category_of(c) == UTF8PROC_CATEGORY_ZP;
}

bool is_bidi_control(char32_t c) {
    constexpr std::u32string_view kMarks =
        U"\u061C\u200E\u200F";  // characters without a category of their own
    switch (utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->bidi_class) {
        case UTF8PROC_BIDI_CLASS_LRE:
        case UTF8PROC_BIDI_CLASS_LRO:
        case UTF8PROC_BIDI_CLASS_RLE:
        case UTF8PROC_BIDI_CLASS_RLO:
        case UTF8PROC_BIDI_CLASS_PDF:
        case UTF8PROC_BIDI_CLASS_LRI:
        case UTF8PROC_BIDI_CLASS_RLI:
        case UTF8PROC_BIDI_CLASS_FSI:
        case UTF8PROC_BIDI_CLASS_PDI:
            return true;
        default:
            return kMarks.find(c) != std::u32string_view::npos;
    }
}

bool is_invisible(char32_t c) {
    return (c > U'~' && is_white_space(c)) || is_line_separator(c) ||
           category_of(c) == UTF8PROC_CATEGORY_CF;
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
    if (is_printable_ascii(text)) {  // nearly all texts are ASCII
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

std::string comparable_name(std::string_view text) {
    return with_white_space_collapsed(is_printable_ascii(text) ? std::string(text)
                                                               : composed(text));
}

std::string describe_character(std::string_view text, std::size_t at) {
    const auto start = at;
    const auto c = next(text, at);
    if (!c) {
        return "a byte that is not UTF-8";
    }
    if (*c == U' ') {
        return "a space";
    }
    auto shown = "\"" + std::string(text.substr(start, at - start)) + "\"";
    if (*c > U' ' && *c <= U'~') {
        return shown;
    }
    std::array<char, 16> number{};
    std::snprintf(number.data(), number.size(), "U+%04X", static_cast<unsigned>(*c));
    const bool is_visible = is_plain(text.substr(start, at - start)) && !is_white_space(*c) &&
                            category_of(*c) != UTF8PROC_CATEGORY_CF &&
                            utf8proc_charwidth(static_cast<utf8proc_int32_t>(*c)) > 0;
    return is_visible ? shown + " (" + number.data() + ")" : std::string(number.data());
}

}  // namespace unicode
}  // namespace base
