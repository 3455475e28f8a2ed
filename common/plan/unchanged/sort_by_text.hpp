// Sorts millions of elements by a text that is not in memory, and is slow to get.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plan::unchanged {

/// The first eight bytes, which compare as the texts do. Zeros follow a shorter text.
[[nodiscard]] inline std::uint64_t beginning_of(std::string_view text) {
    std::uint64_t bytes = 0;
    for (std::size_t at = 0; at < sizeof bytes; ++at) {
        bytes = (bytes << 8U) | (at < text.size() ? static_cast<unsigned char>(text[at]) : 0U);
    }
    return bytes;
}

/// `text_of` gives the text of an element, without NUL bytes, until it is called again. The
/// beginnings are kept for all elements, and complete texts for those with the same beginning.
template <class Element, class TextOf>
void sort_by_text(std::vector<Element>& elements, TextOf text_of) {
    std::vector<std::pair<std::uint64_t, Element>> order;
    order.reserve(elements.size());
    for (const auto& element : elements) {
        order.emplace_back(beginning_of(text_of(element)), element);
    }
    std::sort(order.begin(), order.end());
    for (auto from = order.begin(); from != order.end();) {
        const auto to = std::find_if(
            from, order.end(), [&](const auto& other) { return other.first != from->first; });
        if (to - from > 1) {
            std::vector<std::pair<std::string, Element>> same;
            std::transform(from, to, std::back_inserter(same), [&](const auto& one) {
                return std::pair(std::string(text_of(one.second)), one.second);
            });
            std::sort(same.begin(), same.end());
            std::transform(same.begin(), same.end(), from, [&](const auto& one) {
                return std::pair(from->first, one.second);
            });
        }
        from = to;
    }
    std::transform(
        order.begin(), order.end(), elements.begin(), [](const auto& one) { return one.second; });
}

}  // namespace plan::unchanged
