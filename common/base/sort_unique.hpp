// Sets as sorted lists.
#pragma once

#include <algorithm>
#include <vector>

inline namespace base {

/// Sorts the list and removes duplicates. A list that is sorted takes one comparison for each
/// value.
template <class Value>
void sort_unique(std::vector<Value>& values) {
    if (!std::is_sorted(values.begin(), values.end())) {
        std::sort(values.begin(), values.end());
    }
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace base
