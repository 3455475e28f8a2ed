#include "plan/unchanged/pairing.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace plan::unchanged {

namespace {

std::uint8_t tag_of(std::uint64_t id) {
    return static_cast<std::uint8_t>(id >> 56U) | 1U;
}

}  // namespace

void Pairing::pair(FilterEntries& desired, FilterEntries& current) {
    desired_ = &desired;
    current_ = &current;
    make_room(std::max(desired.size(), current.size()));
    for (std::uint32_t at = 0; at < current.size(); ++at) {
        const auto first = find_or_add(current[at].id, at);
        if (first != at) {
            current[at].pending = current[first].pending = true;
        }
    }
    owners_.resize(desired.size());
    for (std::uint32_t at = 0; at < desired.size(); ++at) {
        auto& entry = desired[at];
        const auto own = static_cast<std::uint32_t>(current.size()) + at;
        const auto owner = owners_[at] = find_or_add(entry.id, own);
        if (owner == own) {
            continue;
        }
        auto& other = entry_of(owner);
        const bool is_first = owner < current.size() && !other.is_pair;
        entry.is_pair = other.is_pair = true;
        other.pending = other.pending || entry.pending || !is_first;
        entry.is_same = other.is_same = is_first && other.tail == entry.tail;
        if (entry.is_same && entry.read) {
            other.take_values(entry);
        }
    }
}

void Pairing::compare_again() {
    for (std::uint32_t at = 0; at < owners_.size(); ++at) {
        auto& entry = (*desired_)[at];
        if (entry.is_pair && !entry.is_same) {
            auto& other = entry_of(owners_[at]);
            entry.is_same = other.is_same = other.tail == entry.tail;
            other.pending = other.pending || entry.pending;
        }
    }
}

std::uint32_t Pairing::find_or_add(std::uint64_t id, std::uint32_t owner) {
    const auto slot = slot_of(id);
    if (tags_[slot] != 0) {
        return slots_[slot];
    }
    tags_[slot] = tag_of(id);
    slots_[slot] = owner;
    if (4 * ++used_ > 3 * slots_.size()) {
        make_room(2 * used_);
    }
    return owner;
}

// A quarter of the slots stays free, so that a search ends.
void Pairing::make_room(std::size_t owners) {
    const auto before = std::exchange(slots_, {});
    const auto size = std::bit_ceil(4 * owners / 3 + 1);
    tags_.assign(size, 0);
    slots_.assign(size, kNone);
    for (const auto owner : before) {
        if (owner != kNone) {
            const auto id = entry_of(owner).id;
            const auto slot = slot_of(id);
            tags_[slot] = tag_of(id);
            slots_[slot] = owner;
        }
    }
}

FilterEntry* Pairing::find(std::uint64_t id) {
    const auto slot = slot_of(id);
    return tags_[slot] == 0 ? nullptr : &entry_of(slots_[slot]);
}

void Pairing::set_pending(std::uint32_t owner) {
    entry_of(owner).pending = true;
}

void Pairing::mark_desired(const std::function<bool(const FilterEntry&)>& may_be_new) {
    for (std::uint32_t at = 0; at < owners_.size(); ++at) {
        auto& entry = (*desired_)[at];
        entry.pending =
            entry.is_pair ? entry_of(owners_[at]).pending : entry.pending || !may_be_new(entry);
    }
    owners_ = {};
}

// Entries are moved to the front, in their order, so an entry is never overwritten before it is
// read.
void Pairing::keep_new() {
    const auto most = current_->size();
    for (auto& owner : slots_) {
        if (owner != kNone && owner >= most && !entry_of(owner).is_new()) {
            owner = kNone;  // its tag stays, for searches
        }
    }
    std::size_t kept = 0;
    for (std::size_t at = 0; at < desired_->size(); ++at) {
        if (const auto entry = (*desired_)[at]; entry.is_new()) {
            slots_[slot_of(entry.id)] = static_cast<std::uint32_t>(most + kept);
            (*desired_)[kept++] = entry;
        }
    }
    desired_->shrink(kept);
}

FilterEntry& Pairing::entry_of(std::uint32_t owner) {
    const auto most = current_->size();
    return owner < most ? (*current_)[owner] : (*desired_)[owner - most];
}

// The slot of the id, or the free slot for it.
std::size_t Pairing::slot_of(std::uint64_t id) {
    const auto tag = tag_of(id);
    auto slot = id & (slots_.size() - 1);
    while (tags_[slot] != 0 &&
           (tags_[slot] != tag || slots_[slot] == kNone || entry_of(slots_[slot]).id != id)) {
        slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
}

}  // namespace plan::unchanged
