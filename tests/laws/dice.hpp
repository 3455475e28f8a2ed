// Random numbers that repeat: the same seed gives the same numbers on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>

namespace laws {

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    /// A number below `sides`, which is at least 1. The standard's distributions differ between
    /// libraries; a remainder does not.
    std::size_t below(std::size_t sides) { return static_cast<std::size_t>(engine_() % sides); }
    std::size_t between(std::size_t least, std::size_t most) {
        return least + below(most - least + 1);
    }
    bool chance(std::size_t percent) { return below(100) < percent; }

    template <class List>
    decltype(auto) pick(List&& list) {
        return list[below(list.size())];
    }

    template <class List>
    void shuffle(List& list) {
        for (auto left = list.size(); left > 1; --left) {
            std::swap(list[left - 1], list[below(left)]);
        }
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace laws
