#include "plan/unchanged/filter_table.hpp"

#include <algorithm>
#include <bit>

namespace plan::unchanged {

std::uint32_t FilterTable::add(const FilterEntry& entry) {
    entries.push_back(entry);
    return static_cast<std::uint32_t>(entries.size() - 1);
}

std::uint32_t FilterTable::find(std::uint64_t id) {
    index();
    if (slots_.empty()) {
        return kNone;
    }
    const auto slot = slot_of(id);
    return tags_[slot] == 0 ? kNone : slots_[slot];
}

std::uint32_t FilterTable::find_next(std::uint64_t id) {
    constexpr std::size_t kNear = 4;  // users who left, or are elsewhere, are skipped
    const auto end = std::min(entries.size(), next_ + kNear);
    auto at = next_;
    while (at < end && entries[at].id != id) {
        ++at;
    }
    at = at < end ? at : find(id);
    next_ = at == kNone ? next_ : at + 1;
    return at;
}

void FilterTable::index() {
    if (4 * entries.size() > 3 * slots_.size()) {  // a quarter stays free
        const auto size = std::bit_ceil(4 * entries.size() / 3 + 1);
        tags_.assign(size, 0);
        slots_.assign(size, kNone);
        indexed_ = 0;
    }
    for (; indexed_ < entries.size(); ++indexed_) {
        auto& entry = entries[indexed_];
        const auto slot = slot_of(entry.id);
        if (tags_[slot] == 0) {
            tags_[slot] = tag_of(entry.id);
            slots_[slot] = indexed_;
        } else {
            entry.open = entries[slots_[slot]].open = true;
        }
    }
}

// The slot of the id, or the free slot for it.
std::size_t FilterTable::slot_of(std::uint64_t id) const {
    const auto tag = tag_of(id);
    auto slot = id & (slots_.size() - 1);
    while (tags_[slot] != 0 && (tags_[slot] != tag || entries[slots_[slot]].id != id)) {
        slot = (slot + 1) & (slots_.size() - 1);
    }
    return slot;
}

bool RewrittenTails::holds(std::uint32_t entry, const Digest& digest) {
    std::size_t low = 0;
    std::size_t high = tails_.size();
    if (next_ < high && tails_[next_].entry == entry) {
        low = next_;
    }
    while (low < high && tails_[low].entry != entry) {
        const auto middle = low + (high - low) / 2;
        if (tails_[middle].entry <= entry) {
            low = tails_[middle].entry == entry ? middle : middle + 1;
        } else {
            high = middle;
        }
    }
    if (low >= high) {
        return false;
    }
    next_ = low + 1;
    return tails_[low].digest == digest;
}

}  // namespace plan::unchanged
