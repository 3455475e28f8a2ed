#include "base/spelling.hpp"

#include "base/text.hpp"

#include <algorithm>

inline namespace base {
namespace text {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row{0};  // resized, so that an optimiser sees that it is never empty
    for (std::size_t j = 1; j <= b.size(); ++j) {
        row.push_back(j);
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] =
                std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row.back();
}

std::string nearest(std::string_view given, const std::vector<std::string>& words) {
    const auto folded = fold(given);
    const std::string* best = nullptr;
    std::size_t least = std::max<std::size_t>(2, given.size() / 3) + 1;
    for (const auto& word : words) {
        const auto distance = edit_distance(fold(word), folded);
        if (distance < least) {
            least = distance;
            best = &word;
        }
    }
    return best == nullptr ? std::string() : *best;
}

}  // namespace text
}  // namespace base
