// Counts the additions that the service was seen to store. Once there are enough, answers that do
// not show an addition are trusted. Pure.
#pragma once

#include "apply/access_change.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <set>
#include <string>

namespace apply {

class AdditionProofs {
  public:
    /// The attributes by which `patch` of a user adds access, without those of which enough
    /// additions were stored. Each attribute counts by itself: a service may store one and ignore
    /// the other.
    [[nodiscard]] std::set<std::string> missing_for(const nlohmann::json& patch,
                                                    const ListChange& list) const;
    /// Records show that additions to these attributes were stored.
    void count(const std::set<std::string>& attributes);

  private:
    std::map<std::string, int> stored_{};
};

}  // namespace apply
