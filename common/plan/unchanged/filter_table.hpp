// The table of the filter: an entry for each external id, found again among millions. Pure.
#pragma once

#include "plan/unchanged/block_list.hpp"
#include "plan/unchanged/shared_values.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace plan::unchanged {

/// One external id, and the position of its record on each side.
struct FilterEntry {
    static constexpr std::uint64_t kMostPlace = (std::uint64_t{1} << 48U) - 1;  ///< 256 TB
    /// A longer head is cut off here: its record is then never equal, so it is parsed.
    static constexpr std::uint64_t kMostHeadLength = (std::uint64_t{1} << 16U) - 1;

    /// The record of a user with more keys is parsed.
    static constexpr std::size_t kMostKeys = (1U << 10U) - 1;

    std::uint64_t id = 0;  ///< hash of the external id
    std::uint64_t desired_at : 48 = 0;
    std::uint64_t head_length : 16 = 0;  ///< of the line that was read first; 0: it was rewritten
    std::uint64_t current_at : 48 = 0;
    bool in_desired : 1 = false;
    bool in_current : 1 = false;
    bool active : 1 = false;
    bool is_address : 1 = false;  ///< its userName
    bool open : 1 = false;        ///< not settled
    bool named : 1 = false;       ///< among Settled::members
    std::uint16_t keys : 10 = 0;  ///< number of SSH keys

    [[nodiscard]] bool is_pair() const { return in_desired && in_current; }
    [[nodiscard]] bool joins() const { return !open && active && is_pair(); }
};
static_assert(sizeof(FilterEntry) == 24);

/// By external id. The index is built at the first look-up, for all entries at once and in a table
/// of the right size. Open addressing, five bytes a slot.
class FilterTable {
  public:
    static constexpr std::uint32_t kNone = SharedValues::kNobody;

    std::uint32_t add(const FilterEntry& entry);
    /// The first entry of that id.
    [[nodiscard]] std::uint32_t find(std::uint64_t id);
    /// Any entry of that id. Two exports mostly have similar orders: the next record is close to
    /// the last one, and is found without the index.
    [[nodiscard]] std::uint32_t find_next(std::uint64_t id);
    /// Opens every entry whose id another entry has, too.
    void index();

    BlockList<FilterEntry> entries{};

  private:
    [[nodiscard]] static std::uint8_t tag_of(std::uint64_t id) {
        return static_cast<std::uint8_t>(id >> 56U) | 1U;
    }
    [[nodiscard]] std::size_t slot_of(std::uint64_t id) const;

    std::vector<std::uint8_t> tags_{};  // 0: the slot is free
    std::vector<std::uint32_t> slots_{};
    std::uint32_t indexed_ = 0;  // entries that the slots contain
    std::uint32_t next_ = 0;     // the one after the entry that was found last
};

/// Hashes of the tails of records that came first and were rewritten, by entry.
class RewrittenTails {
  public:
    using Digest = std::array<std::uint64_t, 2>;

    /// Entries ascend.
    void add(std::uint32_t entry, const Digest& digest) { tails_.push_back({entry, digest}); }
    [[nodiscard]] bool holds(std::uint32_t entry, const Digest& digest);

  private:
    struct Tail {
        std::uint32_t entry = 0;
        Digest digest{};
    };
    BlockList<Tail> tails_{};
    std::size_t next_ = 0;  // after the tail that was found last: records are in similar orders
};

}  // namespace plan::unchanged
