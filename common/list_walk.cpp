#include "list_walk.hpp"

#include "error.hpp"

namespace identity {

std::vector<std::size_t> ListWalk::take(const std::vector<std::string>& ids,
                                        std::size_t total,
                                        std::optional<std::size_t> begins_at) {
    std::vector<std::size_t> fresh;
    const std::size_t met_before = met_;
    // Somebody gone from a page that was read moves everybody behind by one, and the one at the seam is never seen; the numbers may
    // agree all the same.
    moved_ = moved_ || total_.value_or(total) != total;
    total_ = total_.value_or(total);
    const bool as_asked = !begins_at || *begins_at == offset_;
    for (std::size_t i = 0; as_asked && i < ids.size(); ++i) {
        const auto [entry, is_new] = last_met_.try_emplace(ids[i], 0);
        if (is_new) {
            fresh.push_back(i);
        }
        if (entry->second != walk_) {
            entry->second = walk_;
            ++met_;
        }
    }
    offset_ += ids.size();
    // A page that brings nothing new is the first page again, or a list that repeats itself: going on would not end.
    if (met_ == met_before || offset_ >= total) {
        end_walk(total);
    }
    return fresh;
}

void ListWalk::end_walk(std::size_t total) {
    if (!moved_ && met_ == total && last_met_.size() == total) {
        complete_ = true;
        return;
    }
    if (--walks_left_ == 0) {
        throw Error(ExitStatus::retry_later,
                    what_ + ": the server says there are " + std::to_string(total) + ", but " + std::to_string(met_) +
                        " different ones came, also when asked again (" + std::to_string(last_met_.size()) +
                        " in all): the list is moving or its paging does not work; run again later");
    }
    ++walk_;
    offset_ = 0;
    met_ = 0;
    total_.reset();
    moved_ = false;
}

}  // namespace identity
