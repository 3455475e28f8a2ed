#include "record/common_ssh_key.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace record {

namespace {

/// The common beginning of all keys of one kind and size, up to the first character that differs;
/// some values of this character are possible. The characters between are any base64 (an RSA
/// modulus has its highest bit set, after a byte of zeros), and the last one has zeros before
/// padding.
struct Common {
    std::string_view start;
    std::string_view then;
    std::size_t blob_size;    // in characters
    std::string_view last{};  // empty: any digit
    std::string_view padding{};
};
constexpr std::array<Common, 4> kCommon{{{.start = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
                                          .then = "ABCDEFGHIJKLMNOP",
                                          .blob_size = 68},
                                         {.start = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ",
                                          .then = "CD",
                                          .blob_size = 372},  // 2048 bits, exponent 65537
                                         {.start = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ",
                                          .then = "CD",
                                          .blob_size = 544,
                                          .last = "AEIMQUYcgkosw048",
                                          .padding = "="},  // 3072
                                         {.start = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQ",
                                          .then = "CD",
                                          .blob_size = 716,
                                          .last = "AQgw",
                                          .padding = "=="}}};  // 4096

// Written so that the compiler vectorises the loop.
bool is_base64_alphabet(std::string_view text) {
    unsigned char strange = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const auto letter = static_cast<unsigned char>((byte | 0x20U) - 'a');
        const auto digit = static_cast<unsigned char>(byte - '0');
        strange = static_cast<unsigned char>(
            strange | !((letter < 26) | (digit < 10) | (byte == '+') | (byte == '/')));
    }
    return strange == 0;
}

// Whether an Ed25519 key may be of low order, by the last three bytes of the encodings of such
// points.
bool may_have_low_order(std::string_view digits) {
    constexpr std::array<std::string_view, 8> kEnds{
        "AAAA", "AACA", "U/wF", "U/yF", "rAN6", "rAP6", "//9/", "////"};
    return std::find(kEnds.begin(), kEnds.end(), digits.substr(digits.size() - 4)) != kEnds.end();
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Whether an RSA modulus may be trivial: it is even, or has a long run of one byte. 16 equal bytes
// are at least 20 digits that repeat every four, which a step of 8 does not miss.
bool may_be_trivial(std::string_view digits, std::string_view padding) {
    for (std::size_t at = 0; at + 12 <= digits.size(); at += 8) {
        std::uint64_t here = 0;
        std::uint64_t next = 0;
        std::memcpy(&here, digits.data() + at, sizeof here);
        std::memcpy(&next, digits.data() + at + 4, sizeof next);
        if (here == next) {
            return true;
        }
    }
    // The lowest bit of the last byte, in the last digit: padding leaves 6, 4 or 2 bits of it
    // there.
    const auto last = kBase64.find(digits.back());
    return ((last >> (2 * padding.size())) & 1U) == 0;
}

}  // namespace

bool is_common_ssh_key(std::string_view line) {
    const auto* const common = std::find_if(kCommon.begin(), kCommon.end(), [&](const Common& c) {
        return line.starts_with(c.start) && line.size() == line.find(' ') + 1 + c.blob_size &&
               line.ends_with(c.padding);
    });
    if (common == kCommon.end()) {
        return false;
    }
    const auto digits = line.substr(common->start.size(),
                                    line.size() - common->start.size() - common->padding.size());
    return common->then.find(digits.front()) != std::string_view::npos &&
           is_base64_alphabet(digits) &&
           (common->last.empty() || common->last.find(digits.back()) != std::string_view::npos) &&
           !(common->start.starts_with("ssh-rsa") ? may_be_trivial(digits, common->padding)
                                                  : may_have_low_order(digits));
}

}  // namespace record
