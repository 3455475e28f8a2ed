#include "long_hash.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace {

__extension__ using Sum = unsigned __int128;  // C++ has no name for what a processor's product of two words is

// What a pair of words adds: modulo 2^64 in each factor, 2^128 in the sum.
Sum product(const std::array<std::uint64_t, 2>& words, const std::uint64_t* key) { return Sum{words[0] + key[0]} * (words[1] + key[1]); }

std::uint64_t low(Sum sum) { return static_cast<std::uint64_t>(sum); }
std::uint64_t high(Sum sum) { return static_cast<std::uint64_t>(sum >> 64U); }

}  // namespace

LongHash::LongHash() {
    randombytes_buf(key_.data(), sizeof(key_));
    randombytes_buf(last_key_.data(), last_key_.size());
}

std::array<std::uint64_t, 4> LongHash::sums(std::string_view block) const {
    std::array<Sum, 2> sums{};
    const auto* key = key_.data();
    const auto add = [&](std::size_t at, std::size_t length) {
        std::array<std::uint64_t, 2> words{};  // zeros behind the end: the length tells
        std::memcpy(words.data(), block.data() + at, length);
        sums[0] += product(words, key);
        sums[1] += product(words, key + kShift);
        key += words.size();
    };
    constexpr std::size_t kPair = 2 * sizeof(std::uint64_t);
    std::size_t at = 0;
    for (; at + kPair <= block.size(); at += kPair) {
        add(at, kPair);
    }
    if (at < block.size()) {
        add(at, block.size() - at);
    }
    return {low(sums[0]), high(sums[0]), low(sums[1]), high(sums[1])};
}

std::array<std::uint64_t, 2> LongHash::of(std::string_view text) const {
    struct {
        std::array<std::uint64_t, 2> before;  // hash of the blocks before this one
        std::array<std::uint64_t, 4> sums;
        std::uint64_t length;  // from this block on
    } block{};
    static_assert(sizeof(block) == 7 * sizeof(std::uint64_t));  // nothing in it but what is hashed
    static_assert(sizeof(block.before) == crypto_shorthash_siphashx24_BYTES);
    do {
        block.sums = sums(text.substr(0, kWords * sizeof(std::uint64_t)));
        block.length = text.size();
        std::array<std::uint64_t, 2> hash{};
        crypto_shorthash_siphashx24(
            reinterpret_cast<unsigned char*>(hash.data()), reinterpret_cast<const unsigned char*>(&block), sizeof(block), last_key_.data());
        block.before = hash;
        text.remove_prefix(std::min(text.size(), kWords * sizeof(std::uint64_t)));
    } while (!text.empty());
    return block.before;
}
