// A plan in parts, for a first load that is too large for one process: each part is some of the
// users, the groups follow when all are there. Pure.
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

    /// Every user falls into exactly one of `count`: the first eight bytes of SHA-256 of the
    /// external id, big endian, modulo `count`.
    [[nodiscard]] bool has(const record::ExternalId& id) const;
};

/// `I/N`, I from 0 to N-1; nullopt for anything else.
[[nodiscard]] std::optional<Shard> parse_shard(std::string_view text);

/// Takes from a plan of every user what does not fall into the shard, all groups included. It still
/// balances: what the seal counts is what this part accounts for. What the limits hold, and its
/// digest, is that of every user.
void keep_shard(const Shard& shard,
                const record::Directory& desired,
                const record::Directory& current,
                Plan& plan);

}  // namespace plan
