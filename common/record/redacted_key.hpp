// SSH keys in redacted records: valid keys of the same type and size that belong to no one. Pure.
#pragma once

#include "base/keyed_hash.hpp"
#include "record/ssh_key.hpp"

#include <string>
#include <vector>

namespace record {

/// For a key that may be sent: `type base64` of another one that may be sent.
[[nodiscard]] std::string redacted_ssh_key(const SshKey& key, const KeyedDigest& digest);

/// For a line that may not be sent: lines without anything of it that may not be sent either, for
/// various reasons. `word` is a substitute for it.
[[nodiscard]] std::vector<std::string> refused_ssh_keys_like(const std::string& line,
                                                             const std::string& word,
                                                             const KeyedDigest& digest);

}  // namespace record
