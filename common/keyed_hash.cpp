#include "keyed_hash.hpp"

#include <sodium.h>

#include <cstring>

KeyedHash::KeyedHash() { randombytes_buf(key_.data(), key_.size()); }

std::uint64_t KeyedHash::of(std::string_view text) const {
    std::uint64_t hash = 0;
    static_assert(sizeof(hash) == crypto_shorthash_siphash24_BYTES);
    crypto_shorthash_siphash24(reinterpret_cast<unsigned char*>(&hash), reinterpret_cast<const unsigned char*>(text.data()), text.size(), key_.data());
    return hash;
}
