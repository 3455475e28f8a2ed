// A list for millions of elements: elements never move, no memory is wasted as by a vector that
// doubles, and an element is found in two steps.
#pragma once

#include <cstddef>
#include <vector>

namespace plan::unchanged {

template <class T, std::size_t kBlock = 4096>
class BlockList {
  public:
    T& push_back(const T& element) {
        if (size_ == blocks_.size() * kBlock) {
            blocks_.emplace_back().reserve(kBlock);
        }
        ++size_;
        return blocks_.back().emplace_back(element);
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    /// Drops the elements from index `size` on, and frees the blocks that become empty.
    void shrink(std::size_t size) {
        blocks_.resize((size + kBlock - 1) / kBlock);
        if (size % kBlock != 0) {
            blocks_.back().resize(size % kBlock);
        }
        size_ = size;
    }
    [[nodiscard]] T& operator[](std::size_t at) { return blocks_[at / kBlock][at % kBlock]; }
    [[nodiscard]] const T& operator[](std::size_t at) const {
        return blocks_[at / kBlock][at % kBlock];
    }

    template <class Each>
    void for_each(Each each) {
        for (auto& block : blocks_) {
            for (auto& element : block) {
                each(element);
            }
        }
    }

  private:
    std::vector<std::vector<T>> blocks_{};
    std::size_t size_ = 0;
};

}  // namespace plan::unchanged
