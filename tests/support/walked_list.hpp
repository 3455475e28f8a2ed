// Lists that a paging::ListWalk walks to their end, and the rows of their pages.
#pragma once

#include "paging/list_walk.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace walked_list {

using paging::ListWalk;
using Page = paging::ListPage;  // the answer of a server for one page

using Texts = std::vector<std::string>;

/// Walks a list to its end and counts the pages. Throws the errors of the walk; fails if there is
/// no end.
struct Walked {
    Texts ids{};
    std::size_t pages = 0;
};

inline Walked walk(const std::function<Page(std::size_t offset, std::size_t page)>& server,
                   ListWalk list = ListWalk("things")) {
    Walked walked;
    while (!list.complete()) {
        REQUIRE(walked.pages < 1000);
        const auto page = server(list.offset(), walked.pages);
        ++walked.pages;
        for (const auto place : list.take(page)) {
            walked.ids.push_back(page.ids.at(place));
        }
    }
    return walked;
}

/// `size` rows of `all` after `offset`.
inline Texts slice(const Texts& all, std::size_t offset, std::size_t size) {
    const auto begin = std::min(offset, all.size());
    const auto end = std::min(begin + size, all.size());
    return {all.begin() + static_cast<std::ptrdiff_t>(begin),
            all.begin() + static_cast<std::ptrdiff_t>(end)};
}

inline Texts numbered(std::size_t count) {
    Texts ids;
    for (std::size_t i = 0; i < count; ++i) {
        ids.push_back("id-" + std::to_string(i));
    }
    return ids;
}

inline Texts sorted(Texts ids) {
    std::sort(ids.begin(), ids.end());
    return ids;
}

}  // namespace walked_list
