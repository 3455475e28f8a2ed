#include "base/keyed_hash.hpp"

#include "support/catch.hpp"

#include <set>
#include <string>

TEST_CASE("a copy of a UniversalHash gives the same hashes, and another object gives others") {
    UniversalHash hash;
    auto copy = hash;
    UniversalHash other;
    for (const std::size_t size : {0U, 1U, 8U, 1'024U, 1'025U, 100'000U}) {
        const std::string text(size, 'a');
        CAPTURE(size);
        CHECK(hash.of(text) == hash.of(text));
        CHECK(hash.of(text) == copy.of(text));
        CHECK(hash.of(text) != other.of(text));
    }
}

TEST_CASE("texts that differ in one byte, or in length, have different universal hashes") {
    UniversalHash hash;
    std::set<std::uint64_t> hashes;
    std::size_t texts = 0;
    for (const std::size_t size : {1U, 16U, 1'024U, 3'000U}) {
        for (std::size_t at = 0; at < size; at += 1 + size / 50) {
            std::string text(size, '\0');
            text[at] = 'a';
            hashes.insert(hash.of(text));
            ++texts;
        }
        hashes.insert(hash.of(std::string(size, '\0')));
        ++texts;
    }
    CHECK(hashes.size() == texts);
}
