// Finds the names, keys and ids that more than one record claims: for millions of claims, in 8
// bytes each.
#pragma once

#include "plan/unchanged/block_list.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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

    /// Every owner of a claim that has another owner as well, "no owner" included; some more than
    /// once. Claims in `other` have other numbers: `owners` gives the owner by that number. Forgets
    /// the claims of both.
    [[nodiscard]] std::vector<std::uint32_t> take_sharers(SharedValues& other,
                                                          std::span<const std::uint32_t> owners,
                                                          std::size_t threads);

  private:
    struct Claim {
        std::uint32_t hash;
        std::uint32_t owner;
    };
    // One partition is searched at a time, with a table that fits into the processor's cache.
    static constexpr std::size_t kBlock = 128;
    using Shelf = BlockList<Claim, kBlock>;

    /// Finds the sharers of one partition, in memory that it keeps for the next one.
    class Search;

    std::array<Shelf, 256> shelves_{};
};

}  // namespace plan::unchanged
