// The cases of a law, each with a random generator of its own.
#pragma once

#include "dice.hpp"
#include "settings.hpp"
#include "support/catch.hpp"

#include <cstdint>

namespace laws {

/// Runs `law` for each case, or for one alone if LAW_SEED has its number. A law whose cases are
/// large gives the share of the cases that it needs.
template <class Law>
void for_each_case(Law law, std::uint64_t share = 1) {
    const auto seed = setting("LAW_SEED", 0);
    const auto first = seed != 0 ? seed : 1;
    const auto last = seed != 0 ? seed : (setting("LAW_CASES", 100) + share - 1) / share;
    for (auto at = first; at <= last; ++at) {
        INFO("LAW_SEED=" << at << " repeats this case alone");
        Dice dice(at);
        law(dice);
    }
}

}  // namespace laws
