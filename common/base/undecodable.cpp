#include "base/undecodable.hpp"

#include "base/unicode.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>

inline namespace base {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kEscapeLength = 6;  // \uXXXX

// The code unit of a \u escape at `at`; nullopt if there is no such escape.
std::optional<unsigned> code_unit(std::string_view source, std::size_t at) {
    const auto escape = source.substr(std::min(at, source.size()), kEscapeLength);
    unsigned unit = 0;
    if (escape.size() < kEscapeLength || !escape.starts_with("\\u")) {
        return std::nullopt;
    }
    const auto* const end = escape.data() + escape.size();
    const auto [stopped, error] = std::from_chars(escape.data() + 2, end, unit, 16);
    return error == std::errc() && stopped == end ? std::optional(unit) : std::nullopt;
}

bool is_high(unsigned unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low(unsigned unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/// The length in bytes of an escape that begins at `at`, and whether it can be decoded.
struct Escape {
    std::size_t length = 0;
    bool is_decodable = true;
};

Escape escape_at(std::string_view source, std::size_t at) {
    const auto unit = code_unit(source, at);
    if (!unit) {
        return {.length = std::min<std::size_t>(2, source.size() - at)};  // \" or \\, for example
    }
    if (!is_high(*unit)) {
        return {.length = kEscapeLength, .is_decodable = !is_low(*unit)};
    }
    const auto next = code_unit(source, at + kEscapeLength);
    return next && is_low(*next) ? Escape{.length = 2 * kEscapeLength}
                                 : Escape{.length = kEscapeLength, .is_decodable = false};
}

}  // namespace

std::string replace_undecodable(std::string_view source) {
    std::string text;
    text.reserve(source.size());
    for (std::size_t at = 0; at < source.size();) {
        const auto start = at;
        bool is_decodable = true;
        if (source[at] == '\\') {
            const auto escape = escape_at(source, at);
            at += escape.length;
            is_decodable = escape.is_decodable;
        } else {
            is_decodable = unicode::next(source, at).has_value();
        }
        text += is_decodable ? source.substr(start, at - start) : kReplacement;
    }
    return text;
}

}  // namespace base
