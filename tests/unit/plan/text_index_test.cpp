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

TEST_CASE("two indexes with one hash are joined: each text of the first, with the values of both") {
    const KeyedHash hash;
    TextIndex<int> index(hash);
    TextIndex<std::string> other(hash);
    for (int i = 0; i < 100; ++i) {
        index.add(std::to_string(i), i);
        other.add(std::to_string(2 * i), "a");
        other.add(std::to_string(2 * i), "b");
    }
    index.add("7", 107);
    index.finish();
    other.finish();
    std::size_t texts = 0;
    index.for_each_text(other,
                        [&](std::span<const int> values, std::span<const std::string> there) {
                            ++texts;
                            CHECK(values.size() == (values.front() == 7 ? 2 : 1));
                            const bool is_even = values.front() % 2 == 0;
                            REQUIRE(there.size() == (is_even ? 2 : 0));
                            CHECK((!is_even || (there[0] == "a" && there[1] == "b")));
                        });
    CHECK(texts == 100);
}
