// SSH public keys made byte by byte (RFC 4251 §5, RFC 4253 §6.6), valid ones and invalid ones.
#pragma once

#include "base/encoding.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace ssh_blob {

/// A string or integer of a blob: four bytes of length, then the bytes.
inline std::string field(std::string_view bytes) {
    std::string out;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        out += static_cast<char>((bytes.size() >> shift) & 0xFFU);
    }
    return out += bytes;
}

inline std::string line(std::string_view type, const std::string& blob) {
    return std::string(type) + " " + encoding::to_base64(blob);
}

inline std::string ed25519_blob(std::size_t bytes = 32) {
    return field("ssh-ed25519") + field(std::string(bytes, 'k'));
}

/// `coordinate_bytes`: 32, 48 and 66 are those of the three curves.
inline std::string ecdsa_blob(const std::string& curve,
                              std::size_t coordinate_bytes,
                              char form = '\x04') {
    return field("ecdsa-sha2-" + curve) + field(curve) +
           field(form + std::string(2 * coordinate_bytes, 'p'));
}

/// A positive integer of exactly that many bits (a multiple of 8) with a leading zero byte, as RFC
/// 4251 requires.
inline std::string integer_of_bits(std::size_t bits) {
    std::string integer(1, '\0');
    for (std::size_t i = 0; i < bits / 8; ++i) {  // no run of one byte, and odd
        integer += static_cast<char>(i == 0 ? 0x81 : (i * 2 + 1) & 0xFFU);
    }
    return integer;
}

inline std::string rsa_blob(const std::string& exponent, const std::string& modulus) {
    return field("ssh-rsa") + field(exponent) + field(modulus);
}

/// A key that passes every check; each number has its own key.
inline std::string valid_line(unsigned number) {
    std::string key(32, 'v');
    for (std::size_t i = 0; i < 4; ++i) {
        key[i] = static_cast<char>((number >> (8U * i)) & 0xFFU);
    }
    return line("ssh-ed25519", field("ssh-ed25519") + field(key));
}

}  // namespace ssh_blob
