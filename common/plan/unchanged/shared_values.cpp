#include "plan/unchanged/shared_values.hpp"

#include "base/side_by_side.hpp"

#include <bit>
#include <utility>

namespace plan::unchanged {

void SharedValues::add_all(SharedValues& more) {
    for (std::size_t at = 0; at < shelves_.size(); ++at) {
        std::exchange(more.shelves_[at], Shelf{}).for_each([&](Claim claim) {
            shelves_[at].push_back(claim);
        });
    }
}

class SharedValues::Search {
  public:
    void take(Shelf& shelf, Shelf& other, std::span<const std::uint32_t> owners) {
        claims_.clear();
        std::exchange(shelf, Shelf{}).for_each([&](Claim claim) { claims_.push_back(claim); });
        std::exchange(other, Shelf{}).for_each([&](Claim claim) {
            claims_.push_back({.hash = claim.hash,
                               .owner = claim.owner == kNobody ? kNobody : owners[claim.owner]});
        });
        const auto slots = std::bit_ceil(2 * claims_.size() + 1);
        first_.assign(slots, 0);
        for (std::uint32_t number = 1; const auto& claim : claims_) {
            auto slot = claim.hash & (slots - 1);
            while (first_[slot] != 0 && claims_[first_[slot] - 1].hash != claim.hash) {
                slot = (slot + 1) & (slots - 1);
            }
            if (first_[slot] == 0) {
                first_[slot] = number;
            } else if (const auto owner = claims_[first_[slot] - 1].owner; owner != claim.owner) {
                sharers_.push_back(owner);
                sharers_.push_back(claim.owner);
            }
            ++number;
        }
    }

    [[nodiscard]] const std::vector<std::uint32_t>& sharers() const { return sharers_; }

  private:
    std::vector<Claim> claims_{};
    std::vector<std::uint32_t> first_{};  // by hash: the index after that of its first claim
    std::vector<std::uint32_t> sharers_{};
};

std::vector<std::uint32_t> SharedValues::take_sharers(SharedValues& other,
                                                      std::span<const std::uint32_t> owners,
                                                      std::size_t threads) {
    constexpr std::size_t kParts = 2;
    std::array<Search, kParts> searches;
    side_by_side(kParts, threads, [&](std::size_t part) {
        for (auto at = part; at < shelves_.size(); at += kParts) {
            searches[part].take(shelves_[at], other.shelves_[at], owners);
        }
    });
    std::vector<std::uint32_t> all;
    for (const auto& search : searches) {
        all.insert(all.end(), search.sharers().begin(), search.sharers().end());
    }
    return all;
}

}  // namespace plan::unchanged
