#include "plan/unchanged/shared_values.hpp"

#include <bit>
#include <utility>
#include <vector>

namespace plan::unchanged {

void SharedValues::for_each_sharer(const std::function<void(std::uint32_t)>& each) {
    std::vector<std::uint32_t> first;  // by hash: the index after that of the first claim of a kind
    for (auto& shelf : shelves_) {
        const auto claims = std::exchange(shelf, Shelf{});
        const auto slots = std::bit_ceil(2 * claims.size() + 1);
        first.assign(slots, 0);
        for (std::uint32_t at = 0; at < claims.size(); ++at) {
            const auto& claim = claims[at];
            auto slot = claim.hash & (slots - 1);
            while (first[slot] != 0 && claims[first[slot] - 1].hash != claim.hash) {
                slot = (slot + 1) & (slots - 1);
            }
            if (first[slot] == 0) {
                first[slot] = at + 1;
            } else if (const auto other = claims[first[slot] - 1].owner; other != claim.owner) {
                each(other);
                each(claim.owner);
            }
        }
    }
}

}  // namespace plan::unchanged
