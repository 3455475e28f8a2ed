#include "plan/unchanged/sort_by_text.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
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
    std::vector<std::size_t> elements(texts.size());
    std::iota(elements.begin(), elements.end(), std::size_t{0});
    const auto sorted = elements;
    std::shuffle(elements.begin(), elements.end(), std::mt19937(GENERATE(range(1U, 20U))));
    std::string last;  // a view of it is valid until the next call
    plan::unchanged::sort_by_text(elements, [&](std::size_t at) {
        last = texts[at];
        return std::string_view(last);
    });
    CHECK(elements == sorted);
}
