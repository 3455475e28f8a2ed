#include "base/encoding.hpp"

#include "base/parse_number.hpp"

#include <nettle/sha2.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>

inline namespace base {
namespace encoding {

namespace {

// Unsigned, as the libraries take bytes.
const std::uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

// By nettle: it uses the instructions for SHA-256 of the processor, and libsodium does not.
std::array<std::uint8_t, SHA256_DIGEST_SIZE> sha256(
    std::initializer_list<std::string_view> pieces) {
    std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
    sha256_ctx context{};
    sha256_init(&context);
    for (const auto piece : pieces) {
        sha256_update(&context, piece.size(), bytes_of(piece));
    }
    sha256_digest(&context, digest.size(), digest.data());
    return digest;
}

}  // namespace

// EVP_DecodeBlock skips white space around the text, and takes `=` anywhere for a zero. It writes
// bytes for the padding, too. They are zero unless the last digit has bits after the value.
std::optional<std::string> from_base64(std::string_view text) {
    const auto digits = text.find_last_not_of('=') + 1;
    const auto padding = text.size() - digits;
    const auto length = text.size() / 4 * 3;
    if (text.size() % 4 != 0 || padding > 2 || text.size() > INT_MAX ||
        text.substr(0, digits).find('=') != std::string_view::npos) {
        return std::nullopt;
    }
    std::string bytes(length, '\0');
    auto* const out = reinterpret_cast<std::uint8_t*>(bytes.data());
    const auto written = EVP_DecodeBlock(out, bytes_of(text), static_cast<int>(text.size()));
    if (written < 0 || static_cast<std::size_t>(written) != length ||
        bytes.find_first_not_of('\0', length - padding) != std::string::npos) {
        return std::nullopt;
    }
    bytes.resize(length - padding);
    return bytes;
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos || text.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string padded(text);
    std::replace(padded.begin(), padded.end(), '-', '+');
    std::replace(padded.begin(), padded.end(), '_', '/');
    return from_base64(padded.append((4 - text.size() % 4) % 4, '='));
}

std::string to_base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4, '\0');
    EVP_EncodeBlock(reinterpret_cast<std::uint8_t*>(text.data()),
                    bytes_of(bytes),
                    static_cast<int>(bytes.size()));
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
    auto text = to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
    text.pop_back();  // the padding
    return "SHA256:" + text;
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
