#include "base/id_table.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

inline namespace base {

IdTable::Added IdTable::add(std::string_view id) {
    return add(digest(id));
}

IdTable::Added IdTable::add(const Digest& key) {
    auto at = slot(key);
    if (slots_[at] != 0) {
        return {slots_[at] - 1, false};
    }
    if ((digests_.size() + 1) * 4 > slots_.size() * 3) {
        grow();
        at = slot(key);
    }
    digests_.push_back(key);
    slots_[at] = static_cast<std::uint32_t>(digests_.size());
    return {digests_.size() - 1, true};
}

std::optional<std::size_t> IdTable::find(std::string_view id) const {
    const auto number = slots_[slot(digest(id))];
    return number == 0 ? std::nullopt : std::optional<std::size_t>(number - 1);
}

IdTable IdTable::without(const std::vector<std::size_t>& numbers) const {
    IdTable rest;
    for (std::size_t number = 0; number < digests_.size(); ++number) {
        if (!std::binary_search(numbers.begin(), numbers.end(), number)) {
            rest.add(digests_[number]);
        }
    }
    return rest;
}

IdTable::Digest IdTable::digest(std::string_view id) {
    Digest out{};
    (void)crypto_generichash(out.data(),
                             out.size(),
                             reinterpret_cast<const unsigned char*>(id.data()),
                             id.size(),
                             nullptr,
                             0);
    return out;
}

// The slot of the digest, or the free slot for it.
std::size_t IdTable::slot(const Digest& digest) const {
    std::uint64_t start = 0;
    std::memcpy(&start, digest.data(), sizeof start);
    const auto mask = slots_.size() - 1;
    auto at = static_cast<std::size_t>(start) & mask;
    while (slots_[at] != 0 && digests_[slots_[at] - 1] != digest) {
        at = (at + 1) & mask;
    }
    return at;
}

void IdTable::grow() {
    slots_ = std::vector<std::uint32_t>(slots_.size() * 2);
    for (std::uint32_t number = 0; number < digests_.size(); ++number) {
        slots_[slot(digests_[number])] = number + 1;
    }
}

std::size_t TextPool::add(std::string_view text) {
    all_ += text;
    ends_.push_back(all_.size());
    return ends_.size() - 1;
}

std::string_view TextPool::at(std::size_t number) const {
    const auto begin = number == 0 ? 0 : ends_.at(number - 1);
    return std::string_view(all_).substr(begin, ends_.at(number) - begin);
}

}  // namespace base
