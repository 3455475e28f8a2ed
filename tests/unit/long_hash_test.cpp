#include "long_hash.hpp"

#include "catch.hpp"

#include <set>
#include <string>

TEST_CASE("a long hash is the same for the same text, and another under another key") {
    const LongHash hash;
    const LongHash other;
    const std::string text(700, 'x');
    CHECK(hash.of(text) == hash.of(std::string(text)));
    CHECK(hash.of(text) != other.of(text));
}

TEST_CASE("texts that differ in any one byte have other hashes, at the edges of words and blocks, too") {
    const LongHash hash;
    const auto size = GENERATE(1U, 8U, 15U, 16U, 17U, 2047U, 2048U, 2049U, 4096U, 5000U);
    const std::string text(size, 'x');
    std::set<std::array<std::uint64_t, 2>> hashes{hash.of(text)};
    for (std::size_t at = 0; at < size; ++at) {
        auto changed = text;
        changed[at] = 'y';
        hashes.insert(hash.of(changed));
    }
    CHECK(hashes.size() == size + 1);
}

TEST_CASE("texts of zeros have a hash for each length") {
    const LongHash hash;
    std::set<std::array<std::uint64_t, 2>> hashes;
    for (std::size_t size = 0; size < 5000; ++size) {
        hashes.insert(hash.of(std::string(size, '\0')));
    }
    CHECK(hashes.size() == 5000);
}

TEST_CASE("where words and blocks stand counts") {
    const LongHash hash;
    const std::string a(16, 'a');
    const std::string b(16, 'b');
    CHECK(hash.of(a + b) != hash.of(b + a));
    CHECK(hash.of("aaaaaaaabbbbbbbb") != hash.of("bbbbbbbbaaaaaaaa"));
    const std::string block(2048, 'a');
    const std::string other(2048, 'b');
    CHECK(hash.of(block + other) != hash.of(other + block));
    CHECK(hash.of(block + other + block) != hash.of(block + block + other));
}
