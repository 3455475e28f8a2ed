// A keyed hash for texts of hundreds of bytes, several times cheaper than SipHash over all of them.
//
// The text is compressed first by NH, sums of products with a secret key (Black, Halevi, Krawczyk, Krovetz, Rogaway: UMAC, 1999): of two
// texts of one length that differ, chosen by whoever does not know the key, the sums are equal with a probability of 2^-128, which is
// proven. SipHash-2-4 then makes a hash of the sums and the length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Under a random key of its own.
class LongHash {
 public:
    LongHash();

    [[nodiscard]] std::array<std::uint64_t, 2> of(std::string_view text) const;

 private:
    static constexpr std::size_t kWords = 256;  // of text that are summed up together: nearly every line is one such block
    static constexpr std::size_t kShift = 2;    // the second pair of sums has the key of the first, moved on (Toeplitz, see the paper)

    [[nodiscard]] std::array<std::uint64_t, 4> sums(std::string_view block) const;

    std::array<std::uint64_t, kWords + kShift> key_{};
    std::array<unsigned char, 16> last_key_{};
};
