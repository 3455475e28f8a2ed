// Mutations of an input: of its bytes, and of the JSON in one of its lines. The same seed gives the
// same mutations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace fuzz {

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    /// A number from 0 to `bound` - 1; 0 if `bound` is 0.
    [[nodiscard]] std::size_t below(std::size_t bound) {
        return bound == 0 ? 0 : static_cast<std::size_t>(engine_() % bound);
    }
    template <class List>
    [[nodiscard]] const auto& pick(const List& list) {
        return list[below(list.size())];
    }

  private:
    std::mt19937_64 engine_;
};

/// Changes one to four places in the bytes of `text`, or inserts a part of `other`.
[[nodiscard]] std::string mutate_bytes(std::string text, std::string_view other, Dice& dice);

/// Changes one value, key or element of the JSON in one line of `text`, from its first brace or
/// bracket on. Returns `text` if that line has no JSON.
[[nodiscard]] std::string mutate_json_line(std::string_view text, Dice& dice);

}  // namespace fuzz
