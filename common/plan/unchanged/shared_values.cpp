#include "plan/unchanged/shared_values.hpp"

#include <bit>
#include <utility>
#include <vector>

namespace plan::unchanged {

void SharedValues::add_all(SharedValues& more) {
    for (std::size_t at = 0; at < shelves_.size(); ++at) {
        std::exchange(more.shelves_[at], Shelf{}).for_each([&](Claim claim) {
            shelves_[at].push_back(claim);
        });
    }
}

void SharedValues::for_each_sharer(SharedValues& other,
                                   const std::function<std::uint32_t(std::uint32_t)>& owner_of,
                                   const std::function<void(std::uint32_t)>& each) {
    std::vector<Claim> claims;         // of one shelf
    std::vector<std::uint32_t> first;  // by hash: the index after that of the first claim of a kind
    for (std::size_t at = 0; at < shelves_.size(); ++at) {
        claims.clear();
        std::exchange(shelves_[at], Shelf{}).for_each([&](Claim claim) {
            claims.push_back(claim);
        });
        std::exchange(other.shelves_[at], Shelf{}).for_each([&](Claim claim) {
            claims.push_back({.hash = claim.hash,
                              .owner = claim.owner == kNobody ? kNobody : owner_of(claim.owner)});
        });
        const auto slots = std::bit_ceil(2 * claims.size() + 1);
        first.assign(slots, 0);
        for (std::uint32_t number = 1; const auto& claim : claims) {
            auto slot = claim.hash & (slots - 1);
            while (first[slot] != 0 && claims[first[slot] - 1].hash != claim.hash) {
                slot = (slot + 1) & (slots - 1);
            }
            if (first[slot] == 0) {
                first[slot] = number;
            } else if (const auto owner = claims[first[slot] - 1].owner; owner != claim.owner) {
                each(owner);
                each(claim.owner);
            }
            ++number;
        }
    }
}

}  // namespace plan::unchanged
