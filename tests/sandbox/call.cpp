#include "call.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace sandbox {

namespace {

char small(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char s = small(c);
    return s >= 'a' && s <= 'f' ? s - 'a' + 10 : -1;
}

/// RFC 3986 §2.1. A '%' that does not begin an escape is kept.
std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace

std::string Call::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

std::optional<std::string> Call::parameter(const std::string& name) const {
    const auto found = query.find(name);
    if (found == query.end()) {
        return std::nullopt;
    }
    return found->second;
}

void read_target(Call& call, const std::string& target) {
    call.target = target;
    const auto mark = target.find('?');
    for (const auto& segment : split(target.substr(0, mark), '/')) {
        if (!segment.empty()) {
            call.path.push_back(percent_decode(segment, false));
        }
    }
    if (mark == std::string::npos) {
        return;
    }
    for (const auto& pair : split(target.substr(mark + 1), '&')) {
        const auto equals = pair.find('=');
        const auto value = equals == std::string::npos ? std::string{} : pair.substr(equals + 1);
        call.query[percent_decode(pair.substr(0, equals), true)] = percent_decode(value, true);
    }
}

Answer json_answer(int status, const Json& body) {
    Answer answer;
    answer.status = status;
    // Invalid UTF-8 can only come from a request; it must not end the server.
    answer.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return answer;
}

std::string fold(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), small);
    return out;
}

bool same_folded(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return small(x) == small(y);
    });
}

std::optional<long long> to_integer(std::string_view text) {
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t start = 0;;) {
        const auto end = text.find(separator, start);
        parts.emplace_back(text.substr(start, end - start));
        if (end == std::string_view::npos) {
            return parts;
        }
        start = end + 1;
    }
}

std::string to_base64(std::string_view bytes, bool url_safe) {
    const std::string_view digits =
        url_safe ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                 : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t word = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            const auto byte = i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U;
            word = word << 8U | byte;
        }
        const std::size_t used = std::min<std::size_t>(bytes.size() - i, 3) + 1;
        for (std::size_t j = 0; j < used; ++j) {
            out += digits[word >> (18U - 6U * j) & 63U];
        }
        if (!url_safe) {
            out.append(4 - used, '=');
        }
    }
    return out;
}

}  // namespace sandbox
