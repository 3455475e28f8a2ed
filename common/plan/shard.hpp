// A plan in parts, for a first load that is too large for one process: each part has some of the
// users, and the groups are planned after all parts. Pure.
#pragma once

#include "plan/types.hpp"
#include "record/directory.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace plan {

struct Shard {
    std::uint64_t index = 0;  ///< from 0
    std::uint64_t count = 1;

    /// Every user belongs to exactly one of `count` shards: the first eight bytes of SHA-256 of the
    /// external id, big endian, modulo `count`.
    [[nodiscard]] bool has(const record::ExternalId& id) const;
};

/// `I/N`, I from 0 to N-1; nullopt for any other text.
[[nodiscard]] std::optional<Shard> parse_shard(std::string_view text);

/// Removes from a plan of all users those outside the shard, and all groups. The counts of the seal
/// are those of the shard, so they still agree with the lines. The held changes and their digest
/// are those of all users.
void keep_shard(const Shard& shard,
                const record::Directory& desired,
                const record::Directory& current,
                Plan& plan);

}  // namespace plan
