#include "base/keyed_hash.hpp"

#include <sodium.h>

#include <cstring>

inline namespace base {

KeyedHash::KeyedHash() {
    randombytes_buf(key_.data(), key_.size());
}

std::array<std::uint64_t, 2> KeyedHash::wide(std::string_view text) const {
    std::array<std::uint64_t, 2> hash{};
    static_assert(sizeof(hash) == crypto_shorthash_siphashx24_BYTES);
    crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(hash.data()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                text.size(),
                                key_.data());
    return hash;
}

std::uint64_t KeyedHash::of(std::string_view text) const {
    std::uint64_t hash = 0;
    static_assert(sizeof(hash) == crypto_shorthash_siphash24_BYTES);
    crypto_shorthash_siphash24(reinterpret_cast<unsigned char*>(&hash),
                               reinterpret_cast<const unsigned char*>(text.data()),
                               text.size(),
                               key_.data());
    return hash;
}

}  // namespace base
