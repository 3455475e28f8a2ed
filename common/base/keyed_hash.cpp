#include "base/keyed_hash.hpp"

#include <nettle/umac.h>
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

struct UniversalHash::State {
    umac64_ctx umac{};
};

UniversalHash::UniversalHash(const UniversalHash& other)
    : state_(std::make_unique<State>(*other.state_)) {}
UniversalHash::~UniversalHash() = default;

UniversalHash::UniversalHash() : state_(std::make_unique<State>()) {
    std::array<std::uint8_t, UMAC_KEY_SIZE> key{};
    randombytes_buf(key.data(), key.size());
    umac64_set_key(&state_->umac, key.data());
}

std::uint64_t UniversalHash::of(std::string_view text) {
    constexpr std::array<std::uint8_t, UMAC_MIN_NONCE_SIZE> kNonce{};
    std::array<std::uint8_t, UMAC64_DIGEST_SIZE> digest{};
    auto* umac = &state_->umac;
    umac64_set_nonce(umac, kNonce.size(), kNonce.data());
    umac64_update(umac, text.size(), reinterpret_cast<const std::uint8_t*>(text.data()));
    umac64_digest(umac, digest.size(), digest.data());
    std::uint64_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

KeyedDigest::KeyedDigest(std::string_view secret) {
    crypto_generichash(key_.data(),
                       key_.size(),
                       reinterpret_cast<const unsigned char*>(secret.data()),
                       secret.size(),
                       nullptr,
                       0);
}

std::string KeyedDigest::of(std::string_view purpose,
                            std::string_view text,
                            std::size_t size) const {
    std::string digest;
    for (std::uint64_t block = 0; digest.size() < size; ++block) {
        std::array<unsigned char, crypto_generichash_BYTES_MAX> bytes{};
        // The purpose and the block end with a NUL, so that no two triples are one message.
        const auto message =
            std::string(purpose) + '\0' + std::to_string(block) + '\0' + std::string(text);
        crypto_generichash(bytes.data(),
                           bytes.size(),
                           reinterpret_cast<const unsigned char*>(message.data()),
                           message.size(),
                           key_.data(),
                           key_.size());
        digest.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    digest.resize(size);
    return digest;
}

}  // namespace base
