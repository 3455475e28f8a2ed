#include "base/encoding.hpp"

#include "base/parse_number.hpp"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>

inline namespace base {
namespace encoding {

namespace {

// Padded text only. nettle skips white space between the digits: the length shows whether it did.
std::optional<std::string> decode(std::string_view text, void (*begin)(base64_decode_ctx*)) {
    const auto digits = text.find_last_not_of('=') + 1;
    const auto padding = text.size() - digits;
    if (text.size() % 4 != 0 || padding > 2) {
        return std::nullopt;
    }
    std::string bytes(BASE64_DECODE_LENGTH(text.size()), '\0');
    auto length = bytes.size();
    base64_decode_ctx context{};
    begin(&context);
    auto* out = reinterpret_cast<std::uint8_t*>(bytes.data());  // nettle's bytes are unsigned
    if (base64_decode_update(&context, &length, out, text.size(), text.data()) == 0 ||
        base64_decode_final(&context) == 0 || length != text.size() / 4 * 3 - padding) {
        return std::nullopt;
    }
    bytes.resize(length);
    return bytes;
}

// By nettle: it uses the instructions for SHA-256 of the processor, and libsodium does not.
std::array<std::uint8_t, SHA256_DIGEST_SIZE> sha256(
    std::initializer_list<std::string_view> pieces) {
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
    sha256_ctx context{};
    sha256_init(&context);
    for (const auto piece : pieces) {
        sha256_update(&context, piece.size(), reinterpret_cast<const std::uint8_t*>(piece.data()));
    }
    sha256_digest(&context, digest.size(), digest.data());
    return digest;
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
    return decode(text, base64_decode_init);
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.ends_with('=') || text.size() % 4 == 1) {
        return std::nullopt;
    }
    return decode(std::string(text) + std::string((4 - text.size() % 4) % 4, '='),
                  base64url_decode_init);
}

std::string to_base64(std::string_view bytes) {
    constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(),
                      text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(),
                      kVariant);
    text.pop_back();  // libsodium's length counts the terminator
    return text;
}

std::string to_hex(std::string_view bytes) {
    std::string hex(bytes.size() * 2 + 1, '\0');  // libsodium writes the terminator too
    sodium_bin2hex(
        hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    hex.pop_back();
    return hex;
}

std::string sha256_hex(std::string_view data, std::size_t bytes) {
    return sha256_hex({data}, bytes);
}

std::string sha256_hex(std::initializer_list<std::string_view> pieces, std::size_t bytes) {
    const auto digest = sha256(pieces);
    return to_hex({reinterpret_cast<const char*>(digest.data()), std::min(bytes, digest.size())});
}

std::string fingerprint(std::string_view blob) {
    const auto digest = sha256({blob});
    std::array<char,
               sodium_base64_ENCODED_LEN(SHA256_DIGEST_SIZE,
                                         sodium_base64_VARIANT_ORIGINAL_NO_PADDING)>
        text{};
    sodium_bin2base64(text.data(),
                      text.size(),
                      digest.data(),
                      digest.size(),
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    return std::string("SHA256:") + text.data();
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kUnreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (kUnreserved.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += {'%', kHex[byte >> 4U], kHex[byte & 0xFU]};
        }
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        const auto digits = text.substr(at + 1, 2);
        const auto byte = parse_number<unsigned>(digits, 16);
        if (!byte || digits.size() != 2) {
            return std::nullopt;
        }
        out += static_cast<char>(*byte);
        at += 2;
    }
    return out;
}

}  // namespace encoding
}  // namespace base
