// Finds the names, keys and ids that more than one record claims: for millions of claims, in 8
// bytes each.
#pragma once

#include "plan/unchanged/block_list.hpp"

#include <array>
#include <cstdint>
#include <functional>

namespace plan::unchanged {

class SharedValues {
  public:
    /// A user that is never looked up.
    static constexpr std::uint32_t kNobody = 0xFFFFFFFF;

    /// `claim` is a keyed hash. Two claims with the same first 40 bits count as equal, which is
    /// safe. Among ten million claims, about 50 collide. Their owners are then checked
    /// unnecessarily.
    void add(std::uint64_t claim, std::uint32_t owner) {
        shelves_[claim >> 56U].push_back(
            {.hash = static_cast<std::uint32_t>(claim >> 24U), .owner = owner});
    }

    /// Adds the claims of `more`, whose owners have the same numbers, and forgets them there.
    void add_all(SharedValues& more);

    /// Calls `each` with every owner of a claim that has another owner as well, "no owner"
    /// included; with some more than once. `owner_of` gives the owner of a claim in `other`, whose
    /// owners have other numbers. Forgets the claims of both.
    void for_each_sharer(SharedValues& other,
                         const std::function<std::uint32_t(std::uint32_t)>& owner_of,
                         const std::function<void(std::uint32_t)>& each);

  private:
    struct Claim {
        std::uint32_t hash;
        std::uint32_t owner;
    };
    // One partition is searched at a time, with a table that fits into the processor's cache.
    static constexpr std::size_t kBlock = 128;
    using Shelf = BlockList<Claim, kBlock>;
    std::array<Shelf, 256> shelves_{};
};

}  // namespace plan::unchanged
