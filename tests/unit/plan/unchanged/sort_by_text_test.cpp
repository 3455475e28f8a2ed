#include "plan/unchanged/sort_by_text.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <random>
#include <string>
#include <vector>

TEST_CASE("elements are sorted by their texts, also if these begin with the same eight bytes") {
    std::vector<std::string> texts{"",
                                   "a",
                                   "abcdefgh",
                                   "abcdefgh1",
                                   "abcdefgh10",
                                   "abcdefgh2",
                                   "abcdefgi",
                                   "abcdefgi0",
                                   "b",
                                   "z",
                                   "\xC3\xAB"};
    const auto sorted = texts;
    std::shuffle(texts.begin(), texts.end(), std::mt19937(GENERATE(range(1U, 20U))));
    std::vector<std::size_t> elements(texts.size());
    std::iota(elements.begin(), elements.end(), std::size_t{0});
    std::string last;  // a view of it is valid until the next call
    plan::unchanged::sort_by_text(elements, [&](std::size_t at) {
        last = texts[at];
        return std::string_view(last);
    });
    std::vector<std::string> in_order;
    std::transform(
        elements.begin(), elements.end(), std::back_inserter(in_order), [&](std::size_t at) {
            return texts[at];
        });
    CHECK(in_order == sorted);
}
