#include "random_text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace laws {

std::string mixed_case(Dice& dice, std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z' && dice.chance(30)) {
            c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return text;
}

std::string hexadecimal(Dice& dice) {
    std::string id;
    for (int i = 0; i < 24; ++i) {
        id += "0123456789abcdef"[dice.below(16)];
    }
    return id;
}

std::string resource_id(Dice& dice) {
    constexpr std::array<std::string_view, 4> kTails{"/x", " y", "%41", "é"};
    return hexadecimal(dice) + (dice.chance(5) ? std::string(dice.pick(kTails)) : "");
}

std::vector<std::string> some_of(Dice& dice,
                                 const std::vector<std::string>& all,
                                 std::size_t percent) {
    std::vector<std::string> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), [&](const auto&) {
        return dice.chance(percent);
    });
    return some;
}

}  // namespace laws
