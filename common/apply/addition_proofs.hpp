// Counts the additions that the service was seen to store. Once there are enough, answers that do
// not show an addition are trusted. Pure.
#pragma once

#include "apply/access_change.hpp"

#include <array>
#include <cstddef>
#include <set>

namespace apply {

/// Each kind counts by itself: a service may store one and ignore another.
enum class Addition : std::size_t { created_active, created_keys, activated, added_keys };

class AdditionProofs {
  public:
    /// The additions of a POST or a PATCH of a user, without those of which enough were stored.
    [[nodiscard]] std::set<Addition> missing_for(bool create, const Effects& effects) const;
    /// A record shows that these additions were stored.
    void count(const std::set<Addition>& additions);

  private:
    std::array<int, 4> stored_{};
};

}  // namespace apply
