// Base64, hexadecimal and SHA-256 with OpenSSL, libsodium and nettle, in the forms that this
// project needs. Pure.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

inline namespace base {
namespace encoding {

/// Decodes RFC 4648 §4, padded; nullopt if the text has any other form.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
/// RFC 4648 §5, without padding.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

/// RFC 4648 §4, padded.
[[nodiscard]] std::string to_base64(std::string_view bytes);

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// Lower-case hexadecimal of the first `bytes` bytes of SHA-256 (at most 32).
[[nodiscard]] std::string sha256_hex(std::string_view data, std::size_t bytes = 32);
/// The same of several pieces of one text.
[[nodiscard]] std::string sha256_hex(std::initializer_list<std::string_view> pieces,
                                     std::size_t bytes = 32);
/// `SHA256:` and unpadded base64, as ssh-keygen -l prints a key's blob.
[[nodiscard]] std::string fingerprint(std::string_view blob);

/// RFC 3986 §2.1: everything but unreserved characters as %XX. For path segments and query values.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// The reverse; nullopt if a % is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace encoding
}  // namespace base
