#include "plan/text_index.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>
#include <vector>

using plan::TextIndex;

namespace {

std::vector<int> found(const TextIndex<int>& index, std::string_view text) {
    const auto values = index.find(text);
    return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("an index finds the values of a text in the order in which they were added") {
    TextIndex<int> index;
    index.add("ada", 3);
    index.add("ben", 2);
    index.add("ada", 1);
    index.add("", 4);
    index.finish();
    CHECK(found(index, "ada") == std::vector{3, 1});
    CHECK(found(index, "ben") == std::vector{2});
    CHECK(found(index, "") == std::vector{4});
    CHECK(found(index, "cyd").empty());
}

TEST_CASE("an index sorts the values of each text, and passes on every text once") {
    TextIndex<int> index;
    for (int i = 0; i < 100; ++i) {
        index.add(std::to_string(i % 7), 100 - i);
    }
    index.finish([](int a, int b) { return a < b; });
    std::set<int> remainders;
    std::size_t all = 0;
    index.for_each_text([&](std::span<const int> values) {
        CHECK(std::is_sorted(values.begin(), values.end()));
        remainders.insert(values.front() % 7);
        all += values.size();
    });
    CHECK(remainders.size() == 7);
    CHECK(all == 100);
}

TEST_CASE("an index without entries finds nothing") {
    TextIndex<int> index;
    index.finish();
    CHECK(index.find("").empty());
    index.for_each_text([](auto) { FAIL("an empty index has a text"); });
}
