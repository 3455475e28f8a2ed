// Hashes under a key that is unknown before the run: people choose names and keys, so without
// one they could choose what collides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

inline namespace base {

/// SipHash-2-4. Another `KeyedHash` has another key: of the same text it makes another hash.
class KeyedHash {
  public:
    KeyedHash();

    [[nodiscard]] std::array<std::uint64_t, 2> wide(std::string_view text) const;
    [[nodiscard]] std::uint64_t of(std::string_view text) const;

  private:
    std::array<unsigned char, 16> key_{};
};

}  // namespace base
