// Ids numbered in the order of their first use, and texts that are kept under such numbers, at a
// few bytes each. They are what a program must remember of a million users while it reads their
// records. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

inline namespace base {

/// A set of ids: the first is number 0. Takes some 30 bytes for each id of any length: it keeps 128
/// bits of its BLAKE2b, so two different ids are never equal.
class IdTable {
  public:
    struct Added {
        std::size_t number = 0;
        bool is_new = false;
    };

    Added add(std::string_view id);
    [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const;
    [[nodiscard]] std::size_t size() const { return digests_.size(); }
    /// The same ids in the same order, numbered again, without those of the given ascending
    /// numbers.
    [[nodiscard]] IdTable without(const std::vector<std::size_t>& numbers) const;

  private:
    using Digest = std::array<unsigned char, 16>;

    Added add(const Digest& key);
    [[nodiscard]] static Digest digest(std::string_view id);
    [[nodiscard]] std::size_t slot(const Digest& digest) const;
    void grow();

    std::deque<Digest> digests_{};  // by number; a deque grows without a copy
    std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(
        16);  // number + 1, or 0; open addressing, at most three quarters full
};

/// Texts one after another in one string, in the order in which they were added.
class TextPool {
  public:
    /// Returns the number of the text.
    std::size_t add(std::string_view text);
    [[nodiscard]] std::string_view at(std::size_t number) const;
    [[nodiscard]] std::size_t size() const { return ends_.size(); }

  private:
    std::string all_{};
    std::vector<std::size_t> ends_{};
};

}  // namespace base
