// The records of both sides in the filter, paired by their external id, among millions. Pure.
#pragma once

#include "plan/unchanged/block_list.hpp"
#include "plan/unchanged/shared_values.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace plan::unchanged {

/// One record of one side.
struct FilterEntry {
    static constexpr std::uint64_t kMostPlace = (std::uint64_t{1} << 46U) - 1;  ///< 64 TB
    /// A user with more keys is parsed.
    static constexpr std::size_t kMostKeys = (1U << 10U) - 1;

    std::uint64_t id = 0;          ///< hash of the external id
    std::uint64_t tail = 0;        ///< hash of the values that both sides have
    std::uint64_t place : 46 = 0;  ///< offset of its line
    std::uint64_t keys : 10 = 0;   ///< number of SSH keys
    bool active : 1 = false;
    bool is_address : 1 = false;  ///< its userName
    bool read : 1 = false;        ///< its values were read: the fields above are set
    bool parsed : 1 = false;      ///< the record is in its directory already
    bool pending : 1 = false;     ///< not independent
    bool is_pair : 1 = false;     ///< the other side has a record of that id, too
    bool is_same : 1 = false;     ///< with the same values
    bool named : 1 = false;       ///< among UnchangedRecords::members

    /// Takes over what was read of a record with the same values.
    void take_values(const FilterEntry& same) {
        keys = same.keys;
        active = same.active;
        is_address = same.is_address;
        read = same.read;
    }
    [[nodiscard]] bool joins() const { return !pending && active && is_pair; }
    /// Whether the plan creates the record: only the desired side has it. If an entry of the
    /// current side has no pair and is not pending, it is inactive.
    [[nodiscard]] bool is_new() const { return !pending && active && !is_pair; }
};
static_assert(sizeof(FilterEntry) == 24);

using FilterEntries = BlockList<FilterEntry>;

/// A record of one kind that is on one side or on both is one *owner* of names and keys. Owners are
/// numbered: first the entries of the current side, then those of the desired side.
class Pairing {
  public:
    static constexpr std::uint32_t kNone = SharedValues::kNobody;

    /// Pairs the records. Those that share an external id with another record of their side are
    /// pending. If a pair has the same values, and those of the desired side were read, the record
    /// of the current side takes them over. Both lists must outlive this object.
    void pair(FilterEntries& desired, FilterEntries& current);

    /// After values were read that had not been: pairs whose tails are equal now are the same.
    void compare_again();

    /// After pair(): the first entry of that id, of the current side if it has one; null: none has
    /// it.
    [[nodiscard]] FilterEntry* find(std::uint64_t id);

    /// The owners of the entries of the desired side: those of their pairs, if they have one.
    [[nodiscard]] const std::vector<std::uint32_t>& owners_of_desired() const { return owners_; }
    void set_pending(std::uint32_t owner);
    /// If a record of the desired side has a pair, it gets the state of the pair. Otherwise it
    /// stays pending, or becomes pending unless `may_be_new`. Afterwards the owners of that side
    /// are freed.
    void mark_desired(const std::function<bool(const FilterEntry&)>& may_be_new);
    /// Frees the entries of the desired side, except those of new users. The others are found again
    /// only if they have a pair.
    void keep_new();

  private:
    [[nodiscard]] FilterEntry& entry_of(std::uint32_t owner);
    [[nodiscard]] std::size_t first_slot_of(std::uint64_t id) const {
        return id & (slots_.size() - 1);
    }
    [[nodiscard]] std::size_t slot_of(std::uint64_t id);
    [[nodiscard]] std::uint32_t find_or_add(std::uint64_t id, std::uint32_t owner);
    void make_room(std::size_t owners);

    FilterEntries* desired_ = nullptr;
    FilterEntries* current_ = nullptr;
    std::vector<std::uint32_t> owners_{};  // of the desired side, by entry
    // Open addressing, five bytes a slot.
    std::vector<std::uint8_t> tags_{};  // 0: the slot is free
    std::vector<std::uint32_t> slots_{};
    std::size_t used_ = 0;  // slots
};

}  // namespace plan::unchanged
