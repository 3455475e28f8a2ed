// Values by a text, such as a name or a key: filled once, then looked up. Pure.
#pragma once

#include "base/keyed_hash.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace plan {

/// Keeps 128 bits of a keyed hash of each text, and not the text: two different texts never have
/// the same. Takes 16 bytes and the value for each entry, in two blocks. A tree or a table of nodes
/// takes several times as much memory and time.
template <class Value>
class TextIndex {
  public:
    TextIndex() = default;
    /// Two indexes with one hash can be joined.
    explicit TextIndex(const KeyedHash& hash) : hash_(hash) {}

    /// Before finish().
    void add(std::string_view text, Value value) {
        entries_.push_back({hash_.wide(text), std::move(value)});
    }

    /// Sorts the values of each text.
    template <class Before>
    void finish(Before before) {
        std::stable_sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
            return a.hash != b.hash ? a.hash < b.hash : before(a.value, b.value);
        });
        hashes_.reserve(entries_.size());
        values_.reserve(entries_.size());
        for (auto& entry : entries_) {
            hashes_.push_back(entry.hash);
            values_.push_back(std::move(entry.value));
        }
        entries_ = {};
    }
    /// The values of each text stay in the order in which they were added.
    void finish() {
        finish([](const Value&, const Value&) { return false; });
    }

    /// The values of that text; empty: none.
    [[nodiscard]] std::span<const Value> find(std::string_view text) const {
        if (hashes_.empty()) {
            return {};
        }
        const auto [first, last] =
            std::equal_range(hashes_.begin(), hashes_.end(), hash_.wide(text));
        return {values_.data() + (first - hashes_.begin()), static_cast<std::size_t>(last - first)};
    }

    /// Calls `each` with the values of every text. The order of the texts is unspecified.
    template <class Each>
    void for_each_text(Each each) const {
        for (std::size_t at = 0; at < hashes_.size();) {
            const auto values = values_from(at);
            each(values);
            at += values.size();
        }
    }

    /// Calls `each` with the values of every text here, and with those of the same text in `other`.
    /// Both indexes have the same hash, so one pass over both is enough.
    template <class Other, class Each>
    void for_each_text(const TextIndex<Other>& other, Each each) const {
        std::size_t there = 0;
        for (std::size_t at = 0; at < hashes_.size();) {
            while (there < other.hashes_.size() && other.hashes_[there] < hashes_[at]) {
                ++there;
            }
            const bool is_there =
                there < other.hashes_.size() && other.hashes_[there] == hashes_[at];
            const auto values = values_from(at);
            each(values, is_there ? other.values_from(there) : std::span<const Other>());
            at += values.size();
        }
    }

  private:
    template <class Other>
    friend class TextIndex;
    using Hash = std::array<std::uint64_t, 2>;

    // The values of the text whose first value is at that place.
    [[nodiscard]] std::span<const Value> values_from(std::size_t at) const {
        std::size_t length = 1;
        while (at + length < hashes_.size() && hashes_[at + length] == hashes_[at]) {
            ++length;
        }
        return {values_.data() + at, length};
    }

    struct Entry {
        Hash hash{};
        Value value{};
    };

    KeyedHash hash_{};
    std::vector<Entry> entries_{};  // until finish()
    std::vector<Hash> hashes_{};
    std::vector<Value> values_{};
};

}  // namespace plan
