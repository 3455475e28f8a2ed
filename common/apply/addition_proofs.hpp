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
    /// The additions in `body`, a POST or a PATCH of a user, without those of which enough were
    /// stored. Each is a method and an attribute: a service may store one and ignore another.
    [[nodiscard]] std::set<std::string> missing_for(const nlohmann::json& body,
                                                    const ListChange& list) const;
    /// Records show that these additions were stored.
    void count(const std::set<std::string>& additions);

  private:
    std::map<std::string, int> stored_{};
};

}  // namespace apply
