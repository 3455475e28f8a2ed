// Quick recognition of the SSH keys that most users have. Pure.
#pragma once

#include <string_view>

namespace record {

/// Whether the line is a valid Ed25519 key, or a valid RSA key of 2048, 3072 or 4096 bits, without
/// a comment. False does not mean that the key is invalid: why_not_ssh_key() decides then.
[[nodiscard]] bool is_common_ssh_key(std::string_view line);

}  // namespace record
